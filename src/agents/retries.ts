import type { Agent } from "./question.ts";

/** How long a call may take, and how calls follow one another while the service has no answer. */
export type AskPace = {
  /** A try ends when nothing comes for this long, a ping neither, and after this long in all. */
  idleMs: number;
  wholeMs: number;
  /** No try begins later than this after the first one. */
  patienceMs: Readonly<Record<Agent, number>>;
  /** The longest each pause is by itself; after the last one comes no other. */
  pausesMs: Readonly<Record<Agent, readonly number[]>>;
};

/**
 * Eight tries. The shortest pauses add up to more than two minutes, since three tries in 1.5 s lost every plan of an outage
 * that long; the longest to less than the time there is. Nobody waits for a verdict as for a plan: everything has run.
 */
export const ASK_PACE: AskPace = {
  idleMs: 30_000,
  wholeMs: 240_000,
  patienceMs: { planner: 180_000, reviewer: 600_000 },
  pausesMs: {
    planner: [1_000, 4_000, 10_000, 20_000, 35_000, 45_000, 50_000],
    reviewer: [1_000, 5_000, 15_000, 45_000, 100_000, 150_000, 200_000],
  },
};

/** A pause is this much of its longest at least: whoever was refused together comes again apart. */
const LEAST_OF_PAUSE = 0.8;
/** What is added to a wait the service asked for, at most: everybody was told the same. */
const APART = 0.1;

/** How often was waited, since when, and for how long the service asks to be left alone. */
type Waited = { busy: number; elapsedMs: number; askedMs: number | null };

/** The pause before the next try, never shorter than the service asks for; null when there is no try or no time left. */
export function nextPauseMs(
  { patienceMs, pausesMs }: AskPace,
  agent: Agent,
  { busy, elapsedMs, askedMs }: Waited,
): number | null {
  const longest = pausesMs[agent][busy - 1];
  const leftMs = patienceMs[agent] - elapsedMs;
  if (longest === undefined || leftMs <= 0) return null;
  const asked = askedMs ?? 0;
  if (asked > leftMs) return null;
  const own = longest * (LEAST_OF_PAUSE + (1 - LEAST_OF_PAUSE) * Math.random());
  return Math.min(Math.max(own, asked * (1 + APART * Math.random())), leftMs);
}

/** How long the service asks to be left alone, in every form it says that in; null where it says nothing. */
export function askedWaitMs(headers: Headers): number | null {
  const milliseconds = numberOf(headers.get("retry-after-ms"));
  if (milliseconds !== null) return milliseconds;
  const after = headers.get("retry-after");
  const seconds = numberOf(after);
  if (seconds !== null) return seconds * 1_000;
  return untilMs(after, headers) ?? resetMs(headers);
}

/** Until the last of the limits that are used up begins anew. */
function resetMs(headers: Headers): number | null {
  const waits = [...headers].flatMap(([name, value]) => {
    const limit = /^anthropic-(?:priority-)?ratelimit-.*(?=-reset$)/.exec(name)?.[0];
    if (limit === undefined || Number(headers.get(`${limit}-remaining`) ?? 0) > 0) return [];
    return untilMs(value, headers) ?? [];
  });
  return waits.length === 0 ? null : Math.max(...waits);
}

/** By the service's own clock where it tells that, since ours may be off. */
function untilMs(moment: string | null, headers: Headers): number | null {
  // `Date.parse` makes a year of "-3".
  const at = /^(?:[A-Z][a-z]{2}, |\d{4}-)/.test(moment ?? "") ? Date.parse(moment ?? "") : Number.NaN;
  if (Number.isNaN(at)) return null;
  const now = Date.parse(headers.get("date") ?? "");
  return Math.max(0, at - (Number.isNaN(now) ? Date.now() : now));
}

function numberOf(text: string | null): number | null {
  const value = text === null || !/^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Waits, unless the signal is given: then it rejects at once with the signal's reason. */
export function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
