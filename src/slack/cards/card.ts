import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";
import { titleTellsAll } from "#change/titles/title.ts";
import { askedFor } from "#slack/text/asked-for.ts";
import {
  bold,
  headline,
  type Part,
  paragraph,
  personMrkdwn,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { answeredLines } from "#slack/text/decision-lines.ts";
import { inOrder } from "#slack/text/facts.ts";
import { CARD_REQUEST_CHARS, CARD_SUMMARY_CHARS } from "#slack/text/limits.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { reviewLabel } from "#slack/text/review-words.ts";
import { type Takes, takesNone } from "#slack/text/rich-kinds.ts";
import { riskBlocks } from "#slack/text/risk-reasons.ts";
import { riskiestParts } from "#slack/text/riskiest.ts";
import { statePart } from "#slack/text/state-part.ts";
import { headlineWords, stateWords, titleWords } from "#slack/text/states.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";
import { approvalActions, operatorActions } from "./actions.ts";
import { planAgainActions } from "./again-buttons.ts";
import { approvalBlocks, approvalWarnings, heldActions } from "./approval-lines.ts";
import { blastRadius } from "./blast-radius.ts";
import { blockedParts, openHereParts } from "./blocked-lines.ts";
import { cancelActions, cancelLines } from "./cancel-buttons.ts";
import { planBlocks } from "./card-plan.ts";
import { failedStepParts } from "./failed-step.ts";
import { foldedCard, isFolded } from "./folded-card.ts";
import { liveSteps } from "./live-steps.ts";
import { nameLine } from "./name-line.ts";
import { talkActions } from "./talk-actions.ts";
import { askedOf, talkParts } from "./talk-parts.ts";
import { unlockBlocks } from "./unlock-message.ts";

/**
 * What a card must know beside the change: `pagesStand`, whether the plan's continuation stands in the thread in full;
 * `linkTo`, the addresses of other cards, without which they are only named; `takes`, the rich blocks that may be used.
 */
export type CardOptions = { pagesStand: boolean; linkTo?: LinkTo; takes?: Takes };

/** What stands in the place of the buttons where the card is not at home. */
type Elsewhere = { instead?: types.KnownBlock[] };

const WHY_CHARS = 900;

/**
 * The card of a change, as its row and its journal say. Pure; within every limit of Slack. Its facts keep the order of
 * `inOrder` while it lives. Once it has ended it folds to a few lines: the verdict stands beside it.
 */
export function renderCard(
  change: Change,
  steps: readonly StepRecord[],
  options: CardOptions & Elsewhere,
): Rendered {
  const { linkTo = () => null, takes = takesNone } = options;
  const text = cardText(change, steps);
  if (isFolded(change)) return { text, blocks: foldedCard(change, steps, linkTo) };
  const answered = [...answeredLines(change).slice(-5), ...cancelLines(change)];
  const blocks = inOrder<types.KnownBlock>({
    title: [headline(headlineWords(change))],
    state: [
      rich(
        ...inOrder<Part>({
          state: situation(change, steps, linkTo),
          asked: [askedFor(change, CARD_REQUEST_CHARS)],
        }),
      ),
      ...askedOf(change),
    ],
    decided: [...(answered.length === 0 ? [] : [smallPrint(...answered)]), ...unlockBlocks(change)],
    risk: riskBlocks(change),
    meaning: meaning(change),
    steps: [...liveSteps(change, steps, takes), ...planBlocks(change, takes)],
    terms: approvalBlocks(change),
    name: [nameLine(change, linkTo)],
    buttons: options.instead ?? actionsOf(change, steps, options),
  });
  return { text, blocks };
}

function actionsOf(change: Change, steps: readonly StepRecord[], options: CardOptions): types.KnownBlock[] {
  const asked = options.pagesStand ? approvalActions(change) : [];
  return [
    ...(options.pagesStand ? asked : heldActions(change)),
    ...talkActions(change),
    ...operatorActions(change, steps),
    // It stands in the row of an open approval already.
    ...(asked.length > 0 ? [] : cancelActions(change)),
    ...planAgainActions(change),
  ];
}

/** What a notification and a screen reader say: the state first, then what it does and who asked. */
function cardText(change: Change, steps: readonly StepRecord[]): string {
  return `${inert(stateWords(change, steps))}: ${inert(titleWords(change))} (asked by ${personMrkdwn(change.requester)})`;
}

/** What somebody woken at night needs first: where it stands, and why it stands there. */
function situation(change: Change, steps: readonly StepRecord[], linkTo: LinkTo): Part[] {
  return [
    statePart(change, steps),
    ...talkParts(change),
    ...blockedParts(change, linkTo),
    ...openHereParts(change, linkTo),
    ...why(change),
    ...failedStepParts(change, steps),
    ...(titleTellsAll(change) ? [] : riskiestParts(change)),
    ...approvalWarnings(change),
    ...planOnlyLines(change),
  ];
}

function planOnlyLines({ planOnly, status }: Change): Part[] {
  if (!planOnly) return [];
  const how =
    status === "planned"
      ? [said("Run this asks for the same as a change of its own, planned anew and with its own approval.")]
      : [];
  return [paragraph(bold("Asked for as a plan only: it cannot run. "), ...how)];
}

function why(change: Change): Part[] {
  const { status } = change;
  if ((status === "failed" || status === "expired") && change.error !== null)
    return [reason("Why", change.error)];
  const { review } = change;
  if (review !== null && change.status !== "running") return [reason(reviewLabel(change), review.notes)];
  return change.status === "needs_person" && change.error !== null ? [reason("Why", change.error)] : [];
}

function reason(label: string, text: string): Part {
  return paragraph(bold(`${label}: `), said(cutMiddle(visible(unfolded(text)), WHY_CHARS)));
}

/** What the model makes of it, and how far it reaches by what was seen; nothing where the headline says all of that. */
function meaning(change: Change): types.KnownBlock[] {
  const { plan } = change;
  if (plan === null || plan.plan.length === 0 || titleTellsAll(change)) return [];
  const summary = cutMiddle(visible(plan.summary), CARD_SUMMARY_CHARS);
  return [
    rich(
      paragraph(bold("Plan by the model: "), said(summary)),
      paragraph(bold("Reach: "), said(blastRadius(change))),
    ),
  ];
}
