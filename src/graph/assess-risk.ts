import { addSentence } from "#change/folded.ts";
import { digestOf } from "#policy/digest.ts";
import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

/** Weighs the completed plan, names what would run by its digest, and records whether a person is asked. */
export async function assessRisk(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  const { plan, previews, bindings, revision } = state;
  if (plan === null || bindings === null) return { error: "There is no plan to assess. Nothing was run." };
  const assessment = await deps.assess(context.changeId, plan, previews, bindings);
  if (!assessment.ok) return { error: addSentence(assessment.reason, "Nothing was run.") };
  const digest = digestOf(plan, revision, deps.policy, bindings);
  await deps.recordPlan(context.changeId, { revision, plan, previews, bindings, digest, assessment });
  return {
    riskLevel: assessment.risk,
    riskReasons: assessment.reasons,
    asksPerson: assessment.asksPerson,
    digest,
  };
}
