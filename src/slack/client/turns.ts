import { setTimeout as sleep } from "node:timers/promises";
import { webApi } from "@slack/bolt";
import { isPassing, readFailure } from "./failures.ts";

/**
 * One call that waits for its turn. `lane`: what Slack limits together, a method and where it goes. `kind`: what it counts
 * among. `until`: by performance.now(), after which it is neither begun again nor waited for; 0: one try, and none while
 * Slack wants a pause.
 */
export type Turn = { lane: string; kind: "message" | "answer" | "form"; until: number };

/** Carries a call out when it is its turn; throws what it throws the last time, or that Slack wants a pause. */
export type InTurn = <Result>(turn: Turn, call: () => Promise<Result>) => Promise<Result>;

/** As many at once. Messages and Homes are bounded by what their senders claim. */
const MOST = { message: Number.POSITIVE_INFINITY, answer: 20, form: 20 };
const MOST_RETRIES = 2;
const FIRST_RETRY_MS = 300;
/** Pauses are over within minutes; more lanes than this at once would be a fault of ours. */
const REMEMBERED = 1_000;

/** No call yet. All that writes to Slack goes by one of these, so that a pause it asked for holds for everything in that lane. */
export function createInTurn(now: () => number = () => performance.now()): InTurn {
  const slots = {
    message: createSlots(MOST.message),
    answer: createSlots(MOST.answer),
    form: createSlots(MOST.form),
  };
  const pauses = createPauses(now);
  const once = async <Result>({ lane, kind, until }: Turn, call: () => Promise<Result>): Promise<Result> => {
    await slots[kind].take(until - now());
    try {
      const paused = pauses.left(lane);
      // The failure of a call that was spared: what Slack would have said.
      if (paused > 0) throw new webApi.WebAPIRateLimitedError(paused / 1_000);
      return await call();
    } finally {
      slots[kind].give();
    }
  };
  return async (turn, call) => {
    for (let failures = 0; ; failures += 1) {
      try {
        return await once(turn, call);
      } catch (error) {
        const failure = readFailure(error);
        if (failure.kind === "pause") pauses.add(turn.lane, failure.ms);
        const ms = waitAfter(failure, failures);
        if (ms === null || now() + ms > turn.until) throw error;
        await sleep(ms);
      }
    }
  };
}

/** For how long to wait before it is tried once more; null: it is not. A pause of Slack's is no failure of the call. */
function waitAfter(failure: ReturnType<typeof readFailure>, failures: number): number | null {
  if (failure.kind === "pause") return failure.ms;
  return isPassing(failure) && failures < MOST_RETRIES ? FIRST_RETRY_MS * 2 ** failures : null;
}

function createPauses(now: () => number) {
  const until = new Map<string, number>();
  return {
    left: (lane: string): number => (until.get(lane) ?? 0) - now(),
    add(lane: string, ms: number): void {
      until.set(lane, Math.max(until.get(lane) ?? 0, now() + ms));
      for (const [known, at] of until) if (at < now()) until.delete(known);
      const [oldest] = until.keys();
      if (until.size > REMEMBERED && oldest !== undefined) until.delete(oldest);
    },
  };
}

/** So many at once; the rest in the order in which they came, and none of them for longer than its time. */
function createSlots(most: number) {
  const waiting = new Set<() => void>();
  let free = most;
  return {
    async take(ms: number): Promise<void> {
      if (free > 0) {
        free -= 1;
        return;
      }
      await new Promise<void>((resolve, reject) => {
        const turn = (): void => {
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(
          () => {
            waiting.delete(turn);
            reject(new Error(`${most} calls to Slack were under way all the time this one could wait.`));
          },
          Math.max(0, ms),
        );
        waiting.add(turn);
      });
    },
    give(): void {
      const [next] = waiting;
      if (next === undefined) {
        free += 1;
        return;
      }
      waiting.delete(next);
      next();
    },
  };
}
