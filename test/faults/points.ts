import type { CrashPoint, Stretch } from "#observe/crash-points.ts";
import type { Kind } from "./stories.ts";

/** The stories that come by a place, and how often at most in one round of them. */
type Way = {
  stretch: Stretch;
  kinds: readonly Kind[];
  times: number;
  /** The first passing that counts; 1 when left out. */
  from?: number;
  sides?: readonly ("before" | "after")[];
};

const ways: readonly Way[] = [
  { stretch: "request accepted", kinds: ["plain"], times: 1 },
  // The worker looks for work four times a second, also before it serves.
  { stretch: "lease claim", kinds: ["plain", "free"], times: 3, sides: ["after"] },
  { stretch: "lease claim", kinds: ["plain", "free"], from: 12, times: 8, sides: ["before"] },
  { stretch: "status report", kinds: ["plain", "back"], times: 4 },
  { stretch: "plan recorded", kinds: ["plain", "free"], times: 1 },
  { stretch: "checkpoint put", kinds: ["plain", "back"], times: 8 },
  { stretch: "checkpoint writes", kinds: ["plain", "back"], times: 8 },
  { stretch: "settle", kinds: ["plain", "broken"], times: 3 },
  { stretch: "approval count commit", kinds: ["pair"], times: 1 },
  { stretch: "decision commit", kinds: ["plain", "broken"], times: 2 },
  { stretch: "updateState", kinds: ["plain", "broken"], times: 2 },
  { stretch: "invoke", kinds: ["plain", "broken"], times: 3 },
  // The same places, where an answer leads on to another plan.
  { stretch: "decision commit", kinds: ["asks", "replan"], times: 2 },
  { stretch: "updateState", kinds: ["asks", "replan"], times: 2 },
  { stretch: "invoke", kinds: ["asks", "replan"], times: 3 },
  { stretch: "settle", kinds: ["asks", "replan"], times: 3 },
  { stretch: "timer", kinds: ["late"], times: 2 },
  { stretch: "cancel commit", kinds: ["cancelled"], times: 1 },
  { stretch: "permission read", kinds: ["plain", "back"], times: 3 },
  { stretch: "intent", kinds: ["plain", "free"], times: 2 },
  { stretch: "spawn", kinds: ["plain", "slow"], times: 2 },
  { stretch: "started row", kinds: ["plain", "slow"], times: 2 },
  { stretch: "exit", kinds: ["plain", "broken"], times: 2, sides: ["after"] },
  { stretch: "log lines", kinds: ["plain", "slow"], times: 2 },
  { stretch: "finished row", kinds: ["plain", "broken"], times: 2 },
  { stretch: "review recorded", kinds: ["plain", "back"], times: 1 },
  { stretch: "rollback intent", kinds: ["back"], times: 2 },
  { stretch: "rollback spawn", kinds: ["back"], times: 2 },
  { stretch: "rollback started row", kinds: ["back"], times: 2 },
  { stretch: "rollback exit", kinds: ["back"], times: 2, sides: ["after"] },
  { stretch: "rollback finished row", kinds: ["back"], times: 2 },
  { stretch: "Slack send", kinds: ["plain"], times: 3 },
  { stretch: "Slack record", kinds: ["plain"], times: 3 },
];

/** A place to die at, the stories that lead there, and the most passings that one round of them makes. */
export type Target = { point: CrashPoint; kinds: readonly Kind[]; from: number; times: number };

/** Every place the harness kills at. */
export const targets: readonly Target[] = ways.flatMap(({ stretch, kinds, times, sides, from = 1 }) =>
  (sides ?? (["before", "after"] as const)).map((side) => ({
    point: `${side} ${stretch}` as const,
    kinds,
    from,
    times,
  })),
);
