import type { Change } from "./change.ts";
import type { StepRecord } from "./journal.ts";
import type { Plan, Step } from "./plan.ts";
import type { MadeRollback } from "./preview.ts";

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
  const taken = ran.map((step) => ({ ...step, rollback: asStep(change, step) }));
  const back = taken.toReversed().flatMap(reversed);
  if (back.length === 0) return null;
  const left = taken.filter(({ rollback }) => rollback === null).map(({ step }) => step);
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

/** The rollback that Greenlight made for a step; undefined where the plan's own counts. */
export function madeOf({ previews }: Pick<Change, "previews">, step: number): MadeRollback | undefined {
  return previews.find((preview) => preview.step === step)?.made;
}

/** Whether a step is taken back within its change: by a rollback of its own, or with an earlier step. */
export function goesBack(change: Pick<Change, "previews">, { step, rollback }: Step): boolean {
  return rollback !== null || (madeOf(change, step)?.coveredBy ?? []).length > 0;
}

/** What Greenlight made reads what only the change itself keeps; a change of its own has the plan's command instead. */
function asStep(change: Change, { step, rollback }: Step): Step["rollback"] {
  const made = madeOf(change, step);
  return made === undefined ? rollback : made.instead;
}

/** The way back as a step whose own way back is the step itself. */
function reversed({ step, tool, args, dir, description, risk, rollback }: Step): Step[] {
  if (rollback === null) return [];
  const about = `Takes back step ${step}: ${description}`.slice(0, 900);
  return [{ ...rollback, step, description: about, risk, rollback: { tool, args, dir } }];
}
