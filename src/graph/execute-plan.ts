import { ChangeCancelledError } from "#change/cancel.ts";
import { type HeldBack, type StepRecord, wasRefused } from "#change/journal.ts";
import type { Command } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import { onlyReads } from "#policy/only-reads.ts";
import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import { boundPlan, type ExecutionStatus, type GraphState, type GraphUpdate } from "./state.ts";

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
  if (state.planOnly) return { error: "This was asked for as a plan only, so nothing of it is run." };
  const bound = boundPlan(state);
  if (bound === null) return { error: "There is no assessed plan to run." };
  const { changeId, signals } = context;
  await deps.report(changeId, "running");
  await deps.endOpenSteps(changeId);
  const before = (await deps.findSteps(changeId)).filter((record) => record.revision === state.revision);
  if (state.isTakingBack || before.some(({ direction }) => direction === "rollback"))
    return { error: "This plan is being taken back, so no step of it is run any more." };
  if (await isCancelled(deps, changeId)) return stopped(state.currentStep, before.length > 0);
  if (before.length === 0) {
    const reason = await deps.whyVoid(changeId, bound, signals.pause);
    signals.pause.throwIfAborted();
    if (reason !== null)
      return { error: `${reason} Nothing was run. Ask again, so that it is planned anew.` };
  }
  for (const step of bound.plan.plan) {
    signals.pause.throwIfAborted();
    const before = await findAttempt(deps, changeId, state.revision, step.step);
    if (before?.outcome === "done") continue;
    if (before !== undefined && !(await mayTryAgain(deps, before, step, bound.digest)))
      return { currentStep: step.step, executionStatus: before.outcome === "failed" ? "failed" : "unknown" };
    if (!(await deps.isPermitted(changeId, state.revision, bound.digest))) {
      return {
        error:
          "Nobody has approved exactly this plan, so step " + `${step.step} and all after it were not run.`,
      };
    }
    if (await isCancelled(deps, changeId)) return stopped(step.step, before !== undefined || step.step > 1);
    const key = {
      changeId,
      revision: state.revision,
      step: step.step,
      direction: "forward",
      attempt: (before?.attempt ?? 0) + 1,
    } as const;
    const end = await deps.runStep(key, step, bound, signals);
    if (end?.outcome === "done") continue;
    const ran = await findAttempt(deps, changeId, state.revision, step.step);
    if (ran !== undefined && wasRefused(ran)) return refused(deps, bound, ran, end?.heldBack);
    // A read that was cut off: the run is over, and this node is done again.
    const status: ExecutionStatus = end === null || end.outcome === "not run" ? "unknown" : end.outcome;
    return { currentStep: step.step, executionStatus: status };
  }
  return { currentStep: bound.plan.plan.length, executionStatus: "done" };
}

/** Where nothing was changed yet, the change is over; else it is judged what becomes of what was. */
function refused(
  deps: GraphDeps,
  { plan }: BoundPlan,
  { step, error }: StepRecord,
  heldBack: HeldBack | undefined,
): GraphUpdate {
  const hasChanged = plan.plan.some((one) => one.step < step && !onlyReads(one, deps.policy));
  if (hasChanged) return { currentStep: step, executionStatus: heldBack === undefined ? "failed" : "held" };
  const reason = `${error ?? `Step ${step} was refused.`} Nothing was changed.`;
  if (heldBack !== "other") return { error: reason };
  return { executionStatus: "expired", error: `${reason} Plan it again, from what is there now.` };
}

async function isCancelled(deps: GraphDeps, changeId: string): Promise<boolean> {
  return (await deps.findCancel(changeId)) !== null;
}

/** Where something has run an operator says how it ends, whatever became of the steps; else it ends by the cancel itself. */
function stopped(currentStep: number, hasRun: boolean): GraphUpdate {
  if (!hasRun) throw new ChangeCancelledError();
  return { currentStep, executionStatus: "cancelled" };
}

/**
 * Whether there may be one more attempt: an approver has said that this one did not happen, which is the one thing that
 * permits it of what may change something (invariant 3), it was refused before its spawn, or it only read and was cut off.
 */
export async function mayTryAgain(
  deps: GraphDeps,
  attempt: StepRecord,
  command: Command,
  digest: string,
): Promise<boolean> {
  if (attempt.outcome !== "not run") return false;
  if (wasRefused(attempt)) return true;
  return onlyReads(command, deps.policy) || (await deps.mayRunAgain(attempt, digest));
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
