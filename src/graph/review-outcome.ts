import type { Fact } from "#change/fact.ts";
import { saysStopped } from "#change/how-far.ts";
import type { StepRecord } from "#change/journal.ts";
import { unsettledStep } from "#change/operator.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { Review } from "#change/verdict.ts";
import { onlyReads } from "#policy/only-reads.ts";
import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import { boundPlan, type GraphState, type GraphUpdate } from "./state.ts";
import {
  changedNothing,
  heldToFacts,
  type Outcome,
  possibleVerdicts,
  sentences,
  withoutReviewer,
} from "./verdicts.ts";

const READ = "It only read, and changed nothing.";

const SAY_WHICH =
  "Look at what is there now, then say whether it happened: if so the plan goes on after it, if not the step runs again.";

/**
 * Facts first: code reads back what the steps left, and that says which verdicts are possible. Only then the Reviewer
 * chooses among those. A plan that only reads has nothing to look back at, and is done or failed by its steps.
 */
export async function reviewOutcome(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  const bound = boundPlan(state);
  if (bound?.plan.plan.every((step) => onlyReads(step, deps.policy)) === true) {
    const read = await endRead(deps, state, context.changeId);
    if (read !== null) return read;
  }
  await deps.report(context.changeId, "reviewing");
  const review = await judgeOutcome(deps, state, bound, context);
  if ("error" in review) return review;
  await deps.recordReview(context.changeId, review);
  return { reviewResult: review.result, reviewNotes: review.notes };
}

/** How a plan that changes nothing ends; null where nobody saw how a step ended, or it was cancelled. */
async function endRead(deps: GraphDeps, state: GraphState, changeId: string): Promise<GraphUpdate | null> {
  if (state.executionStatus === "done") {
    const review = { result: "approved", notes: READ, by: "greenlight" } as const;
    await deps.recordReview(changeId, review);
    return { reviewResult: review.result, reviewNotes: review.notes };
  }
  if (state.executionStatus !== "failed") return null;
  return endUnchanged(state, await deps.findSteps(changeId));
}

/** A step that failed and changed nothing ends the change: no person is asked, and its targets are free. */
function endUnchanged({ currentStep }: GraphState, records: readonly StepRecord[]): { error: string } {
  const failed = records.findLast(({ outcome }) => outcome === "failed");
  return { error: `Step ${currentStep} failed, and nothing was changed. ${failed?.error ?? ""}`.trim() };
}

async function judgeOutcome(
  deps: GraphDeps,
  state: GraphState,
  bound: BoundPlan | null,
  context: NodeContext,
): Promise<Review | { error: string }> {
  if (state.executionStatus === "cancelled")
    return needsHuman(await sayCancelled(deps, state, context.changeId));
  if (state.executionStatus === "unknown") {
    return needsHuman(await sayUnknown(deps, state, context.changeId));
  }
  if (bound === null) return needsHuman("There is no plan to hold the outcome against.");
  const { changeId, signals, span } = context;
  const records = (await deps.findSteps(changeId)).filter(
    ({ revision, direction }) => revision === state.revision && direction === "forward",
  );
  const { facts, wasStopped } = await span(
    "facts",
    () => deps.readFacts(changeId, bound, records, signals),
    (read) => read.facts,
  );
  if (wasStopped)
    return { ...needsHuman(`It was stopped while the outcome was looked at. ${sentences(facts)}`), facts };
  if (state.executionStatus === "held") return { ...needsHuman(sayHeld(state, records, facts)), facts };
  const outcome = outcomeOf(state, bound, records, facts);
  const changing = bound.plan.plan.filter((step) => !onlyReads(step, deps.policy)).map(({ step }) => step);
  if (changedNothing(outcome, changing)) return endUnchanged(state, records);
  const possible = possibleVerdicts(outcome);
  if (possible.kind === "decided") return { ...possible.review, facts };
  const steps = await Promise.all(
    records.map(async (record) => ({ record, log: await deps.findLog(record) })),
  );
  const { answers, wishes: requestedChanges } = state.talk;
  const said = { request: state.request, answers, requestedChanges };
  const told = { ...said, plan: bound.plan, steps, facts, may: possible.may };
  const reviewed = await deps.askReviewer(changeId, told, signals);
  signals.pause.throwIfAborted();
  const review = reviewed.ok
    ? heldToFacts(outcome, possible.may, reviewed.answer)
    : withoutReviewer(outcome, reviewed.reason);
  return { ...review, facts };
}

function outcomeOf(
  { executionStatus: status, currentStep }: GraphState,
  { plan }: BoundPlan,
  records: readonly StepRecord[],
  facts: readonly Fact[],
): Outcome {
  const last = (step: number) => records.findLast((record) => record.step === step)?.outcome;
  const done = plan.plan.filter(({ step }) => last(step) === "done").map(({ step }) => step);
  return { plan, status, currentStep, done, facts };
}

/** Nothing failed, so nothing is taken back unasked: whether the steps before it are any good alone, a person knows. */
function sayHeld(
  { currentStep }: GraphState,
  records: readonly StepRecord[],
  facts: readonly Fact[],
): string {
  const held = records.findLast(({ step }) => step === currentStep);
  const done = records.filter(({ outcome }) => outcome === "done").map(({ step }) => step);
  const notes = [
    `Step ${currentStep} was held back, and nothing after it was run. ${held?.error ?? ""}`.trim(),
    `${done.length === 1 ? `Step ${done[0]} is` : `Steps ${done.join(", ")} are`} done.`,
    sentences(facts),
    "Keep what is done, or have it rolled back. To have the rest planned anew, keep it and press Run again: the same words are planned from what is there then.",
  ];
  return notes
    .filter((note) => note !== "")
    .join(" ")
    .slice(0, 4_000);
}

async function sayUnknown(deps: GraphDeps, state: GraphState, changeId: string): Promise<string> {
  const open = unsettledStep(state, await deps.findSteps(changeId));
  const what = `Nobody saw how step ${state.currentStep} ended, so it may or may not have happened.`;
  return `${what}${open?.error == null ? "" : ` ${open.error}`} ${SAY_WHICH}`;
}

async function sayCancelled(deps: GraphDeps, state: GraphState, changeId: string): Promise<string> {
  const [cancel, steps] = await Promise.all([deps.findCancel(changeId), deps.findSteps(changeId)]);
  return saysStopped({ ...state, cancel }, steps);
}

function needsHuman(notes: string): Review {
  return { result: "needs_human", notes, by: "greenlight" };
}
