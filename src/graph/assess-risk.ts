import { addSentence } from "#change/folded.ts";
import type { Plan } from "#change/plan.ts";
import type { Assessment } from "#policy/assess.ts";
import { digestOf } from "#policy/digest.ts";
import type { Policy } from "#policy/document.ts";
import { unaskedOf, unaskedWords } from "#policy/unasked.ts";
import type { GraphDeps } from "./deps.ts";
import type { NodeContext } from "./node-context.ts";
import { whyNothing } from "./nothing-to-do.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

/**
 * Weighs the completed plan, names what would run by its digest, and records whether a person is asked. A plan that was seen
 * to change nothing is over here: nobody is asked, nothing is permitted, and the review says why.
 */
export async function assessRisk(
  deps: GraphDeps,
  state: GraphState,
  context: NodeContext,
): Promise<GraphUpdate> {
  if (state.error !== null) return {};
  const { plan, previews, bindings, revision } = state;
  if (plan === null || bindings === null) return { error: "There is no plan to assess. Nothing was run." };
  const judged = await deps.assess(context.changeId, plan, previews, bindings);
  if (!judged.ok) return { error: addSentence(judged.reason, "Nothing was run.") };
  const looked = await deps.hasLooked(context.changeId);
  const assessment = looked ? heldToRequest(judged, plan, state, deps.policy) : judged;
  const digest = digestOf(plan, revision, deps.policy, bindings);
  const nothing = whyNothing(plan, previews, deps.policy);
  const mayRun = nothing === null;
  await deps.recordPlan(context.changeId, { revision, plan, previews, bindings, digest, assessment, mayRun });
  if (nothing !== null)
    await deps.recordReview(context.changeId, { result: "approved", notes: nothing, by: "greenlight" });
  return {
    riskLevel: assessment.risk,
    riskReasons: assessment.reasons,
    asksPerson: assessment.asksPerson,
    digest,
    ...(nothing === null ? {} : { reviewResult: "approved", reviewNotes: nothing }),
  };
}

/** What a look brought in, and nobody said, is put before a person. */
function heldToRequest(judged: Judged, plan: Plan, { request, talk }: GraphState, policy: Policy): Judged {
  const said = [request, ...talk.answers.map(({ answer }) => answer), ...talk.wishes];
  const unasked = judged.risk === "low" ? [] : unaskedOf(plan, judged.targets, said, placesOf(policy));
  if (unasked.length === 0) return judged;
  return { ...judged, asksPerson: true, reasons: [...judged.reasons, unaskedWords(unasked)] };
}

type Judged = Extract<Assessment, { ok: true }>;

function placesOf({ environments }: Policy): string[] {
  return Object.entries(environments).flatMap(([name, { namespaces }]) => [name, ...namespaces]);
}
