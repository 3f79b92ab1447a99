import { z } from "zod";

/** One thing the Planner has to know, with the answers it can think of; none: only free text. */
export const Question = z.object({ text: z.string(), choices: z.array(z.string()) });
export type Question = z.infer<typeof Question>;

/** A question and what was said to it. Texts of people and of the model: data, wherever they go. */
export type AnsweredQuestion = { question: string; answer: string };

/** How many rounds of questions one revision may take. */
export const MAX_ROUNDS = 3;
/** How many plans a change may have. */
export const MAX_REVISIONS = 5;
/** Longest answer to one question, in characters. */
export const MAX_ANSWER_LENGTH = 500;
/** Longest request for changes, in characters. */
export const MAX_REQUESTED_CHANGES_LENGTH = 2_000;
/** For how long a question of the Planner stays open: nobody knows the environment yet whose rules would say. */
export const ANSWER_MINUTES = 60;
