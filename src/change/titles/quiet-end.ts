import type { Change } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";

/** How the reason begins where the Planner made no plan, and where the policy does not let this person ask. */
export const DECLINED = "The Planner made no plan: ";
export const NOT_ALLOWED = "The policy does not let you ask";

/** An end at which nothing was run and nothing broke. */
export type QuietEnd = "nothing to do" | "declined" | "refused" | "not allowed" | "out of date";

type Ended = Pick<
  Change,
  "status" | "error" | "previews" | "review" | "refusedPlan" | "revision" | "planOnly"
>;

/** Whether a change ended quietly, and how; null while it goes on, where something was run, and where something broke. */
export function quietEnd(change: Ended, steps: readonly Pick<StepRecord, "outcome">[]): QuietEnd | null {
  if (steps.some(({ outcome }) => outcome !== "not run")) return null;
  if (change.status === "expired") return "out of date";
  if (change.status === "done") return hadNothingToDo(change) ? "nothing to do" : null;
  if (change.status !== "failed" || change.error === null) return null;
  if (change.error.startsWith(DECLINED)) return "declined";
  if (change.error.startsWith(NOT_ALLOWED)) return "not allowed";
  return isRefused(change, change.error) ? "refused" : null;
}

/** Judged by Greenlight before anything ran, since every look showed what was asked for. */
function hadNothingToDo({ review }: Ended): boolean {
  return review?.by === "greenlight" && review.result === "approved";
}

/** The reason is that of the plan that was refused, or of another one after it, which nobody wrote down. */
function isRefused({ refusedPlan, revision }: Ended, error: string): boolean {
  if (refusedPlan === null || refusedPlan.revision !== revision) return false;
  return refusedPlan.times > 1 || error.startsWith(unfolded(refusedPlan.reason));
}
