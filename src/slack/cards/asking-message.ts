import type { Change } from "#change/change.ts";
import {
  bullets,
  isUserId,
  type Piece,
  paragraph,
  personMrkdwn,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { decisionLine } from "#slack/text/decision-lines.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";
import { talkActions } from "./talk-actions.ts";
import { questionParts } from "./talk-parts.ts";

const ANSWER_CHARS = 500;

/** The Planner's questions as a reply below the card that calls the requester; once they are answered it says what and by whom. */
export function renderAsking(change: Change, revision: number, round: number): Rendered | null {
  const asked = change.decisions.find(
    (one) => one.gate === "answers" && one.revision === revision && one.round === round,
  );
  if (asked === undefined) return null;
  const isOpen = asked.answer === null;
  const first = asked.questions[0]?.text ?? "";
  const text = `${personMrkdwn(change.requester)} ${isOpen ? "the Planner asks" : decisionLine(asked)}: ${inert(cutMiddle(visible(first), 300))}`;
  if (isOpen) {
    const whom = paragraph(requesterPiece(change), said(", the plan needs to know something first."));
    return { text, blocks: [rich(whom, ...questionParts(asked)), ...talkActions(change)] };
  }
  const given = asked.answers.map((answer) => [said(cutMiddle(visible(answer), ANSWER_CHARS))]);
  const answers = given.length === 0 ? [] : [bullets(given)];
  return { text, blocks: [rich(...questionParts(asked), ...answers), smallPrint(decisionLine(asked))] };
}

function requesterPiece({ requester }: Change): Piece {
  const isUser = requester.kind === "slack" && isUserId(requester.userId);
  return isUser ? { type: "user", user_id: requester.userId } : said("Whoever asked for this");
}
