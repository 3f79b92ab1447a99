import { type Answer, type Change, openDecision } from "./change.ts";
import type { StepRecord } from "./journal.ts";

/** The attempt whose end nobody saw and about which nobody has said anything yet: the newest of this revision, or null. */
export function unsettledStep(
  change: Pick<Change, "revision">,
  steps: readonly StepRecord[],
): StepRecord | null {
  return (
    steps.findLast(({ revision, outcome }) => revision === change.revision && outcome === "unknown") ?? null
  );
}

/** What the operator can answer now, in the order it is offered. What happened can only be said of an unsettled step. */
export function operatorAnswers(change: Change, steps: readonly StepRecord[]): readonly Answer[] {
  const open = unsettledStep(change, steps);
  if (open === null && !endedWhileAsked(change, steps)) return ["accept", "roll_back"];
  const isBack = open?.direction === "rollback" || isTakingBack(change, steps);
  if (open === null) return isBack ? ["happened", "accept"] : ["happened", "roll_back", "accept"];
  return isBack
    ? ["happened", "did_not_happen", "accept"]
    : ["happened", "did_not_happen", "roll_back", "accept"];
}

/** Whether the step that was asked about is known to be done by now: whoever ran it told so after the question was put. */
function endedWhileAsked(change: Change, steps: readonly StepRecord[]): boolean {
  const question = openDecision(change);
  const last = steps.findLast(({ revision }) => revision === change.revision);
  if (question === null || question.gate !== "operator" || last === undefined) return false;
  return last.outcome === "done" && last.finishedAt !== null && last.finishedAt > question.askedAt;
}

/** Whether this revision is on its way back: nothing of it goes forward any more. */
export function isTakingBack(change: Change, steps: readonly StepRecord[]): boolean {
  return (
    steps.some(({ revision, direction }) => revision === change.revision && direction === "rollback") ||
    change.decisions.some(
      ({ gate, revision, answer }) =>
        gate === "operator" && revision === change.revision && answer === "roll_back",
    )
  );
}
