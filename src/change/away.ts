/** The database is away: for the moment nothing can be read or written. Thrown by the port; `cause` is what was met. */
export class AwayError extends Error {
  override name = "AwayError";
  constructor(cause?: unknown) {
    super("The database is away, so nothing can be read or recorded for the moment.", { cause });
  }
}
