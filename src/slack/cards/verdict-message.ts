import type { types } from "@slack/bolt";
import type { Change, Decision } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";
import { toldStep } from "#change/operator.ts";
import { isReading, stepWords } from "#change/titles/step-words.ts";
import { askedFor } from "#slack/text/asked-for.ts";
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
} from "#slack/text/blocks.ts";
import { decisionLine } from "#slack/text/decision-lines.ts";
import { shownCommand } from "#slack/text/pieces.ts";
import { reviewLabel } from "#slack/text/review-words.ts";
import { type Takes, takesNone } from "#slack/text/rich-kinds.ts";
import { aboutWords, stateLine, stateWords, titleWords } from "#slack/text/states.ts";
import { type StepState, stepStatesOf, stepStateWords, tally } from "#slack/text/step-states.ts";
import { cutMiddle, inert, oneLine, visible } from "#slack/text/text.ts";
import { mentionMrkdwn, whoIsAsked } from "#slack/text/who-asked.ts";
import { operatorActions } from "./actions.ts";
import { beforeAfter } from "./before-after.ts";
import { cancelLines } from "./cancel-buttons.ts";
import { failedStepParts } from "./failed-step.ts";
import { duration } from "./step-message.ts";
import { type UnknownStep, unknownBlocks } from "./unknown-step.ts";
import { verdictActions } from "./verdict-actions.ts";

const NOTES_CHARS = 2_800;
const REQUEST_CHARS = 300;
/** Twenty steps of this length stay within one rich_text block. */
const COMMAND_CHARS = 140;
/** More objects than these are counted. */
const MOST_FACTS = 12;
const FACT_CHARS = 300;

/** What a verdict must know beside the change: what it cost in words, and the rich blocks that may be used. */
export type VerdictOptions = { cost: string[]; takes: Takes };

/**
 * The verdict as a reply that is shown in the channel too: how it ended, where every step stands, what it changed, how that
 * was checked, what it took, and what can be done now.
 */
export function renderVerdict(
  change: Change,
  steps: readonly StepRecord[],
  { cost, takes }: VerdictOptions = { cost: [], takes: takesNone },
): Rendered {
  const decisions = change.decisions.filter(
    ({ answer, by }) => answer !== null && answer !== "cancel" && by?.kind !== "policy",
  );
  const lines = decisions.slice(-3).map(decisionLine);
  return verdict(change, steps, {
    title: `${stateLine(change, steps)}: ${aboutWords(change)}`,
    facts: [...changed(change, steps, takes), ...nowBlocks(change), ...checked(change, steps)],
    lines: [...lines, ...cancelLines(change), ...took(change), ...cost],
    asked: verdictActions(change, steps, takes),
  });
}

/** The operator's question as such a reply, which calls those who may answer. Once it is answered it says by whom, and its buttons are gone. */
export function renderQuestion(
  change: Change,
  steps: readonly StepRecord[],
  question: Decision,
  unknown: UnknownStep | null = null,
): Rendered {
  const isOpen = question.answer === null && change.status === "needs_person";
  const state = isOpen ? stateLine(change, steps) : "A person had to look at this";
  const title = `${state}: ${aboutWords(change)}`;
  const lines = [...(isOpen ? [] : [decisionLine(question)]), ...cancelLines(change)];
  const about = unknown === null ? told(change, steps) : unknownBlocks(unknown);
  const called = isOpen ? whoIsCalled(change, question) : [];
  const asked = isOpen
    ? [...about, ...called.map((line) => smallPrint(line)), ...operatorActions(change, steps)]
    : [];
  const rendered = verdict(change, steps, { title, facts: nowBlocks(change), lines, asked });
  return { ...rendered, text: [rendered.text, ...called].join(" ") };
}

/** Whoever asked is called by the message anyway, and mostly may not answer. */
function whoIsCalled(change: Change, question: Decision): string[] {
  const { terms } = change;
  const mentions = terms === null ? [] : whoIsAsked(change, question, terms);
  return mentions.length === 0 ? [] : [`Can answer: ${mentions.map(mentionMrkdwn).join(" ")}`];
}

/** The reviewer's notes were written before it was known. */
function told(change: Change, steps: readonly StepRecord[]): types.KnownBlock[] {
  const step = toldStep(change, steps);
  if (step === null) return [];
  const which = step.direction === "rollback" ? `taking back step ${step.step}` : `step ${step.step}`;
  const text = `the instance that ran ${which} has told since that it is done. The change goes on after it when you say so.`;
  return [rich(paragraph(bold("By now: "), said(text)))];
}

type Said = { title: string; facts: types.KnownBlock[]; lines: string[]; asked: types.KnownBlock[] };

function verdict(change: Change, steps: readonly StepRecord[], parts: Said): Rendered {
  const { title, facts, lines, asked } = parts;
  const states = stepStatesOf(change, steps);
  const hasRun = states.some(({ ran }) => ran !== null);
  const about = askedFor(change, REQUEST_CHARS);
  return {
    text: verdictText(change, steps, states),
    blocks: [
      headline(title),
      rich(about, ...why(change), ...failedStepParts(change, steps)),
      ...(hasRun ? [rich(bullets(states.map(stepStateLine)))] : []),
      ...facts,
      ...notes(change),
      smallPrint(...lines, `Change \`${inert(change.id)}\``),
      ...asked,
    ],
  };
}

/** Complete in itself: it is what is posted when Slack takes no blocks. */
function verdictText(change: Change, steps: readonly StepRecord[], states: StepState[]): string {
  const counted = tally(states);
  const error = change.error ?? "";
  return [
    `${inert(stateWords(change, steps))}: ${inert(titleWords(change))}.`,
    ...(counted === "" ? [] : [`Steps: ${counted}.`]),
    ...(!(tellsWhy(change) || change.status === "cancelled") || error === ""
      ? []
      : [inert(cutMiddle(visible(unfolded(error)), 250))]),
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
export function stepStateLine(state: StepState): Piece[] {
  const { step } = state;
  const words = stepStateWords(state);
  // Of one that nothing has become of yet there is nothing to say.
  const shown = words === "" ? "" : ` ${words}`;
  return [bold(`Step ${step.step}:${shown} `), code(cutMiddle(shownCommand(step), COMMAND_CHARS))];
}

/** Before and after of the steps that stand as done, as they were seen before the run. */
function changed(change: Change, steps: readonly StepRecord[], takes: Takes): types.KnownBlock[] {
  const stands = stepStatesOf(change, steps).filter(({ ran, back }) => ran === "done" && back !== "done");
  const done = new Set(stands.map(({ step }) => step.step));
  const looks = change.previews.filter(({ step }) => done.has(step));
  return beforeAfter(looks, "What changed, as seen before the run", takes);
}

/** What code read back after the run, an object a line. */
function nowBlocks({ review }: Change): types.KnownBlock[] {
  const facts = review?.facts ?? [];
  if (facts.length === 0) return [];
  const lines = facts
    .slice(0, MOST_FACTS)
    .map(({ target, state, says }) => [
      bold(`${visible(target)}: `),
      said(cutMiddle(visible(`${FACT_WORDS[state]}${says}`), FACT_CHARS)),
    ]);
  const more = facts.length - lines.length;
  return [
    rich(paragraph(bold("Now:")), bullets([...lines, ...(more > 0 ? [[said(`and ${more} more`)]] : [])])),
  ];
}

const FACT_WORDS = { good: "", failed: "failed: ", unknown: "not certain: " } as const;

/** What the word "done" rests on: how many commands ended well, what was watched after the last change, and who read it. */
function checked(change: Change, steps: readonly StepRecord[]): types.KnownBlock[] {
  const states = stepStatesOf(change, steps);
  const done = states.filter(({ ran }) => ran === "done");
  if (change.review === null || done.length === 0) return [];
  const lastChange = Math.max(0, ...done.filter(({ step }) => !isReading(step)).map(({ step }) => step.step));
  const watched = done
    .filter(({ step }) => isReading(step) && step.step > lastChange)
    .map(({ step }) => oneLine(stepWords(step)));
  // Nobody saw these end well: what is there says so.
  const byLook = done.filter(({ record }) => record !== null && isByLook(record)).length;
  const words = [
    `${done.length - byLook} of ${states.length} commands ended well`,
    ...(byLook === 0 ? [] : [`${byLook} done by what is there, since no answer came`]),
    ...(watched.length === 0 ? [] : [`looked after: ${watched.join(", ")}`]),
    ...(change.review.by === "greenlight" ? [] : ["a model read what they printed"]),
  ];
  return [rich(paragraph(bold("How it was checked: "), said(words.join(" · "))))];
}

function isByLook({ exitCode, error, settledBy }: StepRecord): boolean {
  return exitCode !== 0 && error !== null && settledBy === null;
}

function notes(change: Change): types.KnownBlock[] {
  if (change.review === null || change.review.notes === "") return [];
  return [
    rich(
      paragraph(bold(`${reviewLabel(change)}: `), said(cutMiddle(visible(change.review.notes), NOTES_CHARS))),
    ),
  ];
}

function took(change: Change): string[] {
  if (change.endedAt === null) return [];
  return [`Took ${duration(change.endedAt.getTime() - change.createdAt.getTime())} in all`];
}
