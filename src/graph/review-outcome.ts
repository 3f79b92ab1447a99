import { saysStopped } from "#change/how-far.ts";
import { unsettledStep } from "#change/operator.ts";
import type { Review } from "#change/verdict.ts";
import type { GraphDeps, StepFacts } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

const SAY_WHICH =
  "Look at what is there now, then say whether it happened: if so the plan goes on after it, if not the step runs again.";

/** Facts first: what is unknown goes to a person without asking the model, and a failed step is never approved. */
export async function reviewOutcome(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  await deps.report(context.changeId, "reviewing");
  const review = await judgeOutcome(deps, state, context);
  await deps.recordReview(context.changeId, review);
  return { reviewResult: review.result, reviewNotes: review.notes };
}

async function judgeOutcome(deps: GraphDeps, state: GraphState, context: NodeContext): Promise<Review> {
  if (state.executionStatus === "cancelled")
    return needsHuman(await sayCancelled(deps, state, context.changeId));
  if (state.executionStatus === "unknown") {
    return needsHuman(await sayUnknown(deps, state, context.changeId));
  }
  const facts = await findFacts(deps, state, context.changeId);
  const reviewed = await deps.askReviewer(context.changeId, state.request, facts, context.signals.stop);
  if (!reviewed.ok) return needsHuman(`The Reviewer gave no verdict: ${reviewed.reason}.`);
  if (reviewed.answer.result === "approved" && state.executionStatus !== "done") {
    return needsHuman(
      `Step ${state.currentStep} failed, so this cannot count as done. ${reviewed.answer.notes}`,
    );
  }
  return reviewed.answer;
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

async function findFacts(deps: GraphDeps, state: GraphState, changeId: string): Promise<StepFacts[]> {
  const steps = await deps.findSteps(changeId);
  const mine = steps.filter((record) => record.revision === state.revision && record.direction === "forward");
  return Promise.all(mine.map(async (record) => ({ record, log: await deps.findLog(record) })));
}
