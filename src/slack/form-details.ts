import type { types } from "@slack/bolt";
import type { Change } from "../change/change.ts";
import { bold, charsOf, headline, paragraph, rich, said, smallPrint } from "./blocks.ts";
import { cardFacts } from "./card-facts.ts";
import { decisionLines } from "./decision-lines.ts";
import { type Form, notice, plain } from "./forms.ts";
import { reasonLines } from "./plan-pages.ts";
import { longText, stepBlocks } from "./plan-steps.ts";
import { aboutWords, stateWords } from "./states.ts";
import { talkParts } from "./talk-parts.ts";
import { inert } from "./text.ts";
import { whoCanApprove } from "./who-can.ts";

const TITLE = "Details";
/** Slack takes 100 blocks in a view; one is the pointer to what is left out. */
const MOST_BLOCKS = 95;
/** Of all texts together; Slack names no figure, and a view of this size was taken. */
const MOST_CHARS = 40_000;

/** Details: the whole plan with every command, way back, preview and reason, and who may approve it. Only for reading. */
export const detailsForm: Form = {
  id: "greenlight:details",
  view: () => notice(TITLE, "The plan is being looked up…"),
  fill: (change) => ({
    type: "modal",
    title: plain(TITLE),
    close: plain("Close"),
    blocks: cut(blocksOf(change)),
  }),
  read: null,
};

function blocksOf(change: Change): types.KnownBlock[] {
  const { plan } = change;
  const steps = plan?.plan ?? [];
  const talk = talkParts(change);
  const decided = decisionLines(change);
  return [
    headline(aboutWords(change)),
    smallPrint(inert(stateWords(change, [])), ...cardFacts(change)),
    ...longText("Asked for", change.request),
    ...(talk.length === 0 ? [] : [rich(...talk)]),
    ...(decided.length === 0 ? [] : [smallPrint(...decided.slice(-10))]),
    ...(plan === null
      ? [rich(paragraph(said("There is no plan at the moment.")))]
      : longText("Plan by the model", plan.summary)),
    ...steps.flatMap((step) => [{ type: "divider" } as const, ...stepBlocks(change, step, { rows: true })]),
    ...(change.risk === null || plan === null ? [] : risk(change, change.risk)),
    ...(change.terms === null || change.endedAt !== null
      ? []
      : [smallPrint(...whoCanApprove(change.terms).slice(0, 10))]),
    ...names(change),
  ];
}

function risk(change: Change, level: string): types.KnownBlock[] {
  const title = rich(paragraph(bold(`Risk: ${level}`)));
  return change.riskReasons.length === 0 ? [title] : [title, ...longText("Because", reasonLines(change))];
}

function names({ id, digest, revision }: Change): types.KnownBlock[] {
  const whole = digest === null ? [] : [`Digest \`${inert(digest)}\``];
  return [smallPrint(`Change \`${inert(id)}\``, `Revision ${revision}`, ...whole)];
}

/** As much as a view takes; what is left out stands in the card's thread, where the plan is posted in full. */
function cut(blocks: types.KnownBlock[]): types.KnownBlock[] {
  const shown: types.KnownBlock[] = [];
  let used = 0;
  for (const block of blocks) {
    used += charsOf(block);
    if (shown.length >= MOST_BLOCKS || used > MOST_CHARS) {
      const left = "The plan is longer than a form can show. The card and its thread hold all of it.";
      return [...shown, rich(paragraph(bold(left)))];
    }
    shown.push(block);
  }
  return shown;
}
