import type { StepRecord } from "../change/journal.ts";
import type { Step } from "../change/plan.ts";
import type { BoundPlan } from "../change/preview.ts";
import { judge } from "../policy/judge.ts";
import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import { boundPlan, type GraphState, type GraphUpdate } from "./state.ts";

/**
 * Takes back the steps known to have run, the last one first. Stops, and leaves it to a person, at a step that has no
 * way back or whose way back fails. The permission is the plan's own: its digest covers every way back.
 */
export async function rollBack(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  const bound = boundPlan(state);
  if (bound === null) return { error: "There is no plan to take back." };
  await deps.report(context.changeId, "rolling_back");
  await deps.endOpenSteps(context.changeId);
  const records = (await deps.findSteps(context.changeId)).filter(
    (record) => record.revision === state.revision,
  );
  const ran = bound.plan.plan.filter((step) => outcomeOf(records, step, "forward") === "done");
  for (const step of ran.toReversed()) {
    context.signal.throwIfAborted();
    const stopped = await takeBack(deps, bound, context, step, records);
    if (stopped !== null) return stopped;
  }
  return { executionStatus: "rolled_back" };
}

/** Null when the step is taken back, or only read; otherwise how the graph goes on. */
async function takeBack(
  deps: GraphDeps,
  bound: BoundPlan,
  context: NodeContext,
  step: Step,
  records: StepRecord[],
): Promise<GraphUpdate | null> {
  if (step.rollback === null || step.rollback.tool === "terraform") {
    const verdict = judge(step, deps.policy, null);
    if (verdict.decision === "allow" && verdict.risk === "low") return null;
    const why =
      step.tool === "terraform"
        ? "is terraform, which is never taken back by itself: ask for that as a change of its own"
        : "has no way back";
    return stop(deps, context, `Step ${step.step} ${why}. What came before it still stands.`);
  }
  const before = outcomeOf(records, step, "rollback");
  if (before === "done") return null;
  if (before !== undefined) return stop(deps, context, `Taking back step ${step.step} did not end well.`);
  if (!(await deps.isPermitted(context.changeId, bound.revision, bound.digest))) {
    return { error: `Nobody has approved exactly this plan, so step ${step.step} was not taken back.` };
  }
  const { changeId, signal } = context;
  const key = {
    changeId,
    revision: bound.revision,
    step: step.step,
    direction: "rollback",
    attempt: 1,
  } as const;
  const end = await deps.runStep(key, step.rollback, bound, signal);
  if (end?.outcome === "done") return null;
  return stop(deps, context, `Taking back step ${step.step} ended as ${end?.outcome ?? "unknown"}.`);
}

async function stop(deps: GraphDeps, context: NodeContext, notes: string): Promise<GraphUpdate> {
  await deps.recordReview(context.changeId, { result: "needs_human", notes });
  return { executionStatus: "failed", reviewResult: "needs_human", reviewNotes: notes };
}

function outcomeOf(
  records: StepRecord[],
  step: Step,
  direction: StepRecord["direction"],
): StepRecord["outcome"] | undefined {
  return records.findLast((record) => record.step === step.step && record.direction === direction)?.outcome;
}
