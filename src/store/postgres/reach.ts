import { isQueuedTooLong, isUnreachable } from "./away.ts";

/** What this instance has seen of the database's outages, by its own clock. */
export type Reach = {
  /** Its own clock, in ms. */
  now(): number;
  /** A statement begun at `sinceMs`, by `now`, met this; it counts when the database could not be reached. */
  met(error: unknown, sinceMs: number): void;
  /** A statement was answered. */
  answered(): void;
  /** Whether it was away when it was last asked. */
  isAway(): boolean;
  /** For how many ms it has answered again since the last outage; Infinity when none was seen. */
  backForMs(): number;
};

/** Nothing seen yet. */
export function createReach(now: () => number = () => performance.now()): Reach {
  let isAway = false;
  let backAtMs = Number.NEGATIVE_INFINITY;
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  return {
    now,
    met: (error, sinceMs) => {
      // A pool that is merely busy has answered others meanwhile; to call that away would hold up all claims for a lease.
      const isSilent = isQueuedTooLong(error) && answeredAtMs < sinceMs;
      if (isSilent || isUnreachable(error)) isAway = true;
    },
    answered: () => {
      answeredAtMs = now();
      if (!isAway) return;
      isAway = false;
      backAtMs = now();
    },
    isAway: () => isAway,
    backForMs: () => (isAway ? 0 : now() - backAtMs),
  };
}
