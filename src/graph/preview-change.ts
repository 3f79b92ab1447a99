import { askMore } from "./ask-more.ts";
import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import { refuse } from "./refused.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

/** Has every command name its cluster (or asks which is meant), holds the plan against policy, looks at what it would change without changing anything, and completes it from what is there. What is refused goes back to the Planner, twice a revision. */
export async function previewChange(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  if (state.plan === null) return { error: "There is no plan to preview. Nothing was run." };
  const previewed = await deps.previewPlan(
    context.changeId,
    state.revision,
    state.plan,
    context.signals.stop,
    state.talk.answers,
  );
  if (!previewed.ok && previewed.questions !== undefined && previewed.questions.length > 0)
    return askMore(state, previewed.questions, "Greenlight");
  if (!previewed.ok) return refuse(state, previewed);
  const { plan, previews, bindings } = previewed;
  return { plan, previews, bindings };
}
