import type { types } from "@slack/bolt";
import { z } from "zod";
import type { Change } from "#change/change.ts";
import { riskiestFirst } from "#change/titles/step-risks.ts";
import { approvalButtons, operatorButtons } from "#slack/cards/actions.ts";
import { approvalBlocks } from "#slack/cards/approval-lines.ts";
import { cancelButtons, cancelLines } from "#slack/cards/cancel-buttons.ts";
import { reasonLines } from "#slack/cards/plan-pages.ts";
import { longText, stepBlocks } from "#slack/cards/plan-steps.ts";
import { talkParts } from "#slack/cards/talk-parts.ts";
import { type Seen, unknownBlocks } from "#slack/cards/unknown-step.ts";
import { stepStateLine } from "#slack/cards/verdict-message.ts";
import {
  bold,
  bullets,
  charsOf,
  dateMrkdwn,
  headline,
  paragraph,
  personMrkdwn,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { decisionLines } from "#slack/text/decision-lines.ts";
import { inOrder } from "#slack/text/facts.ts";
import { riskiestParts } from "#slack/text/riskiest.ts";
import { openApproval, statePart } from "#slack/text/state-part.ts";
import { headlineWords } from "#slack/text/states.ts";
import { stepStatesOf } from "#slack/text/step-states.ts";
import { inert } from "#slack/text/text.ts";
import { whoCanStillApprove } from "#slack/text/who-can.ts";
import { type Form, notice, plain } from "./forms.ts";

const TITLE = "Details";
/** Slack takes 100 blocks in a view; one is the pointer to what is left out, two the answer to a click and the buttons. */
const MOST_BLOCKS = 95;
const ID_CHARS = 36;
/** Of all texts together; Slack names no figure, and a view of this size was taken. */
const MOST_CHARS = 40_000;

const ID = "greenlight:details";

/**
 * Details: the whole plan with every command, way back, preview and reason, where each step stands, who may approve it, and
 * the buttons of what can be done about it now.
 */
export const detailsForm: Form = {
  id: ID,
  start: (value) => {
    const changeId = changeOf(value);
    if (changeId === null) return "old";
    return {
      changeId,
      view: () => notice(TITLE, "The change is being looked up…"),
      fill: (seen, metadata) => detailsView(seen, metadata, null),
    };
  },
  read: null,
};

/** Which change a value of its button is about, or null. Cards of an earlier version name the question too. */
export function changeOf(value: string): string | null {
  return z.uuid().safeParse(value.slice(0, ID_CHARS)).data ?? null;
}

/** The same once more after a button in it was pressed, with the answer to that, which is mrkdwn of ours, a line each. */
export function detailsView(seen: Seen, metadata: string, answer: string | null): types.ModalView {
  const said = answer === null ? [] : [smallPrint(...answer.split("\n").filter((line) => line !== ""))];
  const { blocks, isWhole } = cut(blocksOf(seen));
  return {
    type: "modal",
    private_metadata: metadata,
    title: plain(TITLE),
    close: plain("Close"),
    blocks: [...said, ...blocks, ...actionsOf(seen, isWhole)],
  };
}

/** Nobody approves here what they cannot read here. */
function actionsOf({ change, steps }: Seen, isWhole: boolean): types.ActionsBlock[] {
  const asked = isWhole ? approvalButtons(change) : null;
  const approval =
    asked === null ? [] : [...asked.approve, asked.reject, asked.requestChanges, ...asked.breakGlass];
  const elements = [...approval, ...operatorButtons(change, steps), ...cancelButtons(change)];
  return elements.length === 0 ? [] : [{ type: "actions", block_id: "greenlight:detailed", elements }];
}

function blocksOf({ change, steps, unknown }: Seen): types.KnownBlock[] {
  const { plan } = change;
  const talk = talkParts(change);
  const decided = [...decisionLines(change).slice(-9), ...cancelLines(change)];
  const stands = steps.length === 0 ? [] : stepStatesOf(change, steps);
  const why = change.review?.notes ?? change.error;
  return inOrder<types.KnownBlock>({
    title: [headline(headlineWords(change))],
    state: [
      rich(statePart(change, steps), ...talk, ...riskiestParts(change)),
      ...(why === null || why === "" ? [] : longText("Why", why)),
    ],
    asked: longText("Asked for", change.request),
    decided: decided.length === 0 ? [] : [smallPrint(...decided)],
    risk: change.risk === null || plan === null ? [] : risk(change, change.risk),
    meaning:
      plan === null
        ? [rich(paragraph(said("There is no plan at the moment.")))]
        : longText("Plan by the model", plan.summary),
    steps: [
      ...(stands.length === 0 ? [] : [rich(bullets(stands.map(stepStateLine)))]),
      ...(unknown === null || change.status !== "needs_person" ? [] : unknownBlocks(unknown)),
      ...riskiestFirst(change).flatMap((step) => [
        { type: "divider" } as const,
        ...stepBlocks(change, step, { rows: true }),
      ]),
    ],
    terms: [
      ...approvalBlocks(change),
      ...(change.terms === null || change.endedAt !== null || isAsked(change)
        ? []
        : [smallPrint(...whoCanStillApprove(change, change.terms).slice(0, 10))]),
    ],
    name: names(change),
  });
}

function risk(change: Change, level: string): types.KnownBlock[] {
  const title = rich(paragraph(bold(`Risk: ${level}`)));
  return change.riskReasons.length === 0 ? [title] : [title, ...longText("Because", reasonLines(change))];
}

/** Then the state names who can. */
function isAsked(change: Change): boolean {
  return openApproval(change) !== null && !change.stopAsked;
}

function names({ id, digest, revision, requester, createdAt }: Change): types.KnownBlock[] {
  const whole = digest === null ? [] : [`Digest \`${inert(digest)}\``];
  const asked = `Asked by ${personMrkdwn(requester)}, ${dateMrkdwn(createdAt)}`;
  return [smallPrint(asked, `Change \`${inert(id)}\``, `Revision ${revision}`, ...whole)];
}

/** As much as a view takes; what is left out stands in the card's thread, where the plan is posted in full. */
function cut(blocks: types.KnownBlock[]): { blocks: types.KnownBlock[]; isWhole: boolean } {
  const shown: types.KnownBlock[] = [];
  let used = 0;
  for (const block of blocks) {
    used += charsOf(block);
    if (shown.length >= MOST_BLOCKS || used > MOST_CHARS) {
      const left = "The plan is longer than a form can show. The card and its thread hold all of it.";
      return { blocks: [...shown, rich(paragraph(bold(left)))], isWhole: false };
    }
    shown.push(block);
  }
  return { blocks: shown, isWhole: true };
}
