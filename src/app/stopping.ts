import type { HeldWrites } from "#threads/running/held-writes.ts";
import type { Worker } from "#threads/running/worker.ts";

/** What is stopped again at the end, or when a later part does not start. */
export type Closing = (() => Promise<unknown>)[];

/** How a program is told to stop, and told again. */
export type Leaving = {
  /** Takes nothing in any more, lets what runs finish within 25 s, ends it then, and resolves once all is given back. */
  stop(): Promise<void>;
  /** While it stops: ends what runs at once. */
  kill(): void;
};

/** Stops what was started, in the reverse order; one that fails does not keep the others from being stopped. */
export async function close(closing: Closing): Promise<void> {
  for (const one of closing.splice(0).reverse()) await one().catch(() => undefined);
}

/** How it is told to stop: once, which lets what runs finish and be written within `graceMs`, or twice. */
export function createLeaving(
  worker: Worker,
  { held, closing }: { held: HeldWrites; closing: Closing },
  graceMs: number,
): Leaving {
  return {
    stop: async () => {
      held.giveUpIn(graceMs);
      // First of all, and beside the rest: no step is begun any more, and the time of the one that runs counts from here.
      const drained = worker.stop(graceMs);
      await close(closing);
      await drained;
    },
    kill: () => {
      held.giveUpIn(0);
      worker.kill();
    },
  };
}
