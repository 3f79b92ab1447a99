import type { Change, Decision } from "#change/change.ts";
import type { Decide } from "#change/changes.ts";
import { MAX_ANSWER_LENGTH, MAX_REVISIONS, MAX_WISH_LENGTH } from "#change/question.ts";

/** What somebody says with their decision, fit to be kept; or why it is not enough, in a sentence. */
export type Said = { ok: true; reason: string | null; answers: string[] } | { ok: false; reason: string };

/** Reads it, redacted. A wish for changes and an answer need words; to anything else they are a reason that may be missing. */
export function readSaid(
  redact: (text: string) => string,
  change: Change,
  asked: Decision,
  given: Decide,
): Said {
  const clean = (text: string): string => redact(text.replaceAll("\0", "").toWellFormed().trim());
  const reason = given.reason === null ? null : clean(given.reason);
  if (given.answer === "answered") return readAnswers(asked, (given.answers ?? []).map(clean));
  if (given.answer !== "request_changes") return { ok: true, reason, answers: [] };
  const why = whyNoWish(change, reason ?? "");
  return why === null ? { ok: true, reason, answers: [] } : { ok: false, reason: why };
}

function readAnswers({ questions }: Decision, answers: string[]): Said {
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

function whyNoWish({ revision }: Change, wish: string): string | null {
  if (wish === "") return "Say what should be different: a wish for changes needs words.";
  if (wish.length > MAX_WISH_LENGTH)
    return `The wish has ${wish.length} characters; at most ${MAX_WISH_LENGTH} are taken.`;
  if (revision >= MAX_REVISIONS)
    return `This is plan number ${revision} already, and ${MAX_REVISIONS} are the most. Approve it, or reject it and ask anew with all wishes in the request.`;
  return null;
}
