import { assessPlan } from "../policy/assess.ts";
import { digestOf } from "../policy/digest.ts";
import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

/** Holds the plan against policy, names what would run by its digest, and records whether a person is asked. */
export async function assessRisk(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  if (state.plan === null) return { error: "There is no plan to assess. Nothing was run." };
  const assessment = assessPlan(state.plan, deps.policy, null);
  if (!assessment.ok) return { error: `${assessment.reason} Nothing was run.` };
  const digest = digestOf(state.plan, state.revision, deps.policy);
  await deps.recordPlan(context.changeId, { revision: state.revision, plan: state.plan, digest, assessment });
  return {
    riskLevel: assessment.risk,
    riskReasons: assessment.reasons,
    asksPerson: assessment.asksPerson,
    digest,
  };
}
