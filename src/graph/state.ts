import { Annotation } from "@langchain/langgraph";
import type { Decision } from "#change/change.ts";
import type { Plan, Risk } from "#change/plan.ts";
import type { Bindings, BoundPlan, Preview } from "#change/preview.ts";
import type { ReviewResult } from "#change/verdict.ts";
import { NOTHING_REFUSED, type Refused } from "./refused.ts";
import { NO_TALK, type Talk } from "./talk.ts";

/**
 * How the executor, or the way back, came out. `held`: a step was held back by the last look before it, after others had
 * changed something. `expired`: the same before anything was changed, because it would do something else than was approved.
 */
export type ExecutionStatus =
  | "none"
  | "done"
  | "failed"
  | "held"
  | "expired"
  | "unknown"
  | "cancelled"
  | "rolled_back";

/** What a checkpoint holds. Log lines never stand here: a list in a checkpoint grows quadratically. */
export const State = Annotation.Root({
  request: Annotation<string>,
  planOnly: Annotation<boolean>,
  revision: Annotation<number>,
  /** Has a default: a checkpoint of an older version knows none. */
  talk: Annotation<Talk>({ reducer: (_before, after) => after, default: () => NO_TALK }),
  /** Has a default for the same reason. A refused plan is counted where it is refused, so that a crash adds and loses none. */
  refused: Annotation<Refused>({ reducer: (_before, after) => after, default: () => NOTHING_REFUSED }),
  /** Has a default for the same reason. It was a question, and its answer is written down. */
  isAnswered: Annotation<boolean>({ reducer: (_before, after) => after, default: () => false }),
  plan: Annotation<Plan | null>,
  previews: Annotation<Preview[]>,
  bindings: Annotation<Bindings | null>,
  riskLevel: Annotation<Risk | null>,
  riskReasons: Annotation<string[]>,
  digest: Annotation<string | null>,
  humanApproved: Annotation<boolean>,
  asksPerson: Annotation<boolean>,
  decision: Annotation<Pick<Decision, "gate" | "answer" | "revision" | "digest"> | null>,
  currentStep: Annotation<number>,
  executionStatus: Annotation<ExecutionStatus>,
  /** On the way back: whatever an operator says of a step, nothing goes forward any more. */
  isTakingBack: Annotation<boolean>,
  reviewResult: Annotation<ReviewResult | null>,
  reviewNotes: Annotation<string | null>,
  error: Annotation<string | null>,
});
export type GraphState = typeof State.State;
export type GraphUpdate = typeof State.Update;

/** The plan with everything its approval covers, or null while it is not assessed. */
export function boundPlan(state: GraphState): BoundPlan | null {
  const { plan, bindings, digest, revision } = state;
  return plan === null || bindings === null || digest === null ? null : { plan, bindings, digest, revision };
}

/** Where every thread begins. */
export function initialState(request: string, planOnly: boolean, revision: number): GraphState {
  return {
    request,
    planOnly,
    revision,
    talk: NO_TALK,
    refused: NOTHING_REFUSED,
    isAnswered: false,
    plan: null,
    previews: [],
    bindings: null,
    riskLevel: null,
    riskReasons: [],
    digest: null,
    humanApproved: false,
    asksPerson: true,
    decision: null,
    currentStep: 0,
    executionStatus: "none",
    isTakingBack: false,
    reviewResult: null,
    reviewNotes: null,
    error: null,
  };
}
