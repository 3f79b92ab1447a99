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
  const goesOn = change.cancel === null || isTakingBack(change, steps);
  if (open === null && !(goesOn && toldStep(change, steps) !== null)) return ["accept", "roll_back"];
  const isBack = open?.direction === "rollback" || isTakingBack(change, steps);
  if (open === null) return isBack ? ["happened", "accept"] : ["happened", "roll_back", "accept"];
  return isBack
    ? ["happened", "did_not_happen", "accept"]
    : ["happened", "did_not_happen", "roll_back", "accept"];
}

/**
 * The step whose end nobody had seen and that is known to be done by now, because whoever ran it told late; null when there
 * is none, or somebody has had the change go on after it already.
 */
export function toldStep(change: Change, steps: readonly StepRecord[]): StepRecord | null {
  const question = openDecision(change);
  const last = steps.findLast(({ revision }) => revision === change.revision);
  if (question === null || question.gate !== "operator" || last === undefined) return null;
  const { outcome, toldAt } = last;
  if (outcome !== "done" || toldAt === null) return null;
  const wentOn = change.decisions.some(
    ({ gate, answer, decidedAt }) =>
      gate === "operator" && answer === "happened" && decidedAt !== null && decidedAt > toldAt,
  );
  return wentOn ? null : last;
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
