import type { Decision } from "#change/change.ts";
import type { Plan } from "#change/plan.ts";
import { type AnsweredQuestion, MAX_ROUNDS, type Question } from "#change/question.ts";
import { questionsDigest } from "#policy/digest.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

/** What has been said about a change since it was asked for. Texts in it are data for the Planner, never instructions to us. */
export type Talk = {
  /** The Planner's open questions, and what names exactly these. */
  asked: { questions: Question[]; digest: string } | null;
  /** How many rounds of questions this revision has had. */
  rounds: number;
  answers: AnsweredQuestion[];
  /** What approvers wished for, the oldest first. */
  wishes: string[];
  /** The plan the last wish was about. */
  previous: Plan | null;
};

/** Nothing was said yet. */
export const NO_TALK: Talk = { asked: null, rounds: 0, answers: [], wishes: [], previous: null };

/**
 * What an answered question puts into the state of a thread parked at it. A wish for changes begins the next revision: of
 * the old one nothing is left that could be run or approved.
 */
export function carried(state: GraphState, decision: Decision): GraphUpdate {
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
    talk: { ...talk, asked: null, rounds: 0, wishes, previous: state.plan },
  };
}

/** Puts questions to whoever asked, or ends a change that goes on having some. */
export function askMore(
  { talk, revision }: GraphState,
  questions: Question[],
  who: "The Planner" | "Greenlight",
): GraphUpdate {
  const rounds = talk.rounds + 1;
  if (rounds > MAX_ROUNDS) {
    const last = questions.map(({ text }) => text).join(" ");
    return {
      error: `${who} still had a question after ${MAX_ROUNDS} rounds: ${last} Nothing was run. Ask again, with the answer in the request.`,
    };
  }
  const digest = questionsDigest(revision, rounds, questions);
  return { talk: { ...talk, rounds, asked: { questions, digest } } };
}
