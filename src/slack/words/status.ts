import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";
import { approvalBlocks, approvalWarnings } from "#slack/cards/approval-lines.ts";
import { blockedParts, openHereParts } from "#slack/cards/blocked-lines.ts";
import { nameLine } from "#slack/cards/name-line.ts";
import { stepStateLine } from "#slack/cards/verdict-message.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { askedFor } from "#slack/text/asked-for.ts";
import {
  bold,
  bullets,
  headline,
  type Part,
  paragraph,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { answeredLines } from "#slack/text/decision-lines.ts";
import { inOrder } from "#slack/text/facts.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { statePart } from "#slack/text/state-part.ts";
import { headlineWords, stateWords, titleWords } from "#slack/text/states.ts";
import { stepStatesOf, tally } from "#slack/text/step-states.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";
import { findNamed } from "./named-change.ts";
import type { WordAsked } from "./word.ts";

const REQUEST_CHARS = 400;
const WHY_CHARS = 900;
const DECISIONS = 6;

/** Says where one change stands: its state, each step, who decided, what it waits for, and where its card is. */
export async function answerStatus(deps: SlackDeps, asked: WordAsked): Promise<Rendered> {
  const named = await findNamed(deps, asked, "status", asked.rest.split(/\s+/u)[0]);
  if (!named.ok) return named.answer;
  const { change, cardTs } = named;
  return render(change, await deps.changes.steps(change.id), cardTs, deps.linkTo);
}

function render(
  change: Change,
  steps: readonly StepRecord[],
  cardTs: string | null,
  linkTo: LinkTo,
): Rendered {
  const states = stepStatesOf(change, steps);
  const counted = tally(states);
  const why = change.review?.notes ?? (change.error === null ? null : unfolded(change.error));
  const about: Part[] = [
    statePart(change, steps),
    ...blockedParts(change, linkTo),
    ...openHereParts(change, linkTo),
    ...approvalWarnings(change),
    ...(why === null || why === ""
      ? []
      : [paragraph(bold("Why: "), said(cutMiddle(visible(why), WHY_CHARS)))]),
  ];
  const decided = answeredLines(change).slice(-DECISIONS);
  const blocks = inOrder<types.KnownBlock>({
    title: [headline(headlineWords(change))],
    state: [rich(...about)],
    asked: [rich(askedFor(change, REQUEST_CHARS))],
    decided: decided.length === 0 ? [] : [smallPrint(...decided)],
    steps: states.length === 0 ? [] : [rich(bullets(states.map(stepStateLine)))],
    terms: approvalBlocks(change),
    name: [nameLine(change, linkTo), ...cardLink(change, cardTs, linkTo)],
  });
  const so = counted === "" ? "" : ` Steps: ${counted}.`;
  const what = inert(titleWords(change));
  return { text: `${inert(stateWords(change, steps))}: ${what}.${so}`, blocks };
}

/** The address is Slack's own and was made here. */
function cardLink({ home }: Change, cardTs: string | null, linkTo: LinkTo): types.KnownBlock[] {
  const url = home === null || cardTs === null ? null : linkTo({ ...home, ts: cardTs });
  return url === null ? [] : [smallPrint(`<${url}|Its card>`)];
}
