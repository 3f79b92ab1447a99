import type { Change, Decision } from "#change/change.ts";
import type { Decide } from "#change/changes.ts";
import { MAX_ANSWER_LENGTH, MAX_REQUESTED_CHANGES_LENGTH, MAX_REVISIONS } from "#change/planning/question.ts";
import { MAX_REASON_LENGTH } from "#change/say.ts";

/** What somebody says with their decision, fit to be kept; or why it is not enough, in a sentence. */
export type DecisionText =
  | { ok: true; reason: string | null; answers: string[] }
  | { ok: false; reason: string };

/** Reads it, redacted. A request for changes and an answer need words; to anything else they are a reason that may be missing. */
export function readDecisionText(
  redact: (text: string) => string,
  change: Change,
  question: Decision,
  given: Decide,
): DecisionText {
  const clean = (text: string): string => redact(text.replaceAll("\0", "").toWellFormed().trim());
  const reason = given.reason === null ? null : clean(given.reason);
  if (given.answer === "answered") return readAnswers(question, (given.answers ?? []).map(clean));
  if (given.answer !== "request_changes") {
    if (reason === null || reason.length <= MAX_REASON_LENGTH) return { ok: true, reason, answers: [] };
    return {
      ok: false,
      reason: `The reason has ${reason.length} characters; at most ${MAX_REASON_LENGTH} are taken.`,
    };
  }
  const why = whyNotRequestChanges(change, reason ?? "");
  return why === null ? { ok: true, reason, answers: [] } : { ok: false, reason: why };
}

function readAnswers({ questions }: Decision, answers: string[]): DecisionText {
  if (answers.length !== questions.length)
    return {
      ok: false,
      reason: `There are ${questions.length} questions and ${answers.length} answers: answer each of them.`,
    };
  const empty = answers.indexOf("");
  if (empty >= 0) return { ok: false, reason: `The answer to question ${empty + 1} is empty.` };
  const long = answers.findIndex((answer) => answer.length > MAX_ANSWER_LENGTH);
  if (long >= 0)
    return {
      ok: false,
      reason: `The answer to question ${long + 1} is longer than ${MAX_ANSWER_LENGTH} characters.`,
    };
  return { ok: true, reason: null, answers };
}

function whyNotRequestChanges({ revision }: Change, requested: string): string | null {
  if (requested === "") return "Say what should be different: changes are asked for in words.";
  if (requested.length > MAX_REQUESTED_CHANGES_LENGTH)
    return `What should change has ${requested.length} characters; at most ${MAX_REQUESTED_CHANGES_LENGTH} are taken.`;
  if (revision >= MAX_REVISIONS)
    return `This is plan number ${revision} already, and ${MAX_REVISIONS} are the most. Approve it, or reject it and ask anew with all of it in the request.`;
  return null;
}
