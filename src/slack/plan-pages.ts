import type { types } from "@slack/bolt";
import type { Change } from "../change/change.ts";
import { charsOf, headline, type Rendered } from "./blocks.ts";
import {
  CARD_REASONS_CHARS,
  CARD_REQUEST_CHARS,
  CARD_STEPS_CHARS,
  CARD_SUMMARY_CHARS,
  PAGE_CHARS,
} from "./limits.ts";
import { longText, stepBlocks } from "./plan-steps.ts";
import { inert, oneLine, visible } from "./text.ts";

/** More steps than this make a card too long to read, however short they are. */
const CARD_STEPS = 10;
/** Leaves room for the headline of a page under Slack's 50 blocks. */
const PAGE_BLOCKS = 40;

/** How many steps, from the first on, the card shows itself. The rest goes on in the thread. */
export function stepsOnCard(change: Change): number {
  const steps = change.plan?.plan ?? [];
  let used = 0;
  let shown = 0;
  for (const step of steps.slice(0, CARD_STEPS)) {
    used += charsIn(stepBlocks(change, step, { rows: true }));
    if (used > CARD_STEPS_CHARS) break;
    shown += 1;
  }
  return shown;
}

/** How many messages in the thread hold what the card has no room for. */
export function planPageCount(change: Change): number {
  return pagesOf(change).length;
}

/** Those messages, in order: the request, the reasons and the steps that are not on the card in full. */
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
  const rest = plan.plan
    .slice(stepsOnCard(change))
    .flatMap((step) => stepBlocks(change, step, { rows: true }));
  const request = visible(change.request).length > CARD_REQUEST_CHARS;
  const summary = visible(plan.summary).length > CARD_SUMMARY_CHARS;
  const reasons = reasonLines(change).length > CARD_REASONS_CHARS;
  return paginate([
    ...(request ? longText("The request in full", change.request) : []),
    ...(summary ? longText("The model's summary in full", plan.summary) : []),
    ...(reasons ? longText("All reasons for the risk", reasonLines(change)) : []),
    ...rest,
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
