import { MAX_ROUNDS, type Question } from "#change/planning/question.ts";
import { questionsDigest } from "#policy/digest.ts";
import type { GraphState, GraphUpdate } from "./state.ts";

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
