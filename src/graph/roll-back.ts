import type { Fact } from "#change/fact.ts";
import type { StepRecord } from "#change/journal.ts";
import { unsettledStep } from "#change/operator.ts";
import type { Step } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import { onlyReads } from "#policy/only-reads.ts";
import type { GraphDeps } from "./deps.ts";
import { mayTryAgain } from "./execute-plan.ts";
import type { NodeContext } from "./node-context.ts";
import { boundPlan, type GraphState, type GraphUpdate } from "./state.ts";
import { sentences } from "./verdicts.ts";

/**
 * Takes back the steps known to have run, the last one first. A step without a rollback stands, keeps nobody from taking
 * back the others, and is named to a person in the end; a rollback that fails goes to a person at once. The permission is
 * the plan's own: its digest covers every rollback.
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
    context.signals.pause.throwIfAborted();
    const stopped = await takeBack(deps, bound, context, step, records);
    if (stopped !== null) return { ...stopped, isTakingBack: true };
  }
  const open = unsettledStep(state, records);
  const stands = ran.filter((step) => !onlyReads(step, deps.policy) && !hasRollback(step)).map(whyStands);
  if (open === null) return { ...(await endRestored(deps, bound, context, stands)), isTakingBack: true };
  const notes = `Every step known to have run is taken back. Step ${open.step} is not: nobody saw whether it happened. If it did, it is taken back too once you say so.`;
  return { ...(await stop(deps, context, notes)), isTakingBack: true };
}

/** "Rolled back" is said only once the state before was read back (invariant 12). */
async function endRestored(
  deps: GraphDeps,
  bound: BoundPlan,
  context: NodeContext,
  stands: readonly string[],
): Promise<GraphUpdate> {
  const records = (await deps.findSteps(context.changeId)).filter(
    ({ revision }) => revision === bound.revision,
  );
  const { facts } = await context.span(
    "facts",
    () => deps.readRestored(context.changeId, bound, records, context.signals),
    (read) => read.facts,
  );
  const others = facts.filter(({ state }) => state !== "good");
  if (others.length === 0 && stands.length === 0) return { executionStatus: "rolled_back" };
  const notes = [
    "Every rollback there is ran, but not all is as it was before.",
    ...stands,
    sentences(others),
  ];
  return stop(deps, context, notes.join(" ").trim().slice(0, 4_000), facts);
}

function hasRollback({ rollback }: Step): boolean {
  return rollback !== null && rollback.tool !== "terraform";
}

function whyStands({ step, tool }: Step): string {
  return tool === "terraform"
    ? `Step ${step} is terraform, which is never taken back by itself: ask for that as a change of its own.`
    : `Step ${step} has no rollback and stands.`;
}

/** Null when the step is taken back, or has no rollback; otherwise how the graph goes on. */
async function takeBack(
  deps: GraphDeps,
  bound: BoundPlan,
  context: NodeContext,
  step: Step,
  records: StepRecord[],
): Promise<GraphUpdate | null> {
  const { rollback } = step;
  if (rollback === null || !hasRollback(step)) return null;
  const before = lastOf(records, step, "rollback");
  if (before?.outcome === "done") return null;
  if (before !== undefined && !(await mayTryAgain(deps, before, rollback, bound.digest)))
    return stop(deps, context, notTakenBack(before));
  if (!(await deps.isPermitted(context.changeId, bound.revision, bound.digest))) {
    return { error: `Nobody has approved exactly this plan, so step ${step.step} was not taken back.` };
  }
  const { changeId, signals } = context;
  const key = {
    changeId,
    revision: bound.revision,
    step: step.step,
    direction: "rollback",
    attempt: (before?.attempt ?? 0) + 1,
  } as const;
  const end = await deps.runStep(key, rollback, bound, signals);
  if (end?.outcome === "done") return null;
  const why = (await deps.findSteps(changeId)).findLast(({ direction }) => direction === "rollback")?.error;
  const ended = `Taking back step ${step.step} ended as ${end?.outcome ?? "unknown"}.`;
  return stop(deps, context, why == null ? ended : `${ended} ${why}`);
}

function notTakenBack({ step, outcome, error }: StepRecord): string {
  if (outcome !== "unknown") return `Taking back step ${step} did not end well.`;
  return `Nobody saw whether taking back step ${step} worked.${error === null ? "" : ` ${error}`} Say whether it happened: if not, it is tried once more.`;
}

async function stop(
  deps: GraphDeps,
  context: NodeContext,
  notes: string,
  facts: Fact[] = [],
): Promise<GraphUpdate> {
  await deps.recordReview(context.changeId, { result: "needs_human", notes, by: "greenlight", facts });
  return { executionStatus: "failed", reviewResult: "needs_human", reviewNotes: notes };
}

function outcomeOf(
  records: StepRecord[],
  step: Step,
  direction: StepRecord["direction"],
): StepRecord["outcome"] | undefined {
  return lastOf(records, step, direction)?.outcome;
}

function lastOf(
  records: StepRecord[],
  step: Step,
  direction: StepRecord["direction"],
): StepRecord | undefined {
  return records.findLast((record) => record.step === step.step && record.direction === direction);
}
