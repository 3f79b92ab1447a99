import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";
import type { Step } from "#change/plan.ts";
import { stepNumbers } from "#change/step-numbers.ts";
import { riskiestSteps, riskOfStep, risksDiffer } from "#change/titles/step-risks.ts";
import {
  bold,
  bullets,
  headline,
  type Part,
  paragraph,
  personMrkdwn,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { shortDigest } from "#slack/text/buttons.ts";
import { decisionLines } from "#slack/text/decision-lines.ts";
import { CARD_REASONS_CHARS, CARD_REQUEST_CHARS, CARD_SUMMARY_CHARS } from "#slack/text/limits.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { reviewLabel } from "#slack/text/review-words.ts";
import { type Takes, takesNone } from "#slack/text/rich-kinds.ts";
import { riskiestParts } from "#slack/text/riskiest.ts";
import { aboutWords, stateLine, stateWords, titleWords } from "#slack/text/states.ts";
import { cutMiddle, inert, oneLine, visible } from "#slack/text/text.ts";
import { approvalActions, operatorActions } from "./actions.ts";
import { planAgainActions } from "./again-buttons.ts";
import { approvalBlocks, approvalWarnings, heldActions } from "./approval-lines.ts";
import { askedFor } from "./asked-for.ts";
import { beforeAfter, fitsTable, looksAt } from "./before-after.ts";
import { blastRadius } from "./blast-radius.ts";
import { blockedParts, openHereParts } from "./blocked-lines.ts";
import { cancelActions, cancelLines } from "./cancel-buttons.ts";
import { commandBlocks } from "./commands-box.ts";
import { cardFacts, sourceFacts } from "./facts.ts";
import { failedStepParts } from "./failed-step.ts";
import { liveSteps } from "./live-steps.ts";
import { planPageCount, stepsInThread, stepsOnCard } from "./plan-pages.ts";
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
const ORDER = "The riskiest steps stand first. They run in the order of their numbers.";

/**
 * The card of a change, as its row and its journal say. Pure; within every limit of Slack. Its facts keep their order while
 * it lives: what it is, where it stands and why, who and where, what it means, what it changes, exactly how, why it is
 * risky, who has to say yes, and the buttons last.
 */
export function renderCard(
  change: Change,
  steps: readonly StepRecord[],
  options: CardOptions & Elsewhere,
): Rendered {
  const { linkTo = () => null, takes = takesNone } = options;
  const answered = [...decisionLines(change).slice(-5), ...cancelLines(change)];
  const blocks: types.KnownBlock[] = [
    headline(aboutWords(change)),
    rich(...situation(change, steps, linkTo)),
    ...askedOf(change),
    smallPrint(...cardFacts(change), ...sourceFacts(change, linkTo)),
    ...(answered.length === 0 ? [] : [smallPrint(...answered)]),
    ...unlockBlocks(change),
    rich(...meaning(change)),
    ...liveSteps(change, steps, takes),
    ...planBlocks(change, takes),
    ...riskBlocks(change),
    ...approvalBlocks(change),
    smallPrint(...footer(change)),
    ...(options.instead ?? actionsOf(change, steps, options)),
  ];
  return { text: cardText(change, steps), blocks };
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
    paragraph(bold(stateLine(change, steps))),
    ...talkParts(change),
    ...blockedParts(change, linkTo),
    ...openHereParts(change, linkTo),
    ...why(change),
    ...failedStepParts(change, steps),
    ...riskiestParts(change),
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

/** What was asked, what the model makes of it, and how far it reaches by what was seen. */
function meaning(change: Change): Part[] {
  const { plan } = change;
  const parts = [askedFor(change, CARD_REQUEST_CHARS)];
  if (plan === null) return parts;
  const summary = cutMiddle(visible(plan.summary), CARD_SUMMARY_CHARS);
  const reach = plan.plan.length === 0 ? [] : [paragraph(bold("Reach: "), said(blastRadius(change)))];
  return [...parts, paragraph(bold("Plan by the model: "), said(summary)), ...reach];
}

function planBlocks(change: Change, takes: Takes): types.KnownBlock[] {
  if (change.plan === null) return [];
  const shown = stepsOnCard(change);
  const looks = looksAt(change, shown);
  // Where some steps are riskier than others, their commands stand before all that is said of the rest.
  const first = risksDiffer(change) ? shown.filter((step) => riskiestSteps(change).includes(step)) : [];
  const rest = shown.slice(first.length);
  const box = (steps: readonly Step[]) => commandBlocks(change, steps, takes, fitsTable(looks));
  return [
    ...(isMoved(shown) ? [smallPrint(ORDER)] : []),
    ...box(first),
    ...beforeAfter(looks, "What it changes", takes),
    ...box(rest),
    ...continuation(change),
  ];
}

function isMoved(steps: readonly Step[]): boolean {
  return steps.some(({ step }, index) => step < (steps[index - 1]?.step ?? 0));
}

function continuation(change: Change): types.KnownBlock[] {
  const pages = planPageCount(change);
  if (pages === 0) return [];
  const rest = stepsInThread(change);
  const what =
    rest.length > 0
      ? `${capital(stepNumbers(rest.map(({ step }) => step)))} of ${change.plan?.plan.length ?? 0}${risksOf(change, rest)}`
      : "What is shortened here";
  const where = pages === 1 ? "1 message" : `${pages} messages`;
  return [
    rich(
      paragraph(
        bold(`This plan continues in the thread (${where}). `),
        said(`${what}: read on there before deciding.`),
      ),
    ),
  ];
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** How risky what is read elsewhere is: somebody may decide that they need not go there. */
function risksOf(change: Change, steps: readonly Step[]): string {
  const risks = new Set(steps.map((step) => riskOfStep(change, step)));
  return ` (${(["high", "medium", "low"] as const).filter((risk) => risks.has(risk)).join(" and ")} risk)`;
}

/** The reasons name their source themselves: a step's rule, or the model. */
function riskBlocks(change: Change): types.KnownBlock[] {
  // While it is planned anew the risk is the old plan's.
  if (change.risk === null || change.plan === null) return [];
  const lines: string[] = [];
  for (const line of change.riskReasons.map((one) => cutMiddle(oneLine(one), CARD_REASONS_CHARS / 2))) {
    if ([...lines, line].join("\n").length > CARD_REASONS_CHARS) break;
    lines.push(line);
  }
  const left = change.riskReasons.length - lines.length;
  if (left > 0) lines.push(`and ${left} more in the thread`);
  const because = lines.length === 0 ? [] : [said(", because")];
  const title = paragraph(bold(`Risk: ${change.risk}`), ...because);
  return [lines.length === 0 ? rich(title) : rich(title, bullets(lines.map((line) => [said(line)])))];
}

function footer(change: Change): string[] {
  const digest = change.digest === null ? [] : [`Digest \`${inert(shortDigest(change.digest))}\``];
  const revision = change.revision > 1 ? [`Revision ${change.revision}`] : [];
  return [`Change \`${inert(change.id)}\``, ...digest, ...revision];
}
