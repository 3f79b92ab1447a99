import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

/** Asks the Planner. A decline, a fault of the model and an unreachable one all end the change with a sentence. */
export async function planChange(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  await deps.report(context.changeId, "planning");
  const planned = await deps.askPlanner(context.changeId, state.request, context.signals.stop);
  if (!planned.ok)
    return { error: `No plan could be made: ${planned.reason}. Nothing was run. Ask again in a while.` };
  const { answer } = planned;
  if (answer.plan.length === 0) {
    const why = [answer.summary, ...answer.questions].filter((text) => text !== "").join(" ");
    return { error: `The Planner made no plan: ${why || "it gave no reason"} Nothing was run.` };
  }
  // Numbered here: the journal's key must not rest on how a model counts.
  const plan = { ...answer, plan: answer.plan.map((step, index) => ({ ...step, step: index + 1 })) };
  return { plan };
}
