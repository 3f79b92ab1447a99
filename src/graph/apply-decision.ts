import type { Decision } from "#change/change.ts";
import { NOTHING_REFUSED } from "./refused.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

/**
 * What an answered question puts into the state of a thread parked at it. A request for changes begins the next revision: of
 * the old one nothing is left that could be run or approved.
 */
export function applyDecision(state: GraphState, decision: Decision): GraphUpdate {
  const { gate, answer, revision, digest } = decision;
  const next = {
    decision: { gate, answer, revision, digest },
    humanApproved: answer === "approve" || state.humanApproved,
  };
  const { talk } = state;
  if (answer === "answered") {
    const said = decision.questions.map(({ text }, index) => ({
      question: text,
      answer: decision.answers[index] ?? "",
    }));
    return { ...next, talk: { ...talk, asked: null, answers: [...talk.answers, ...said] } };
  }
  if (answer !== "request_changes") return next;
  const wishes = [...talk.wishes, decision.reason ?? ""];
  return {
    ...next,
    humanApproved: false,
    revision: revision + 1,
    plan: null,
    previews: [],
    bindings: null,
    digest: null,
    asksPerson: true,
    refused: NOTHING_REFUSED,
    talk: { ...talk, asked: null, rounds: 0, wishes, previous: state.plan },
  };
}
