import type { Fact } from "#change/fact.ts";
import { type Standing, withTroubles } from "./judge.ts";
import type { Trouble } from "./pods.ts";

/** How looks follow one another, in ms. */
export type SettlePace = {
  /** Before the second look; each pause after it is twice as long, up to `mostMs`. */
  firstMs: number;
  mostMs: number;
  /** Good has to hold in two looks this far apart. */
  steadyMs: number;
  /** What does not pass by itself has to stand this long before it counts. */
  standMs: number;
  /**
   * After this a request that nobody saw answered cannot land any more: an API server gives one up after 60 s, unless it was
   * started with another `--request-timeout`.
   */
  landMs: number;
};

/** As people wait for it. */
export const SETTLE_PACE: SettlePace = {
  firstMs: 1_000,
  mostMs: 8_000,
  steadyMs: 5_000,
  standMs: 20_000,
  landMs: 60_000,
};

/** How one object stands at one look, what keeps it from being ready, and how often its containers had restarted. */
export type Looked = { standing: Standing; troubles: readonly Trouble[]; restarts: number };
export type LookAtAll = () => Promise<Looked[]>;

/**
 * Looks until all is as it should be in two looks, something has failed for good, or the time is over. Throws nothing of its
 * own: a look that cannot be made is an `unknown` of that look.
 */
export async function settle(
  look: LookAtAll,
  untilMs: number,
  { pace, now, wait, end }: SettleDeps,
): Promise<{ facts: Fact[]; wasStopped: boolean }> {
  const seen: Seen = { since: new Map(), goodSince: null, restarts: 0 };
  for (let pauseMs = pace.firstMs; ; pauseMs = Math.min(2 * pauseMs, pace.mostMs)) {
    const looked = await look();
    const at = now();
    const standing = looked.map((one) => withLasting(one, seen.since, at, pace.standMs));
    noteSeen(seen, looked, standing, at);
    const steadyFor = seen.goodSince === null ? null : at - seen.goodSince;
    if (at >= untilMs || isOver(standing, steadyFor, pace))
      return { facts: standing.map(end), wasStopped: false };
    const pause = steadyFor === null ? pauseMs : pace.steadyMs - steadyFor;
    if (!(await wait(Math.max(1, Math.min(pause, untilMs - at)))))
      return { facts: standing.map(end), wasStopped: true };
  }
}

/** What settling is given: how looks follow one another, the time (ms), a pause, and what is left when no more are made. */
type SettleDeps = {
  pace: SettlePace;
  now: () => number;
  wait: (ms: number) => Promise<boolean>;
  end: (standing: Standing) => Fact;
};

/** What is kept from look to look. */
type Seen = { since: Map<string, number>; goodSince: number | null; restarts: number };

/** A container that started anew meanwhile is not steady, however good it looks. */
function noteSeen(seen: Seen, looked: readonly Looked[], standing: readonly Standing[], at: number): void {
  const restarts = looked.reduce((sum, one) => sum + one.restarts, 0);
  const isGood = standing.every(({ state }) => state === "good");
  seen.goodSince = !isGood ? null : restarts > seen.restarts ? at : (seen.goodSince ?? at);
  seen.restarts = restarts;
  const there = new Set(looked.flatMap(({ troubles }) => troubles.map(({ key }) => key)));
  for (const key of seen.since.keys()) if (!there.has(key)) seen.since.delete(key);
}

function isOver(standing: readonly Standing[], steadyFor: number | null, { steadyMs }: SettlePace): boolean {
  if (steadyFor !== null) return steadyFor >= steadyMs;
  return (
    standing.some(({ state }) => state === "failed") || !standing.some(({ state }) => state === "waiting")
  );
}

/** A failure that has not stood long enough is something that may still pass; but what is not a workload's does not wait. */
function withLasting(
  { standing, troubles }: Looked,
  since: Map<string, number>,
  at: number,
  standMs: number,
): Standing {
  const lasting = troubles.filter(({ key }) => {
    const first = since.get(key) ?? at;
    since.set(key, first);
    return at - first >= standMs;
  });
  return withTroubles(standing, lasting);
}

/** True after the time, false as soon as it is told to stop. */
export function pauseFor(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
