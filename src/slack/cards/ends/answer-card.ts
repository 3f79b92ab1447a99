import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { LogExcerpt, StepRecord } from "#change/journal.ts";
import { onlyLooks } from "#change/titles/only-looks.ts";
import { planAgainActions, runAgainButton } from "#slack/cards/again-buttons.ts";
import { cancelActions } from "#slack/cards/cancel-buttons.ts";
import { failedStepParts } from "#slack/cards/failed-step.ts";
import { shortId } from "#slack/cards/listed-rows.ts";
import { duration, fileWords, logText } from "#slack/cards/step-message.ts";
import { askedFor } from "#slack/text/asked-for.ts";
import {
  bold,
  code,
  codeBox,
  headline,
  type Part,
  paragraph,
  personMrkdwn,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { LOG_CHARS } from "#slack/text/limits.ts";
import { shownCommand } from "#slack/text/pieces.ts";
import { reviewLabel } from "#slack/text/review-words.ts";
import { aboutWords, stateLine, stateWords, titleWords } from "#slack/text/states.ts";
import { type StepState, stepStatesOf, stepStateWords } from "#slack/text/step-states.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";

const REQUEST_CHARS = 300;
const COMMAND_CHARS = 140;
const NOTES_CHARS = 600;
/** What all steps of an answer print, with room left for twenty commands. Slack refuses messages near 13,000. */
const ANSWER_CHARS = 6_000;
/** Of the text that stands where Slack takes no blocks. */
const TEXT_CHARS = 2_500;

/** What one step of a read printed. */
export type Printed = { record: StepRecord; log: LogExcerpt };

const shownIn: ReadonlySet<Change["status"]> = new Set(["running", "reviewing", "done", "failed"]);

/** Whether a change is shown as an answer: it only looks, and runs or has run. */
export function isAnswer(change: Change): boolean {
  return onlyLooks(change) && shownIn.has(change.status);
}

/** How many characters of a step's output an answer of so many steps holds. */
export function roomOf({ plan }: Pick<Change, "plan">): number {
  return Math.min(LOG_CHARS, Math.floor(ANSWER_CHARS / Math.max(1, plan?.plan.length ?? 1)));
}

/** Which lines are read for it: a table begins with its heading, and a log ends with what is new. */
export function linesOf({ argv }: Pick<StepRecord, "argv">): { head: number; tail: number } {
  return argv.includes("logs") ? { head: 0, tail: 40 } : { head: 30, tail: 10 };
}

/**
 * The one message of a change that only looks: what its commands printed, in whole lines, with what is left out counted. It
 * takes the place of card, log and verdict. `canAttach`: whether what is left out comes as a file.
 */
export function renderAnswer(
  change: Change,
  steps: readonly StepRecord[],
  printed: readonly Printed[],
  canAttach: boolean,
): Rendered {
  const isDone = change.status === "done";
  const state = isDone ? [] : [paragraph(bold(stateLine(change, steps)))];
  const failed = change.status === "failed" ? failedStepParts(change, steps) : [];
  const room = roomOf(change);
  const answers = stepStatesOf(change, steps).map((one) => answerOf(one, printed, room));
  const files = printed.flatMap(({ record, log }) => fileWords(record, log, canAttach, room)).slice(0, 1);
  return {
    text: answerText(change, steps, printed, room),
    blocks: [
      headline(aboutWords(change)),
      rich(...state, ...failed, askedFor(change, REQUEST_CHARS)),
      ...answers.map((parts) => rich(...parts)),
      ...notes(change),
      smallPrint(...took(change), ...files, `Change \`${inert(shortId(change.id))}\``),
      ...actionsOf(change),
    ],
  };
}

function answerOf({ step, ran, record, back }: StepState, printed: readonly Printed[], room: number): Part[] {
  const log = printed.find((one) => one.record === record)?.log;
  const lines = log === undefined ? "" : logText(log, room);
  const words = ran === "done" ? "" : stepStateWords({ step, ran, record, back });
  const state = words === "" ? [] : [said(` ${words}`)];
  const nothing = lines === "" && ran === "done" ? [said(" printed nothing")] : [];
  const command = [code(cutMiddle(shownCommand(step), COMMAND_CHARS)), ...state, ...nothing];
  return [paragraph(...command), ...(lines === "" ? [] : [codeBox(lines)])];
}

/** Complete in itself: it is what stands where Slack takes no blocks. */
function answerText(
  change: Change,
  steps: readonly StepRecord[],
  printed: readonly Printed[],
  room: number,
): string {
  const output = printed.map(({ log }) => logText(log, room)).filter((text) => text !== "");
  const title = `${inert(stateWords(change, steps))}: ${inert(titleWords(change))}. Asked by ${personMrkdwn(change.requester)}.`;
  return [
    title,
    ...output.map((text) => inert(cutMiddle(text, Math.floor(TEXT_CHARS / output.length)))),
  ].join("\n");
}

/** A model's reading of what was printed; where no model was asked, the table speaks for itself. */
function notes(change: Change): types.KnownBlock[] {
  const { review, status } = change;
  if (review === null || review.notes === "" || (review.by === "greenlight" && status === "done")) return [];
  return [
    rich(paragraph(bold(`${reviewLabel(change)}: `), said(cutMiddle(visible(review.notes), NOTES_CHARS)))),
  ];
}

function took({ createdAt, endedAt }: Change): string[] {
  return endedAt === null ? [] : [`Took ${duration(endedAt.getTime() - createdAt.getTime())}`];
}

function actionsOf(change: Change): types.KnownBlock[] {
  const again = runAgainButton(change);
  if (again.length > 0) return [{ type: "actions", block_id: "greenlight:after", elements: again }];
  return change.status === "failed" ? planAgainActions(change) : cancelActions(change);
}
