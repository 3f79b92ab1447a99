import type { StepRecord } from "../change/journal.ts";
import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import type { ExecutionStatus, GraphState, GraphUpdate } from "./state.ts";

/**
 * Walks the plan, one step after the other, and stops at the first that is not done. Before every spawn it reads the
 * permission row itself: a state that claims approval without one ends here, and nothing is spawned (invariant 3).
 */
export async function executePlan(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  if (state.plan === null || state.digest === null) return { error: "There is no assessed plan to run." };
  const { changeId } = context;
  await deps.report(changeId, "running");
  for (const step of state.plan.plan) {
    context.signal.throwIfAborted();
    const before = await findAttempt(deps, changeId, state.revision, step.step);
    if (before !== undefined) {
      if (before.outcome === "done") continue;
      return { currentStep: step.step, executionStatus: before.outcome === "failed" ? "failed" : "unknown" };
    }
    if (!(await deps.isPermitted(changeId, state.revision, state.digest))) {
      return {
        error:
          "Nobody has approved exactly this plan, so step " + `${step.step} and all after it were not run.`,
      };
    }
    const key = {
      changeId,
      revision: state.revision,
      step: step.step,
      direction: "forward",
      attempt: 1,
    } as const;
    const end = await deps.runStep(key, step, context.signal);
    const status: ExecutionStatus = end === null ? "unknown" : end.outcome;
    if (status !== "done") return { currentStep: step.step, executionStatus: status };
  }
  return { currentStep: state.plan.plan.length, executionStatus: "done" };
}

async function findAttempt(
  deps: GraphDeps,
  changeId: string,
  revision: number,
  step: number,
): Promise<StepRecord | undefined> {
  const steps = await deps.findSteps(changeId);
  return steps.findLast(
    (record) => record.revision === revision && record.step === step && record.direction === "forward",
  );
}
