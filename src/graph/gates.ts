import { interrupt } from "@langchain/langgraph";
import type { GraphState, GraphUpdate } from "./state.ts";

/** Parks the thread until the Planner's questions are answered; resumed like awaitApproval. */
export function awaitAnswers(state: GraphState): GraphUpdate {
  if (state.error !== null) return {};
  interrupt({ gate: "answers", revision: state.revision, digest: state.talk.asked?.digest });
  return { error: "The Planner's questions were resumed without an answer. Nothing was run." };
}

/**
 * Parks the thread until an approver has decided. The decision comes by updateState as this node, so that its body never
 * goes on; whoever resumes it in another way has no decision row behind it, and gets an error instead of a run.
 */
export function awaitApproval(state: GraphState): GraphUpdate {
  if (state.error !== null) return {};
  interrupt({ gate: "approval", revision: state.revision, digest: state.digest });
  return { error: "The approval was resumed without a decision. Nothing was run." };
}

/** Parks the thread until an operator has said how it goes on; resumed like awaitApproval. */
export function awaitOperator(state: GraphState): GraphUpdate {
  if (state.error !== null) return {};
  interrupt({ gate: "operator", revision: state.revision, digest: state.digest });
  return { error: "The operator's question was resumed without an answer. Nothing more was run." };
}
