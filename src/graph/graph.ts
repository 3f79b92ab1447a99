import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import {
  type BaseCheckpointSaver,
  END,
  type LangGraphRunnableConfig,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { assessRisk } from "./assess-risk.ts";
import type { GraphDeps } from "./deps.ts";
import { executePlan } from "./execute-plan.ts";
import { awaitAnswers, awaitApproval, awaitOperator } from "./gates.ts";
import { type NodeContext, nodeContext } from "./node-context.ts";
import { planChange } from "./plan-change.ts";
import { previewChange } from "./preview-change.ts";
import { reviewOutcome } from "./review-outcome.ts";
import { rollBack } from "./roll-back.ts";
import { type GraphState, type GraphUpdate, State } from "./state.ts";

/** Nine nodes, of which a change with some rounds at the operator visits a few dozen. The default of 25 is too few. */
const RECURSION_LIMIT = 200;

/** The nodes that run a plan's commands. The thread rests before each, so that its owner can make sure that it may. */
export const TOUCHING = ["executePlan", "rollBack"] as const;

/** The compiled graph. */
export type ChangeGraph = ReturnType<typeof createGraph>;

/** Builds the plan of the thread (docs/architecture.md, The graph). */
export function createGraph(
  deps: GraphDeps,
  checkpointer: BaseCheckpointSaver,
  callbacks: BaseCallbackHandler[] = [],
) {
  const node =
    (work: (deps: GraphDeps, state: GraphState, context: NodeContext) => Promise<GraphUpdate>) =>
    async (state: GraphState, config: LangGraphRunnableConfig) => {
      const context = nodeContext(config, deps.signalsOf);
      const { pause, stop } = context.signals;
      pause.throwIfAborted();
      const update = await work(deps, state, context);
      // Made of what was cut off, it says nothing: whoever carries the change on does this node again.
      stop.throwIfAborted();
      return update;
    };
  return (
    new StateGraph(State)
      .addNode("planChange", node(planChange))
      .addNode("awaitAnswers", awaitAnswers)
      .addNode("previewChange", node(previewChange))
      .addNode("assessRisk", node(assessRisk))
      .addNode("awaitApproval", awaitApproval)
      .addNode("executePlan", node(executePlan))
      .addNode("reviewOutcome", node(reviewOutcome))
      .addNode("awaitOperator", awaitOperator)
      .addNode("rollBack", node(rollBack))
      .addEdge(START, "planChange")
      .addConditionalEdges("planChange", afterPlan, ["awaitAnswers", "previewChange", END])
      .addConditionalEdges("awaitAnswers", afterAnswers, ["planChange", END])
      .addConditionalEdges("previewChange", afterPreview, ["awaitAnswers", "planChange", "assessRisk", END])
      .addConditionalEdges("assessRisk", afterRisk, ["awaitApproval", "executePlan", END])
      .addConditionalEdges("awaitApproval", afterApproval, ["executePlan", "planChange", END])
      .addConditionalEdges("executePlan", (state) => (state.error === null ? "reviewOutcome" : END), [
        "reviewOutcome",
        END,
      ])
      .addConditionalEdges("reviewOutcome", afterReview, ["rollBack", "awaitOperator", END])
      .addConditionalEdges("awaitOperator", afterOperator, ["executePlan", "rollBack", END])
      .addConditionalEdges("rollBack", afterRollBack, ["awaitOperator", END])
      // Before either, the owner takes the targets: two changes never touch the same thing at once.
      .compile({ checkpointer, interruptBefore: [...TOUCHING] })
      .withConfig({ recursionLimit: RECURSION_LIMIT, callbacks })
  );
}

function afterPlan(state: GraphState): "awaitAnswers" | "previewChange" | typeof END {
  if (state.error !== null || state.isAnswered) return END;
  return state.talk.asked === null ? "previewChange" : "awaitAnswers";
}

function afterAnswers(state: GraphState): "planChange" | typeof END {
  return state.error === null && state.decision?.answer === "answered" ? "planChange" : END;
}

/** Where two clusters fit, only whoever asked knows which is meant. A plan that was refused is none any more. */
function afterPreview(state: GraphState): "awaitAnswers" | "planChange" | "assessRisk" | typeof END {
  if (state.error !== null) return END;
  if (state.talk.asked !== null) return "awaitAnswers";
  return state.plan === null ? "planChange" : "assessRisk";
}

function afterRisk(state: GraphState): "awaitApproval" | "executePlan" | typeof END {
  // Judged already: it was seen to change nothing.
  if (state.error !== null || state.planOnly || state.reviewResult === "approved") return END;
  return state.asksPerson ? "awaitApproval" : "executePlan";
}

/** Anything but an explicit approval is a no. A request for changes has brought the next revision, of which nothing is approved. */
function afterApproval(state: GraphState): "executePlan" | "planChange" | typeof END {
  if (state.error === null && state.decision?.answer === "request_changes") return "planChange";
  const approved = state.error === null && state.humanApproved && state.decision?.answer === "approve";
  return approved ? "executePlan" : END;
}

function afterReview(state: GraphState): "rollBack" | "awaitOperator" | typeof END {
  if (state.error !== null || state.reviewResult === "approved") return END;
  return state.reviewResult === "rollback" ? "rollBack" : "awaitOperator";
}

/** What an operator says of an unknown step is in the journal by now: the walk it belongs to reads it there and goes on. */
function afterOperator(state: GraphState): "executePlan" | "rollBack" | typeof END {
  const answer = state.decision?.answer;
  if (state.error !== null) return END;
  if (answer === "roll_back") return "rollBack";
  if (answer !== "happened" && answer !== "did_not_happen") return END;
  return state.isTakingBack ? "rollBack" : "executePlan";
}

function afterRollBack(state: GraphState): "awaitOperator" | typeof END {
  return state.error === null && state.executionStatus !== "rolled_back" ? "awaitOperator" : END;
}
