/** Something that can be told to stop, and told again. */
type Stoppable = { stop(): Promise<void>; kill(): void };

/** A terminal's Ctrl-C reaches npm and the program, and npm passes its own on: told twice within this time is told once. */
const TOGETHER_MS = 500;

/**
 * Makes SIGTERM and SIGINT stop the program: the first one gently, a second one at once. `starting` resolves once there
 * is something to stop; a signal that comes before is heeded then, so that nothing it began is left without an owner.
 * `isTold` says whether one has come.
 */
export function stopOnSignals(starting: Promise<Stoppable>): { isTold(): boolean } {
  let times = 0;
  let first = 0;
  const heed = (): void => {
    if (times === 1 && performance.now() - first < TOGETHER_MS) return;
    times += 1;
    if (times === 1) {
      first = performance.now();
      // Node takes its signal handlers away before it is gone. npm's own copy, a moment late, then ended the program by
      // the signal instead of with 0 (2 of 25 on a busy machine), so that the process stays until that copy has come.
      setTimeout(() => undefined, TOGETHER_MS);
    }
    const isFirst = times === 1;
    starting.then(
      (app) => (isFirst ? void app.stop() : app.kill()),
      // What did not start has stopped what it had begun, and said so.
      () => undefined,
    );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, heed);
  return { isTold: () => times > 0 };
}
