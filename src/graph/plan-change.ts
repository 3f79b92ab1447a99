import type { PlannerOutput } from "#change/plan.ts";
import type { Question } from "#change/question.ts";
import { askMore } from "./ask-more.ts";
import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

/**
 * Asks the Planner: for a plan, or for what it has to know first. A decline, a fault of the model and an unreachable one all
 * end the change with a sentence, and so does a model that goes on asking.
 */
export async function planChange(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  await deps.report(context.changeId, "planning");
  const { answers, wishes: requestedChanges, previous } = state.talk;
  const input = { request: state.request, answers, requestedChanges, previous };
  const planned = await deps.askPlanner(context.changeId, input, context.signals);
  if (!planned.ok) {
    const again = planned.isLasting === true ? "" : " Ask again in a while.";
    return { error: `No plan could be made: ${planned.reason}. Nothing was run.${again}` };
  }
  const { answer } = planned;
  const questions = questionsOf(answer);
  if (questions.length > 0) return askMore(state, questions, "The Planner");
  if (answer.plan.length === 0)
    return {
      error: `The Planner made no plan: ${answer.summary || "it gave no reason"} Nothing was run.`,
    };
  // Numbered here: the journal's key must not rest on how a model counts.
  const plan = { ...answer, plan: answer.plan.map((step, index) => ({ ...step, step: index + 1 })) };
  return { plan };
}

function questionsOf({ questions, choices = [] }: PlannerOutput): Question[] {
  return questions
    .map((text, index) => ({
      text: text.trim(),
      choices: [...new Set((choices[index] ?? []).map((one) => one.trim()))].filter((one) => one !== ""),
    }))
    .filter(({ text }) => text !== "");
}
