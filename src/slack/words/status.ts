import type { types } from "@slack/bolt";
import { type Change, openDecision } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { StepRecord } from "#change/journal.ts";
import { approvalBlocks, approvalWarnings } from "#slack/cards/approval-lines.ts";
import { askedFor } from "#slack/cards/asked-for.ts";
import { blockedParts, openHereParts } from "#slack/cards/blocked-lines.ts";
import { stepStateLine } from "#slack/cards/verdict-message.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
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
} from "#slack/text/blocks.ts";
import { decisionLines } from "#slack/text/decision-lines.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { stateTitle, stateWords, titleWords } from "#slack/text/states.ts";
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
  const until = openDecision(change)?.expiresAt ?? null;
  const why = change.review?.notes ?? (change.error === null ? null : unfolded(change.error));
  const parts: Part[] = [
    paragraph(bold("What: "), said(titleWords(change))),
    askedFor(change, REQUEST_CHARS),
    ...blockedParts(change, linkTo),
    ...openHereParts(change, linkTo),
    ...approvalWarnings(change),
    ...(why === null || why === ""
      ? []
      : [paragraph(bold("Why: "), said(cutMiddle(visible(why), WHY_CHARS)))]),
  ];
  const blocks: types.KnownBlock[] = [
    headline(stateTitle(change, steps)),
    rich(...parts),
    ...(states.length === 0 ? [] : [rich(bullets(states.map(stepStateLine)))]),
    ...approvalBlocks(change),
    smallPrint(
      `Asked by ${personMrkdwn(change.requester)}, ${dateMrkdwn(change.createdAt)}`,
      ...(until === null ? [] : [`Expires ${dateMrkdwn(until)}`]),
      ...decisionLines(change).slice(-DECISIONS),
      `Change \`${inert(change.id)}\``,
      ...cardLink(change, cardTs, linkTo),
    ),
  ];
  const so = counted === "" ? "" : ` Steps: ${counted}.`;
  const what = inert(titleWords(change));
  return { text: `${inert(stateWords(change, steps))}: ${what}.${so}`, blocks };
}

/** The address is Slack's own and was made here. */
function cardLink({ home }: Change, cardTs: string | null, linkTo: LinkTo): string[] {
  const url = home === null || cardTs === null ? null : linkTo({ ...home, ts: cardTs });
  return url === null ? [] : [`<${url}|Its card>`];
}
