import { setTimeout as pause } from "node:timers/promises";
import { isAway } from "#store/postgres/away.ts";

/** Writes of what has happened already, and cannot be made not to have happened: they wait for a database that is away. */
export type HeldWrites = {
  /**
   * Does `write`, again and again while the database is away, and hands its outcome on. `write` has to bear being done
   * twice: of a commit that was cut nobody knows whether it counts. Throws whatever else `write` throws, and what it threw
   * last when it is given up, which is in the log with `about` then.
   */
  until<Result>(about: object, write: () => Promise<Result>): Promise<Result>;
  /** From `ms` on nothing waits any more: what cannot be written then is given up. */
  giveUpIn(ms: number): void;
  /** Resolves when nothing is held any more. */
  drain(): Promise<void>;
};

/** How often it is tried. Whoever is asked whether a step happened is asked needlessly when its end comes late. */
const AGAIN_MS = 250;

/** Nothing held yet. `about` of a write is redacted by its caller. */
export function createHeldWrites(log: {
  warn: (facts: object, text: string) => void;
  error: (facts: object, text: string) => void;
}): HeldWrites {
  const over = new AbortController();
  const held = new Set<Promise<unknown>>();
  const keep = async <Result>(about: object, write: () => Promise<Result>, met: unknown): Promise<Result> => {
    log.warn({ ...about, err: met }, "The database is away: this is held until it answers");
    let last = met;
    for (;;) {
      await pause(AGAIN_MS, undefined, { signal: over.signal }).catch(() => undefined);
      if (over.signal.aborted) {
        log.error(
          { ...about, err: last },
          "This could not be written before the stop, and is known only here",
        );
        throw last;
      }
      try {
        return await write();
      } catch (error) {
        if (!isAway(error)) throw error;
        last = error;
      }
    }
  };
  return {
    until: async (about, write) => {
      try {
        return await write();
      } catch (error) {
        if (!isAway(error)) throw error;
        const one = keep(about, write, error);
        held.add(one);
        return await one.finally(() => held.delete(one));
      }
    },
    giveUpIn: (ms) => {
      setTimeout(() => over.abort(), ms).unref();
    },
    drain: async () => {
      while (held.size > 0) await Promise.allSettled(held);
    },
  };
}
