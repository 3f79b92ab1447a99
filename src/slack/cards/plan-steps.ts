import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { Command, Step } from "#change/plan.ts";
import { riskOfStep } from "#change/titles/step-risks.ts";
import { isReading } from "#change/titles/step-words.ts";
import { titleTellsAll } from "#change/titles/title.ts";
import { bold, charsOf, code, codeBox, type Part, paragraph, rich, said } from "#slack/text/blocks.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import { pieces, shownCommand } from "#slack/text/pieces.ts";
import { visible } from "#slack/text/text.ts";
import { briefPreviewParts, previewParts } from "./preview-parts.ts";
import { briefRollbackParts, rollbackParts } from "./rollback-parts.ts";

/** More is read step by step. */
const BOX_CHARS = 900;

/**
 * One step in full: number, risk, description, exact command, rollback, what was seen of it. Long ones take several blocks.
 * `rows` false: what it would change, before and after, stands in the card's table.
 */
export function stepBlocks(change: Change, step: Step, { rows }: { rows: boolean }): types.RichTextBlock[] {
  return pack([
    titleOf(change, step),
    ...pieces(visible(step.description), (text) => paragraph(said(text)), "What it is for"),
    ...commandParts("Runs", step),
    ...rollbackParts(change, step),
    ...previewParts(change, step.step, rows),
  ]);
}

/**
 * The same for a card, where each fact stands once: the exact command whole, and beside it what neither the headline nor the
 * table nor the command says. The model's description is in Details.
 */
export function briefStepBlocks(
  change: Change,
  step: Step,
  { rows }: { rows: boolean },
): types.RichTextBlock[] {
  const isOnly = change.plan?.plan.length === 1;
  return pack([
    ...(isOnly ? [] : [titleOf(change, step)]),
    ...commandParts("Runs", step),
    ...asideParts(change, step, rows),
  ]);
}

/**
 * The same for all steps of a plan whose headline says all that it changes: the commands whole in one box, a line each, as
 * they run. Null where they are too long for that.
 */
export function inOneBox(change: Change): types.RichTextBlock[] | null {
  const steps = change.plan?.plan ?? [];
  const box = steps.map(shownCommand).join("\n");
  const isShort = box.length <= BOX_CHARS && steps.every(({ dir }) => dir === "");
  if (!titleTellsAll(change) || !isShort) return null;
  return pack([codeBox(box), ...steps.flatMap((step) => asideParts(change, step, false))]);
}

function asideParts(change: Change, step: Step, rows: boolean): Part[] {
  return [
    // A rollback of what only reads is a model's, and may do anything: it stands there like any other.
    ...(isReading(step) && step.rollback === null ? [] : briefRollbackParts(change, step)),
    ...briefPreviewParts(change, step.step, rows),
  ];
}

function titleOf(change: Change, step: Step): Part {
  const total = change.plan?.plan.length ?? 0;
  return paragraph(bold(`Step ${step.step} of ${total} · ${riskOfStep(change, step)} risk`));
}

/** Any long text in as many paragraphs as it needs, none over Slack's limit. */
export function longText(label: string, text: string): types.RichTextBlock[] {
  return pack(pieces(visible(text), (piece) => paragraph(said(piece)), label, true));
}

function commandParts(label: string, command: Command): Part[] {
  const where = command.dir === "" ? [] : [paragraph(said("In the directory "), code(visible(command.dir)))];
  return [...where, ...pieces(shownCommand(command), codeBox, label)];
}

/** Parts into blocks, each within the limit. */
function pack(parts: Part[]): types.RichTextBlock[] {
  const blocks: types.RichTextBlock[] = [];
  let open: Part[] = [];
  for (const part of parts) {
    if (open.length > 0 && charsOf(rich(...open, part)) > SLACK_LIMITS.richText) {
      blocks.push(rich(...open));
      open = [];
    }
    open.push(part);
  }
  return open.length === 0 ? blocks : [...blocks, rich(...open)];
}
