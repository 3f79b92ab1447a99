import type { Change } from "#change/change.ts";
import { maxRisk, type Risk, type Step } from "#change/plan.ts";

const rank: Record<Risk, number> = { high: 0, medium: 1, low: 2 };

type Planned = Pick<Change, "plan" | "stepRisks">;

/** The risk of one step with its rollback, as policy and model together see it. */
export function riskOfStep({ stepRisks }: Planned, step: Step): Risk {
  return stepRisks[step.step - 1] ?? step.risk;
}

/** All steps, the riskiest first, equal ones as they run: what has to be read must not stand behind what need not. */
export function riskiestFirst(change: Planned): Step[] {
  return (change.plan?.plan ?? []).toSorted(
    (one, other) => rank[riskOfStep(change, one)] - rank[riskOfStep(change, other)] || one.step - other.step,
  );
}

/** The steps of the plan's highest risk, as they run. */
export function riskiestSteps(change: Planned): Step[] {
  const steps = change.plan?.plan ?? [];
  const highest = maxRisk(...steps.map((step) => riskOfStep(change, step)));
  return steps.filter((step) => riskOfStep(change, step) === highest);
}

/** Whether some steps are riskier than others, so that their order by risk says something. */
export function risksDiffer(change: Planned): boolean {
  return riskiestSteps(change).length < (change.plan?.plan.length ?? 0);
}
