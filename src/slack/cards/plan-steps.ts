import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { Command, Step } from "#change/plan.ts";
import { bold, charsOf, code, codeBox, type Part, paragraph, rich, said } from "#slack/text/blocks.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import { pieces, shownCommand } from "#slack/text/pieces.ts";
import { visible } from "#slack/text/text.ts";
import { previewParts } from "./preview-parts.ts";
import { rollbackParts } from "./rollback-parts.ts";

/**
 * One step in full: number, risk, description, exact command, way back, what was seen of it. Long ones take several blocks.
 * `rows` false: what it would change, before and after, stands in the card's table.
 */
export function stepBlocks(change: Change, step: Step, { rows }: { rows: boolean }): types.RichTextBlock[] {
  const total = change.plan?.plan.length ?? 0;
  const risk = change.stepRisks[step.step - 1] ?? step.risk;
  const title = paragraph(bold(`Step ${step.step} of ${total} · ${risk} risk`));
  const parts = [
    title,
    ...pieces(visible(step.description), (text) => paragraph(said(text)), "What it is for"),
    ...commandParts("Runs", step),
    ...rollbackParts(change, step),
    ...previewParts(change, step.step, rows),
  ];
  return pack(parts);
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
