import type { Fact } from "#change/fact.ts";
import type { StepRecord } from "#change/journal.ts";
import type { BoundPlan } from "#change/preview.ts";
import { onlyReads } from "#policy/only-reads.ts";
import { isAllAfter } from "./afterwards.ts";
import { type FactsDeps, unread } from "./deps.ts";
import { lookAtStep, type ObjectNow } from "./step-now.ts";

/**
 * What became of the objects of the step that failed, by one look at each: two said so before its end was written. None where
 * none failed, or nothing is kept of what it changes.
 */
export async function factsOfFailed(
  deps: FactsDeps,
  changeId: string,
  bound: BoundPlan,
  records: readonly StepRecord[],
  signal: AbortSignal,
): Promise<Fact[]> {
  const failed = bound.plan.plan.find(({ step }) => {
    const last = records.findLast((one) => one.step === step && one.direction === "forward");
    return last?.outcome === "failed";
  });
  if (failed === undefined || failed.tool !== "kubectl" || onlyReads(failed, deps.policy)) return [];
  const { step } = failed;
  const seen = await lookAtStep(deps, changeId, bound, step, signal);
  if (seen.kind === "untold") return [];
  if (seen.kind === "unread") return [unread(step, seen.problem)];
  if (isAllAfter(seen)) return seen.objects.map(({ target }) => ({ step, target, ...OF_OTHERS }));
  return seen.objects.map((one) => ({ step, target: one.target, ...standing(one) }));
}

/** The step was told no, and still all is as it would have left it. */
const OF_OTHERS = {
  state: "unknown",
  says: "as the step would leave it, though the step failed: who made it so is not known",
} as const;

function standing({ became, says }: ObjectNow): Pick<Fact, "state" | "says" | "changed"> {
  switch (became) {
    case "before":
      return { state: "failed", says: "not changed, it is as it was", changed: false };
    case "other":
      return { state: "failed", says: `not changed by the step: ${says}`, changed: false };
    case "after":
      return { state: "failed", says: "changed, though the step failed", changed: true };
    case "partly":
      return { state: "unknown", says: `changed in part: ${says}` };
  }
}
