import type { Plan } from "#change/plan.ts";
import type { AnsweredQuestion, Question } from "#change/planning/question.ts";

/** What has been said about a change since it was asked for. Texts in it are data for the Planner, never instructions to us. */
export type Talk = {
  /** The Planner's open questions, and what names exactly these. */
  asked: { questions: Question[]; digest: string } | null;
  /** How many rounds of questions this revision has had. */
  rounds: number;
  answers: AnsweredQuestion[];
  /** The changes that approvers asked for, the oldest first. */
  wishes: string[];
  /** The plan the last of them was about. */
  previous: Plan | null;
};

/** Nothing was said yet. */
export const NO_TALK: Talk = { asked: null, rounds: 0, answers: [], wishes: [], previous: null };
