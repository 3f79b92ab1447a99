import type { types } from "@slack/bolt";
import { type Change, isEnded } from "#change/change.ts";
import { unfolded } from "#change/folded.ts";
import type { Step } from "#change/plan.ts";
import { riskiestFirst, riskOfStep } from "#change/titles/step-risks.ts";
import { approvalButtons, detailsButton, operatorButtons } from "#slack/cards/actions.ts";
import { cancelEntries } from "#slack/cards/cancel-buttons.ts";
import { talkActions } from "#slack/cards/talk-actions.ts";
import { openQuestions, questionParts } from "#slack/cards/talk-parts.ts";
import type { Seen, UnknownStep } from "#slack/cards/unknown-step.ts";
import { codeBox, paragraph, rich, said } from "#slack/text/blocks.ts";
import { moreMenu } from "#slack/text/buttons.ts";
import { shownCommand } from "#slack/text/pieces.ts";
import { riskiestParts } from "#slack/text/riskiest.ts";
import { commandLine, cutMiddle, oneLine, visible } from "#slack/text/text.ts";

/** What takes more is read in Details, and decided there. */
const COMMANDS_CHARS = 800;
const WHY_CHARS = 300;
const COMMAND_CHARS = 300;

/**
 * What waits for a person on their Home, below its row: what it is about in few words, and the buttons. At most two blocks.
 * Details has all the rest, and what can be done about it.
 */
export function askedBlocks(seen: Seen): types.KnownBlock[] {
  const { change, steps, unknown } = seen;
  if (openQuestions(change) !== null) return askingBlocks(change);
  if (change.status === "waiting") return approvalBlocks(change);
  const buttons = operatorButtons(change, steps);
  return buttons.length === 0 ? [] : [rich(...operatorParts(change, unknown)), row(change, buttons, [])];
}

/** What stands beside a change's row: Details, in a menu where it can be cancelled too. */
export function besideRow(change: Pick<Change, "id" | "status">): types.Overflow | types.Button {
  const details = detailsButton(change.id);
  const [menu] = isEnded(change.status) ? [] : moreMenu([details, ...cancelEntries(change)]);
  return menu ?? details;
}

function askingBlocks(change: Change): types.KnownBlock[] {
  const open = openQuestions(change);
  const buttons = talkActions(change).flatMap(({ elements }) => elements);
  return open === null ? [] : [rich(...questionParts(open)), row(change, buttons, cancelEntries(change))];
}

/** The exact commands with the buttons, where they can all be read right here. */
function approvalBlocks(change: Change): types.KnownBlock[] {
  const asked = approvalButtons(change);
  const steps = riskiestFirst(change);
  if (asked === null || steps.length === 0) return [];
  const commands = steps.map((step) => commandOf(change, step)).join("\n");
  const more = [asked.requestChanges, ...cancelEntries(change), ...asked.breakGlass];
  if (commands.length <= COMMANDS_CHARS)
    return [
      rich(...riskiestParts(change), codeBox(commands)),
      row(change, [...asked.approve, asked.reject], more),
    ];
  const long = `Its ${steps.length === 1 ? "command is" : `${steps.length} commands are`} longer than this page shows. Details has all of it, with Approve.`;
  return [
    rich(...riskiestParts(change), paragraph(said(long))),
    row(change, [asked.reject], [asked.requestChanges, ...cancelEntries(change)]),
  ];
}

/** Of several steps each bears its number and its risk, because the riskiest stand first. */
function commandOf(change: Change, step: Step): string {
  const isOne = change.plan?.plan.length === 1;
  const which = isOne ? "" : `${step.step}, ${riskOfStep(change, step)}: `;
  return `${which}${step.dir === "" ? "" : `in ${oneLine(step.dir)}: `}${shownCommand(step)}`;
}

function operatorParts(change: Change, unknown: UnknownStep | null): types.RichTextBlock["elements"] {
  const why = change.review?.notes ?? unfolded(change.error ?? "");
  const about = why === "" ? [] : [paragraph(said(cutMiddle(visible(why), WHY_CHARS)))];
  if (unknown === null)
    return about.length === 0 ? [paragraph(said("A person has to say how it goes on."))] : about;
  const { record } = unknown;
  const which = record.direction === "rollback" ? `Taking back step ${record.step}` : `Step ${record.step}`;
  const command = cutMiddle(oneLine(commandLine(record.argv)), COMMAND_CHARS);
  return [
    ...about,
    paragraph(said(`${which}: did it happen? Details has the last it printed.`)),
    codeBox(command),
  ];
}

function row(
  { id }: Change,
  elements: types.ActionsBlockElement[],
  more: readonly types.Button[],
): types.ActionsBlock {
  return {
    type: "actions",
    block_id: `greenlight:home:${id}`,
    elements: [...elements, detailsButton(id), ...moreMenu(more)],
  };
}
