import type { ApprovalTerms } from "#change/approval.ts";
import { type Change, type Decision, openDecision } from "#change/change.ts";
import {
  bold,
  dateMrkdwn,
  datePiece,
  type Piece,
  paragraph,
  personMrkdwn,
  personPiece,
  type Rendered,
  rich,
  said,
} from "#slack/text/blocks.ts";
import type { NoticeKey } from "#slack/text/message-key.ts";
import { titleWords } from "#slack/text/states.ts";
import { inert, visible } from "#slack/text/text.ts";
import { mentionMrkdwn, mentionPiece, whoIsAsked } from "#slack/text/who-asked.ts";
import { approvedBefore } from "#slack/text/who-can.ts";
import { openQuestions } from "./talk-parts.ts";

const MINUTE_MS = 60_000;

const titles: Record<Exclude<NoticeKey["notice"], "escalation">, string> = {
  reminder: "Still waiting for an approval. ",
  unanswered: "Still waiting for an answer. ",
  warning: "This expires soon. ",
};

/**
 * A short reply below the card of a question nobody has answered. Who may answer it is mentioned, and nobody else. Null once
 * the question is answered, or is another one: then there is nothing to be reminded of.
 */
export function renderNotice(change: Change, key: NoticeKey, cardUrl: string | null): Rendered | null {
  if (key.notice === "unanswered") return renderUnanswered(change, key, cardUrl);
  const question = change.status === "waiting" ? openDecision(change) : null;
  const { terms } = change;
  if (question === null || terms === null || question.expiresAt === null) return null;
  const isMine =
    question.gate === "approval" && question.revision === key.revision && question.round === key.round;
  if (!isMine) return null;
  const asked = whoIsAsked(change, question, terms, key.notice === "escalation" ? "escalated" : "all");
  if (key.notice === "escalation" && asked.length === 0) return null;
  const words = titleWords(change);
  const { expiresAt } = question;
  const left = minutesLeft(question, key);
  const title = key.notice === "escalation" ? escalationTitle(question, terms) : titles[key.notice];
  return {
    text: `${title}${inert(words)}: ${asked.map(mentionMrkdwn).join(" ")} open until ${dateMrkdwn(expiresAt)}${left}.`,
    blocks: [
      rich(
        paragraph(bold(title), said(words)),
        paragraph(
          // Slack takes no text of blanks alone.
          ...asked.flatMap((one, index) => [
            mentionPiece(one),
            said(index + 1 === asked.length ? ": " : ", "),
          ]),
          said(`${countOf(question, terms)} Open until `),
          datePiece(expiresAt),
          said(`${left}. `),
          ...(cardUrl === null ? [said("The card is above.")] : [linkTo(cardUrl, "Decide on the card")]),
        ),
      ),
    ],
  };
}

function escalationTitle(question: Decision, { quorum }: ApprovalTerms): string {
  const given = approvedBefore(question);
  if (given === 0) return "Nobody has answered, so more people are asked. ";
  return `${given} of ${quorum} approvals ${given === 1 ? "is" : "are"} there, so more people are asked. `;
}

/** The Planner's questions are for whoever asked, and an approver may answer too: only the first is called. */
function renderUnanswered(change: Change, key: NoticeKey, cardUrl: string | null): Rendered | null {
  const open = openQuestions(change);
  if (open === null || open.expiresAt === null) return null;
  if (open.revision !== key.revision || open.round !== key.round) return null;
  const words = titleWords(change);
  const left = minutesLeft(open, key);
  const ends = `${left}; then the change ends. `;
  return {
    text: `${titles.unanswered}${inert(words)}: ${personMrkdwn(change.requester)} open until ${dateMrkdwn(open.expiresAt)}${left}.`,
    blocks: [
      rich(
        paragraph(bold(titles.unanswered), said(words)),
        paragraph(
          personPiece(change.requester),
          said(": the plan needs to know something first. Open until "),
          datePiece(open.expiresAt),
          said(ends),
          ...(cardUrl === null ? [said("The card is above.")] : [linkTo(cardUrl, "Answer on the card")]),
        ),
      ),
    ],
  };
}

/** Counted from when it became due to be said, so that it says the same whenever it is sent. */
function minutesLeft({ expiresAt, ...at }: Decision, { notice }: NoticeKey): string {
  const { remindedAt, warnedAt, escalatedAt } = at;
  const since = {
    reminder: remindedAt,
    unanswered: remindedAt,
    warning: warnedAt,
    escalation: escalatedAt,
  }[notice];
  if (expiresAt === null || since === null) return "";
  const minutes = Math.max(1, Math.round((expiresAt.getTime() - since.getTime()) / MINUTE_MS));
  return minutes === 1 ? ", a minute from now" : `, ${minutes} minutes from now`;
}

function countOf({ approvals }: Decision, { quorum, problem }: ApprovalTerms): string {
  if (problem !== null) return `As it is, ${visible(problem)}`;
  return quorum === 1 ? "One approval is needed." : `${approvals.length} of ${quorum} approvals are there.`;
}

function linkTo(url: string, text: string): Piece {
  return { type: "link", url, text };
}
