import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { Fact } from "#change/fact.ts";
import { newlyLost } from "#change/fact.ts";
import type { StepRecord } from "#change/journal.ts";
import {
  bold,
  bullets,
  dateMrkdwn,
  headline,
  type Piece,
  paragraph,
  personMrkdwn,
  type Rendered,
  rich,
  said,
  smallPrint,
  timeMrkdwn,
  timePiece,
} from "#slack/text/blocks.ts";
import { aboutWords, statusWords } from "#slack/text/states.ts";
import { cutMiddle, inert, visible } from "#slack/text/text.ts";
import { rollbackButton } from "./verdict-actions.ts";

/** More objects than these are counted. */
const MOST_FACTS = 12;
const FACT_CHARS = 300;

/**
 * What does not hold any more since a change was done, with the way to take the change back. Null when there was no such
 * look, or it found nothing new. The status stays: nothing is undone by a look.
 */
export function renderLater(change: Change, steps: readonly StepRecord[], number: number): Rendered | null {
  const lost = newlyLost(change.laterLooks, number);
  const [first] = lost;
  if (first === undefined) return null;
  const shown = lost.slice(0, MOST_FACTS);
  const more = lost.length - shown.length;
  const buttons = rollbackButton(change, steps);
  return {
    text: `No longer as it was left: ${inert(sentence(first))}${whenMrkdwn(first)}${more + shown.length > 1 ? ` (and ${lost.length - 1} more)` : ""}. Asked by ${personMrkdwn(change.requester)}.`,
    blocks: [
      headline(`🔴 No longer as it was left: ${aboutWords(change)}`),
      rich(bullets([...shown.map(factLine), ...(more > 0 ? [[said(`and ${more} more`)]] : [])])),
      rich(paragraph(said(undone(change, buttons.length > 0)))),
      smallPrint(
        `Asked by ${personMrkdwn(change.requester)}`,
        ...(change.endedAt === null ? [] : [`${statusWords(change.status)}, ${dateMrkdwn(change.endedAt)}`]),
        `Change \`${inert(change.id)}\``,
      ),
      ...actions(buttons),
    ],
  };
}

function undone({ status }: Change, canTakeBack: boolean): string {
  const ended = status === "accepted" ? "accepted" : "done";
  const next = canTakeBack ? " Roll back asks for a change of its own." : "";
  return `Greenlight looked again after the change was ${ended}, and has undone nothing.${next}`;
}

function factLine(fact: Fact): Piece[] {
  const { target, says, when } = fact;
  return [
    bold(`${visible(target)}: `),
    said(cutMiddle(visible(says), FACT_CHARS)),
    ...(when === undefined ? [] : [said(` ${when.word} `), timePiece(when.at)]),
  ];
}

function sentence({ target, says }: Fact): string {
  return cutMiddle(visible(`${target}: ${says}`), FACT_CHARS);
}

function whenMrkdwn({ when }: Fact): string {
  return when === undefined ? "" : ` ${when.word} ${timeMrkdwn(when.at)}`;
}

function actions(elements: types.Button[]): types.KnownBlock[] {
  return elements.length === 0 ? [] : [{ type: "actions", block_id: "greenlight:later", elements }];
}
