import type { Change } from "./change.ts";
import type { StepRecord } from "./journal.ts";
import type { Plan, Step } from "./plan.ts";

/**
 * The plan that takes a done change back: the ways back of the steps that ran, the last first. What has none stays, and the
 * summary says so. Null when there is nothing to take back, or the change is not done.
 */
export function wayBackPlan(change: Change, steps: readonly StepRecord[]): Plan | null {
  const { plan } = change;
  if (change.status !== "done" || plan === null) return null;
  const ran = plan.plan.filter((step) =>
    steps.some((one) => one.revision === change.revision && one.step === step.step && isDone(one)),
  );
  const back = ran.toReversed().flatMap(reversed);
  if (back.length === 0) return null;
  const left = ran.filter(({ rollback }) => rollback === null).map(({ step }) => step);
  const stays = left.length === 0 ? "" : ` Without a way back, and left as it is: step ${left.join(", ")}.`;
  return {
    summary: `Takes back what change ${change.id} did, the last step first.${stays}`,
    plan: back.map((step, index) => ({ ...step, step: index + 1 })),
    risk_level: plan.risk_level,
    risk_reason: `it takes back what change ${change.id} did`,
    questions: [],
  };
}

function isDone({ direction, outcome }: StepRecord): boolean {
  return direction === "forward" && outcome === "done";
}

/** The way back as a step whose own way back is the step itself. */
function reversed({ step, tool, args, dir, description, risk, rollback }: Step): Step[] {
  if (rollback === null) return [];
  const about = `Takes back step ${step}: ${description}`.slice(0, 900);
  return [{ ...rollback, step, description: about, risk, rollback: { tool, args, dir } }];
}
