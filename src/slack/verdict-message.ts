import type { types } from "@slack/bolt";
import type { Change, Decision } from "../change/change.ts";
import type { StepRecord } from "../change/journal.ts";
import {
  bold,
  bullets,
  code,
  headline,
  type Part,
  type Piece,
  paragraph,
  personMrkdwn,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "./blocks.ts";
import { operatorActions } from "./card-actions.ts";
import { decisionLine } from "./decision-lines.ts";
import { shownCommand } from "./plan-steps.ts";
import { type Standing, standingsOf, standingWords, tally } from "./standings.ts";
import { stateTitle, stateWords } from "./states.ts";
import { duration } from "./step-message.ts";
import { cutMiddle, inert, visible } from "./text.ts";
import { type UnknownStep, unknownBlocks } from "./unknown-step.ts";

const NOTES_CHARS = 2_800;
const REQUEST_CHARS = 300;
/** Twenty steps of this length stay within one rich_text block. */
const COMMAND_CHARS = 100;

/** The verdict as a reply that is shown in the channel too: how it ended, where every step stands, what the reviewer says. */
export function renderVerdict(change: Change, steps: readonly StepRecord[]): Rendered {
  const decisions = change.decisions.filter(({ answer, by }) => answer !== null && by?.kind !== "policy");
  const lines = decisions.slice(-3).map(decisionLine);
  return verdict(change, steps, stateTitle(change, steps), [...lines, ...took(change)], []);
}

/** The operator's question as such a reply. Once it is answered it says by whom, and its buttons are gone. */
export function renderQuestion(
  change: Change,
  steps: readonly StepRecord[],
  question: Decision,
  unknown: UnknownStep | null = null,
): Rendered {
  const isOpen = question.answer === null && change.status === "needs_person";
  const title = isOpen ? stateTitle(change, steps) : "A person had to look at this";
  const lines = isOpen ? [] : [decisionLine(question)];
  const about = unknown === null ? [] : unknownBlocks(unknown);
  const asked = isOpen ? [...about, ...operatorActions(change, steps)] : [];
  return verdict(change, steps, title, lines, asked);
}

function verdict(
  change: Change,
  steps: readonly StepRecord[],
  title: string,
  lines: string[],
  asked: types.KnownBlock[],
): Rendered {
  const standings = standingsOf(change, steps);
  const hasRun = standings.some(({ ran }) => ran !== null);
  const about = paragraph(bold("Asked for: "), said(cutMiddle(visible(change.request), REQUEST_CHARS)));
  return {
    text: verdictText(change, steps, standings),
    blocks: [
      headline(title),
      rich(about, ...why(change)),
      ...(hasRun ? [rich(bullets(standings.map(standingLine)))] : []),
      ...notes(change),
      ...asked,
      smallPrint(`Asked by ${personMrkdwn(change.requester)}`, ...lines, `Change \`${inert(change.id)}\``),
    ],
  };
}

/** Complete in itself: it is what is posted when Slack takes no blocks. */
function verdictText(change: Change, steps: readonly StepRecord[], standings: Standing[]): string {
  const counted = tally(standings);
  const error = change.error ?? "";
  return [
    `${inert(stateWords(change, steps))}: ${inert(cutMiddle(visible(change.request), 200))}.`,
    ...(counted === "" ? [] : [`Steps: ${counted}.`]),
    ...(!tellsWhy(change) || error === "" ? [] : [inert(cutMiddle(visible(error), 500))]),
    `Asked by ${personMrkdwn(change.requester)}.`,
  ].join(" ");
}

function why(change: Change): Part[] {
  const isTold = tellsWhy(change) || (change.status === "needs_person" && change.review === null);
  if (!isTold || change.error === null) return [];
  return [paragraph(bold("Why: "), said(cutMiddle(visible(change.error), 1_500)))];
}

function tellsWhy({ status }: Change): boolean {
  return status === "failed" || status === "expired";
}

/** One step as a bullet: where it stands, and its command. */
export function standingLine(standing: Standing): Piece[] {
  const { step } = standing;
  const words = standingWords(standing);
  return [bold(`Step ${step.step}: ${words} `), code(cutMiddle(shownCommand(step), COMMAND_CHARS))];
}

function notes(change: Change): types.KnownBlock[] {
  if (change.review === null || change.review.notes === "") return [];
  return [
    rich(paragraph(bold("The reviewer: "), said(cutMiddle(visible(change.review.notes), NOTES_CHARS)))),
  ];
}

function took(change: Change): string[] {
  if (change.endedAt === null) return [];
  return [`Took ${duration(change.endedAt.getTime() - change.createdAt.getTime())} in all`];
}
