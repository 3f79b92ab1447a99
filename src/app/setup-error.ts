/** What whoever runs Greenlight can mend. Its message is for people: one sentence that names the setting and what to do. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** Does `work`; a fault that `why` knows becomes a SetupError with its sentence, any other one goes on as it is. */
export async function explained<Result>(
  work: () => Promise<Result>,
  why: (fault: Error) => string | null,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const sentence = causesOf(error)
      .map(why)
      .find((one) => one !== null);
    throw sentence === undefined ? error : new SetupError(sentence, { cause: error });
  }
}

/** Causes of causes; one that names itself would have no end. */
const DEPTH = 5;

/** The error and what it was caused by; a name with several addresses fails with one error for each of them. */
function causesOf(error: unknown, depth = DEPTH): Error[] {
  if (!(error instanceof Error) || depth === 0) return [];
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error, ...[...inner, error.cause].flatMap((one) => causesOf(one, depth - 1))];
}

/** What our own code throws for people to read: a plain error without a code, whose message is the sentence. Null for others. */
export function ownWords(fault: Error): string | null {
  return fault.name === "Error" && codeOf(fault) === "" ? fault.message : null;
}

/** A fault's code (ECONNREFUSED, SQLSTATE), or "". */
export function codeOf(fault: Error): string {
  return "code" in fault ? String(fault.code) : "";
}
