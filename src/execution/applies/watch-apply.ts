import type { StepEnd, StepKey } from "#change/journal.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import { createApplied } from "./applied.ts";
import { keptPlanned } from "./kept-planned.ts";
import { doneInPart } from "./words.ts";

/** Listens to an apply. `handOver` keeps what it did, and says it where the apply did not end well. */
export type WatchedApply = {
  add: (line: string) => void;
  handOver: (end: StepEnd) => Promise<string | null>;
};

/** Gets ready to listen to a step that applies a saved plan; null for any other, and for a plan of an older version. */
export async function watchApply(
  deps: Pick<ExecutionDeps, "openStates" | "holdApplied" | "redact">,
  key: StepKey,
  bound: BoundPlan,
): Promise<WatchedApply | null> {
  if (key.direction !== "forward") return null;
  const planned = await keptPlanned(deps, key.changeId, bound, key.step);
  if (planned === null) return null;
  const { add, applied } = createApplied();
  return {
    add,
    handOver: async ({ outcome }) => {
      await deps.holdApplied(key, Buffer.from(JSON.stringify(applied)));
      if (outcome === "done") return null;
      if (applied.begun.length === 0) return "By its output nothing was begun.";
      return `By its output: ${doneInPart(planned, applied, null, deps.redact)}.`;
    },
  };
}
