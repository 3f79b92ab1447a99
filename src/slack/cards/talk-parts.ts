import type { types } from "@slack/bolt";
import { type Change, type Decision, openDecision } from "#change/change.ts";
import {
  bold,
  bullets,
  type Part,
  type Piece,
  paragraph,
  personMrkdwn,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { cutMiddle, visible } from "#slack/text/text.ts";

const ANSWER_CHARS = 300;

/** The Planner's questions that are open now, or null. */
export function openQuestions(change: Change): Decision | null {
  const open = change.status === "asking" ? openDecision(change) : null;
  return open?.gate === "answers" ? open : null;
}

/** What was said about a change so far, for its card: the questions, or what was answered. */
export function talkParts(change: Change): Part[] {
  const open = openQuestions(change);
  return open === null ? answeredParts(change) : questionParts(open);
}

/** The questions as they are put, numbered where there are several. */
export function questionParts({ questions }: Decision): Part[] {
  const many = questions.length > 1 ? "The Planner has to know first:" : "The Planner asks: ";
  if (questions.length === 1) return [paragraph(bold(many), said(questions[0]?.text ?? ""))];
  return [paragraph(bold(many)), bullets(questions.map(({ text }) => [said(text)]))];
}

/** Who is asked, and until when, in small print. */
export function askedOf(change: Change): types.ContextBlock[] {
  const open = openQuestions(change);
  if (open === null) return [];
  return [
    smallPrint(`${personMrkdwn(change.requester)} answers, or an approver. Nothing is planned before that.`),
  ];
}

function answeredParts(change: Change): Part[] {
  const said = change.decisions
    .filter(({ answer }) => answer === "answered")
    .flatMap(({ questions, answers }) =>
      questions.map(({ text }, index) => answered(text, answers[index] ?? "")),
    );
  return said.length === 0 ? [] : [paragraph(bold("Asked and answered:")), bullets(said.slice(-6))];
}

function answered(question: string, answer: string): Piece[] {
  return [
    said(`${cutMiddle(visible(question), ANSWER_CHARS)} `),
    bold(cutMiddle(visible(answer), ANSWER_CHARS)),
  ];
}
