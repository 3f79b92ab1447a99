import { isUnreachable } from "./away.ts";

/** What this instance has seen of the database's outages, by its own clock. */
export type Reach = {
  /** A statement met this; it counts when the database could not be reached. */
  met(error: unknown): void;
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
  return {
    met: (error) => {
      if (isUnreachable(error)) isAway = true;
    },
    answered: () => {
      if (!isAway) return;
      isAway = false;
      backAtMs = now();
    },
    isAway: () => isAway,
    backForMs: () => (isAway ? 0 : now() - backAtMs),
  };
}
