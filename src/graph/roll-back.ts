import type { Fact } from "#change/fact.ts";
import type { StepEnd, StepRecord } from "#change/journal.ts";
import { unsettledStep } from "#change/operator.ts";
import { argvOf, type Command, type Step } from "#change/plan.ts";
import { type BoundPlan, madeFor } from "#change/preview.ts";
import { onlyReads } from "#policy/only-reads.ts";
import type { GraphDeps } from "./deps.ts";
import { mayTryAgain } from "./execute-plan.ts";
import type { NodeContext } from "./node-context.ts";
import { boundPlan, type GraphState, type GraphUpdate } from "./state.ts";
import { sentences } from "./verdicts.ts";

/**
 * Takes back the steps known to have run, the last one first; of those with a rollback that Greenlight made also what a step that failed
 * had changed. A step without a rollback stands, keeps nobody from taking
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
  const records = await recordsOf(deps, context.changeId, state.revision);
  const ran = bound.plan.plan.filter((step) => lastOf(records, step, "forward")?.outcome === "done");
  const others: string[] = [];
  for (const step of bound.plan.plan.toReversed()) {
    context.signals.pause.throwIfAborted();
    const stopped = await takeBackAny(deps, bound, context, step, records, others);
    if (stopped !== null) return { ...stopped, isTakingBack: true };
  }
  const open = unsettledStep(state, await recordsOf(deps, context.changeId, state.revision));
  const changing = ran.filter((step) => !onlyReads(step, deps.policy));
  const stands = [...changing.flatMap((step) => whyStands(step, bound, state.previews)), ...others];
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
  const records = await recordsOf(deps, context.changeId, bound.revision);
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

/** What of a step stands in the end, each in a sentence. What goes back with an earlier step does not. */
function whyStands(step: Step, { bindings }: BoundPlan, previews: GraphState["previews"]): string[] {
  if (madeFor(bindings, step.step) !== null) {
    const lost = previews.find((preview) => preview.step === step.step)?.made?.stands ?? [];
    return lost.length === 0 ? [] : [`Step ${step.step}: nothing brings back ${lost.join(", ")}.`];
  }
  if (hasRollback(step)) return [];
  return step.tool === "terraform"
    ? [
        `Step ${step.step} is terraform, which is never taken back by itself: ask for that as a change of its own.`,
      ]
    : [`Step ${step.step} has no rollback and stands.`];
}

/**
 * A step that is done, by the plan's own rollback or by the one that Greenlight made; of the second also one that failed, which
 * may have changed one object of two: a look says which. `others` gets what somebody else changed since.
 */
async function takeBackAny(
  deps: GraphDeps,
  bound: BoundPlan,
  context: NodeContext,
  step: Step,
  records: StepRecord[],
  others: string[],
): Promise<GraphUpdate | null> {
  const outcome = lastOf(records, step, "forward")?.outcome;
  const commands = madeFor(bound.bindings, step.step);
  if (commands === null) return outcome === "done" ? takeBack(deps, bound, context, step, records) : null;
  if (outcome !== "done" && outcome !== "failed") return null;
  for (const command of commands) {
    context.signals.pause.throwIfAborted();
    const stopped = await takeBackObject(deps, bound, context, { step, command, others });
    if (stopped !== null) return stopped;
  }
  return null;
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
  return end?.outcome === "done" ? null : stopAfter(deps, context, step, end);
}

/**
 * One object of a step, by the rollback that Greenlight made for it. It is looked at first, and touched only where it is as
 * the plan left it. So an attempt that failed may be made again, which no other step may (invariant 3): either the look finds
 * its effect and nothing is run, or the command changes nothing but what the look found, since the patch tests that once more
 * on the server, `create` makes nothing twice, and before `delete` the object is looked at (kubectl has no condition for the
 * time between the two). One whose end nobody saw is never made again by itself all the same, because it may still be
 * running: where the look finds its effect it counts as done, else a person says.
 */
async function takeBackObject(
  deps: GraphDeps,
  bound: BoundPlan,
  context: NodeContext,
  { step, command, others }: { step: Step; command: Command; others: string[] },
): Promise<GraphUpdate | null> {
  const { changeId, signals } = context;
  const records = await recordsOf(deps, changeId, bound.revision);
  const backs = records.filter((one) => one.step === step.step && one.direction === "rollback");
  const line = JSON.stringify(argvOf(command));
  const before = backs.findLast(({ argv }) => JSON.stringify(argv) === line);
  if (before?.outcome === "done") return null;
  const back = { changeId, bound, step, command, records };
  if (before?.outcome === "unknown") {
    const seen = await deps.lookBack(back, signals.pause);
    if (seen.kind !== "as before") return stop(deps, context, notTakenBack(before));
    await deps.settleSeen(before);
    return null;
  }
  if (!(await deps.isPermitted(changeId, bound.revision, bound.digest))) {
    return { error: `Nobody has approved exactly this plan, so step ${step.step} was not taken back.` };
  }
  const attempt = 1 + Math.max(0, ...backs.map((one) => one.attempt));
  const key = {
    changeId,
    revision: bound.revision,
    step: step.step,
    direction: "rollback",
    attempt,
  } as const;
  const ran = await deps.runBack(key, back, signals);
  if (ran.kind === "other") others.push(ran.says);
  if (ran.kind !== "ran" || ran.end?.outcome === "done") return null;
  return stopAfter(deps, context, step, ran.end);
}

async function stopAfter(
  deps: GraphDeps,
  context: NodeContext,
  { step }: Step,
  end: StepEnd | null,
): Promise<GraphUpdate> {
  const why = (await deps.findSteps(context.changeId)).findLast(
    ({ direction }) => direction === "rollback",
  )?.error;
  const ended = `Taking back step ${step} ended as ${end?.outcome ?? "unknown"}.`;
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

async function recordsOf(deps: GraphDeps, changeId: string, revision: number): Promise<StepRecord[]> {
  return (await deps.findSteps(changeId)).filter((record) => record.revision === revision);
}

function lastOf(
  records: StepRecord[],
  step: Step,
  direction: StepRecord["direction"],
): StepRecord | undefined {
  return records.findLast((record) => record.step === step.step && record.direction === direction);
}
