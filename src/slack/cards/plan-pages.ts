import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { Step } from "#change/plan.ts";
import { riskiestFirst, riskiestSteps } from "#change/titles/step-risks.ts";
import { charsOf, headline, type Rendered } from "#slack/text/blocks.ts";
import {
  CARD_REASONS_CHARS,
  CARD_REQUEST_CHARS,
  CARD_STEPS_CHARS,
  CARD_SUMMARY_CHARS,
  PAGE_CHARS,
} from "#slack/text/limits.ts";
import { inert, oneLine, visible } from "#slack/text/text.ts";
import { longText, stepBlocks } from "./plan-steps.ts";

/** More steps than this make a card too long to read, however short they are; the riskiest are shown above it. */
const CARD_STEPS = 10;
/** Leaves room for the headline of a page under Slack's 50 blocks. */
const PAGE_BLOCKS = 40;

/** The steps the card shows itself, the riskiest first, so that they are the last to be cut. The rest goes on in the thread. */
export function stepsOnCard(change: Change): Step[] {
  const most = Math.max(CARD_STEPS, riskiestSteps(change).length);
  const shown: Step[] = [];
  let used = 0;
  for (const step of riskiestFirst(change).slice(0, most)) {
    used += charsIn(stepBlocks(change, step, { rows: true }));
    if (used > CARD_STEPS_CHARS) break;
    shown.push(step);
  }
  return shown;
}

/** The steps that stand in the thread instead, in the same order. */
export function stepsInThread(change: Change): Step[] {
  return riskiestFirst(change).slice(stepsOnCard(change).length);
}

/** How many messages in the thread hold what the card has no room for. */
export function planPageCount(change: Change): number {
  return pagesOf(change).length;
}

/** Those messages, in order: the steps, the reasons and the request that are not on the card in full. */
export function planPages(change: Change): Rendered[] {
  const pages = pagesOf(change);
  return pages.map((blocks, index) => {
    const title = `Plan continued, page ${index + 1} of ${pages.length} · revision ${change.revision}`;
    return { text: `${title}: ${inert(change.request.slice(0, 200))}`, blocks: [headline(title), ...blocks] };
  });
}

/** The reasons for the risk, one a line: a model's own line feeds would make others of it. */
export function reasonLines(change: Change): string {
  return change.riskReasons.map(oneLine).join("\n");
}

function pagesOf(change: Change): types.KnownBlock[][] {
  const { plan } = change;
  if (plan === null || plan.plan.length === 0) return [];
  const rest = stepsInThread(change).flatMap((step) => stepBlocks(change, step, { rows: true }));
  const request = visible(change.request).length > CARD_REQUEST_CHARS;
  const summary = visible(plan.summary).length > CARD_SUMMARY_CHARS;
  const reasons = reasonLines(change).length > CARD_REASONS_CHARS;
  return paginate([
    ...rest,
    ...(reasons ? longText("All reasons for the risk", reasonLines(change)) : []),
    ...(request ? longText("The request in full", change.request) : []),
    ...(summary ? longText("The model's summary in full", plan.summary) : []),
  ]);
}

function paginate(blocks: types.KnownBlock[]): types.KnownBlock[][] {
  const pages: types.KnownBlock[][] = [];
  let page: types.KnownBlock[] = [];
  for (const block of blocks) {
    if (page.length >= PAGE_BLOCKS || (page.length > 0 && charsIn([...page, block]) > PAGE_CHARS)) {
      pages.push(page);
      page = [];
    }
    page.push(block);
  }
  return page.length === 0 ? pages : [...pages, page];
}

function charsIn(blocks: types.KnownBlock[]): number {
  return blocks.reduce((sum, block) => sum + charsOf(block), 0);
}
