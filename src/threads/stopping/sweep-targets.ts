import type { Database } from "#store/postgres/database.ts";
import { sweepSealedFiles } from "#store/sealed-files.ts";
import { sweepTargets } from "#store/target-locks.ts";

/** No lock outlives its change, and whoever waits is called in the transaction that ends it. This is the net below that. */
const SWEEP_MS = 30_000;

/** Looks for locks nobody needs, changes nobody called and files whose day is over, until it is stopped. */
export function startTargetSweep(
  database: Database,
  log: { warn: (facts: object, text: string) => void },
): { stop(): Promise<void> } {
  let sweeping = Promise.resolve();
  const sweep = async (): Promise<void> => {
    try {
      await sweepSealedFiles(database);
      const mended = await sweepTargets(database);
      if (mended > 0)
        log.warn({ mended }, "Locks without a change, or changes that nobody called, were mended");
    } catch (error) {
      log.warn({ err: error }, "Left-over locks and files could not be looked for; trying again");
    }
  };
  const timer = setInterval(() => {
    sweeping = sweeping.then(sweep);
  }, SWEEP_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await sweeping;
    },
  };
}
