import type { types } from "@slack/bolt";
import type { Change } from "../change/change.ts";
import type { StepRecord } from "../change/journal.ts";
import { approvalBlocks, approvalWarnings, heldActions } from "./approval-lines.ts";
import { blockedParts, type LinkTo } from "./blocked-lines.ts";
import {
  bold,
  bullets,
  dateMrkdwn,
  headline,
  type Part,
  paragraph,
  personMrkdwn,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "./blocks.ts";
import { approvalActions, operatorActions } from "./card-actions.ts";
import { decisionLines } from "./decision-lines.ts";
import { CARD_REASONS_CHARS, CARD_REQUEST_CHARS } from "./limits.ts";
import { planAgainActions } from "./plan-again.ts";
import { planPageCount, stepsOnCard } from "./plan-pages.ts";
import { stepBlocks } from "./plan-steps.ts";
import { shortDigest } from "./questions.ts";
import { standingsOf, standingWords, tally } from "./standings.ts";
import { stateTitle, stateWords } from "./states.ts";
import { cutMiddle, inert, oneLine, visible } from "./text.ts";

/**
 * What a card must know beside the change: `pagesStand`, whether the plan's continuation stands in the thread in full;
 * `linkTo`, the addresses of other cards, without which they are only named.
 */
export type CardOptions = { pagesStand: boolean; linkTo?: LinkTo };

const SUMMARY_CHARS = 2_000;
const WHY_CHARS = 900;

/** The card of a change, as its row and its journal say. Pure; within every limit of Slack. */
export function renderCard(change: Change, steps: readonly StepRecord[], options: CardOptions): Rendered {
  const blocks: types.KnownBlock[] = [
    headline(stateTitle(change, steps)),
    rich(paragraph(bold("Asked for: "), said(cutMiddle(visible(change.request), CARD_REQUEST_CHARS)))),
    smallPrint(
      `${personMrkdwn(change.requester)}, ${dateMrkdwn(change.createdAt)}`,
      ...decisionLines(change).slice(-5),
    ),
    ...situation(change, steps, options.linkTo ?? (() => null)),
    ...planBlocks(change, steps),
    ...approvalBlocks(change),
    ...(options.pagesStand ? approvalActions(change) : heldActions(change)),
    ...operatorActions(change, steps),
    ...planAgainActions(change),
    smallPrint(...footer(change)),
  ];
  return { text: cardText(change, steps), blocks };
}

/** What a notification and a screen reader say: the state first, then what was asked and by whom. */
function cardText(change: Change, steps: readonly StepRecord[]): string {
  return `${inert(stateWords(change, steps))}: ${inert(cutMiddle(visible(change.request), 200))} (asked by ${personMrkdwn(change.requester)})`;
}

/** What somebody woken at night needs first: why it stands where it stands. */
function situation(change: Change, steps: readonly StepRecord[], linkTo: LinkTo): types.KnownBlock[] {
  const parts: Part[] = [];
  const standings = standingsOf(change, steps);
  const counted = tally(standings);
  if (counted !== "") parts.push(paragraph(bold("Steps: "), said(counted)));
  parts.push(...blockedParts(change, linkTo));
  parts.push(...why(change));
  parts.push(...approvalWarnings(change));
  if (change.planOnly) parts.push(paragraph(said("Asked for as a plan only: it cannot run.")));
  return parts.length === 0 ? [] : [rich(...parts)];
}

function why(change: Change): Part[] {
  const { status } = change;
  if ((status === "failed" || status === "expired") && change.error !== null)
    return [reason("Why", change.error)];
  const { review } = change;
  if (review !== null && change.status !== "running") return [reason("The reviewer", review.notes)];
  return change.status === "needs_person" && change.error !== null ? [reason("Why", change.error)] : [];
}

function reason(label: string, text: string): Part {
  return paragraph(bold(`${label}: `), said(cutMiddle(visible(text), WHY_CHARS)));
}

function planBlocks(change: Change, steps: readonly StepRecord[]): types.KnownBlock[] {
  const { plan } = change;
  if (plan === null) return [];
  const shown = stepsOnCard(change);
  const summary = cutMiddle(visible(plan.summary), SUMMARY_CHARS);
  return [
    { type: "divider" },
    rich(paragraph(bold("Plan by the model: "), said(summary))),
    ...standingsOf(change, steps)
      .slice(0, shown)
      .flatMap((standing) => stepBlocks(change, standing.step, standingWords(standing))),
    ...continuation(change, shown),
    ...riskBlocks(change),
  ];
}

function continuation(change: Change, shown: number): types.KnownBlock[] {
  const pages = planPageCount(change);
  if (pages === 0) return [];
  const total = change.plan?.plan.length ?? 0;
  const steps = shown + 1 === total ? `Step ${total}` : `Steps ${shown + 1} to ${total}`;
  const what = shown < total ? `${steps} of ${total}` : "What is shortened here";
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

/** The reasons name their source themselves: a step's rule, or the model. */
function riskBlocks(change: Change): types.KnownBlock[] {
  if (change.risk === null) return [];
  const lines: string[] = [];
  for (const line of change.riskReasons.map((one) => cutMiddle(oneLine(one), CARD_REASONS_CHARS / 2))) {
    if ([...lines, line].join("\n").length > CARD_REASONS_CHARS) break;
    lines.push(line);
  }
  const left = change.riskReasons.length - lines.length;
  if (left > 0) lines.push(`and ${left} more in the thread`);
  const title = paragraph(bold(`Risk: ${change.risk}`), said(lines.length === 0 ? "" : ", because"));
  return [lines.length === 0 ? rich(title) : rich(title, bullets(lines.map((line) => [said(line)])))];
}

function footer(change: Change): string[] {
  const digest = change.digest === null ? [] : [`Digest \`${inert(shortDigest(change.digest))}\``];
  const revision = change.revision > 1 ? [`Revision ${change.revision}`] : [];
  return [`Change \`${inert(change.id)}\``, ...digest, ...revision];
}
