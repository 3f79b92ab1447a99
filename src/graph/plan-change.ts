import { unfolded } from "#change/folded.ts";
import type { PlannerOutput } from "#change/plan.ts";
import type { Question } from "#change/planning/question.ts";
import { DECLINED } from "#change/titles/quiet-end.ts";
import { askMore } from "./ask-more.ts";
import type { GraphDeps, PlanningInput } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import { endRefused, isRefusedAgain, withoutRun } from "./refused.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

/**
 * Asks the Planner: for a plan, for what it has to know first, or for the answer to a question. A decline, a fault of the model and an unreachable one all
 * end the change with a sentence, and so does a model that goes on asking, or makes the refused plan again.
 */
export async function planChange(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  const { revision, refused } = state;
  const { times, reason } = refused;
  await deps.report(context.changeId, "planning");
  if (times > 0) await deps.reportRefused(context.changeId, { revision, times, reason });
  const planned = await deps.askPlanner(context.changeId, inputOf(state), context.signals);
  if (!planned.ok) {
    if (times > 0)
      return endRefused(refused, `Another plan could not be made: ${planned.reason}. Nothing was run.`);
    const again = planned.isLasting === true ? "" : " Ask again in a while.";
    return { error: `No plan could be made: ${planned.reason}. Nothing was run.${again}` };
  }
  const { answer } = planned;
  const questions = questionsOf(answer);
  if (questions.length > 0) return askMore(state, questions, "The Planner");
  if (answer.plan.length === 0) return withoutPlan(deps, state, context, answer);
  if (isRefusedAgain(refused, answer)) return { error: withoutRun(reason) };
  // Numbered here: the journal's key must not rest on how a model counts.
  const plan = { ...answer, plan: answer.plan.map((step, index) => ({ ...step, step: index + 1 })) };
  return { plan };
}

/** A question that is answered, or a request that is declined. */
async function withoutPlan(
  deps: GraphDeps,
  { revision, refused }: GraphState,
  { changeId }: NodeContext,
  { answer = "", rests_on: restsOn = [], summary }: PlannerOutput,
): Promise<GraphUpdate> {
  const text = answer.trim();
  if (text !== "") {
    await deps.recordAnswer(changeId, revision, { text, restsOn });
    return { isAnswered: true };
  }
  const said = `${summary || "it gave no reason"} Nothing was run.`;
  if (refused.times > 0) return endRefused(refused, `The Planner made no other plan: ${said}`);
  return { error: `${DECLINED}${said}` };
}

function inputOf({ request, revision, talk, refused: { plan, reason } }: GraphState): PlanningInput {
  const { answers, wishes: requestedChanges, previous } = talk;
  // Our own sentence: what a webhook or a pod says at length would be one more voice in the prompt.
  const refused = plan === null ? null : { plan, why: unfolded(reason) };
  return { request, revision, answers, requestedChanges, previous, refused };
}

function questionsOf({ questions, choices = [] }: PlannerOutput): Question[] {
  return questions
    .map((text, index) => ({
      text: text.trim(),
      choices: [...new Set((choices[index] ?? []).map((one) => one.trim()))].filter((one) => one !== ""),
    }))
    .filter(({ text }) => text !== "");
}
