/**
 * How whoever works on a change is told to let go of it. `pause`: begin nothing more, what runs may finish. `stop`: end
 * what runs, asked first. `kill`: end it at once. Each goes with those before it, and its reason is a RunStoppedError.
 */
export type RunSignals = { pause: AbortSignal; stop: AbortSignal; kill: AbortSignal };

/** The work on a change was stopped, which says nothing about the change. `because` completes "It was ended …". */
export class RunStoppedError extends Error {
  override name = "RunStoppedError";
  readonly because: string;
  constructor(because: string, cause?: Error) {
    super(`The work on this change was stopped ${because}.`, { cause });
    this.because = because;
  }
}
