import type { types } from "@slack/bolt";
import { type Change, isEnded } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";
import { askedFor } from "#slack/text/asked-for.ts";
import { bold, headline, paragraph, rich, said } from "#slack/text/blocks.ts";
import { answeredLines } from "#slack/text/decision-lines.ts";
import { inOrder } from "#slack/text/facts.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { reviewLabel } from "#slack/text/review-words.ts";
import { endedTitle } from "#slack/text/states.ts";
import { cutMiddle, visible } from "#slack/text/text.ts";
import { detailsButton } from "./actions.ts";
import { planAgainButtons } from "./again-buttons.ts";
import { cancelLines } from "./cancel-buttons.ts";
import { nameLine } from "./name-line.ts";

/** Each is one line on a screen, and two or three on a phone; the verdict has all of it. */
const REQUEST_CHARS = 120;
const CAME_TO_CHARS = 180;

/** Whether only a few lines are left of the card: it is over, and its plan is no more than history. What was only planned is all plan. */
export function isFolded({ status }: Change): boolean {
  return isEnded(status) && status !== "planned";
}

/** How it ended, what it came to, who asked for what, who decided. Verdict and logs stand in the thread, the plan in Details. */
export function foldedCard(change: Change, steps: readonly StepRecord[], linkTo: LinkTo): types.KnownBlock[] {
  const decided = [...answeredLines(change).slice(-2), ...cancelLines(change)];
  const buttons = [...planAgainButtons(change), detailsButton(change.id)];
  return inOrder<types.KnownBlock>({
    title: [headline(endedTitle(change, steps))],
    state: cameTo(change),
    asked: [rich(askedFor(change, REQUEST_CHARS))],
    name: [nameLine(change, linkTo, decided)],
    buttons: [{ type: "actions", block_id: "greenlight:again", elements: buttons }],
  });
}

function cameTo(change: Change): types.KnownBlock[] {
  const { review, error, status } = change;
  const isWhy = error !== null && (status === "failed" || status === "expired");
  if (isWhy) return [line("Why", unfolded(error))];
  return review === null || review.notes === "" ? [] : [line(reviewLabel(change), review.notes)];
}

function line(label: string, text: string): types.KnownBlock {
  return rich(
    paragraph(bold(`${label}: `), said(cutMiddle(visible(text).replaceAll(/\s+/gu, " "), CAME_TO_CHARS))),
  );
}
