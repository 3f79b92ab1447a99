import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import { argvOf, type Command, type Step } from "#change/plan.ts";
import { bold, charsOf, code, codeBox, type Part, paragraph, rich, said } from "#slack/text/blocks.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import { commandLine, visible } from "#slack/text/text.ts";
import { previewParts } from "./preview-parts.ts";

/** Leaves room beside a piece of a long command for the line above it. */
const PIECE_CHARS = SLACK_LIMITS.richText - 200;
/** A way back longer than this gets a code box of its own. */
const INLINE_CHARS = 300;

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
    ...wayBack(step),
    ...previewParts(change, step.step, rows),
  ];
  return pack(parts);
}

/** The exact command for reading, with the directory it runs in. */
export function shownCommand(command: Command): string {
  return commandLine(argvOf(command));
}

/** Any long text in as many paragraphs as it needs, none over Slack's limit. */
export function longText(label: string, text: string): types.RichTextBlock[] {
  return pack(pieces(visible(text), (piece) => paragraph(said(piece)), label, true));
}

function commandParts(label: string, command: Command): Part[] {
  const where = command.dir === "" ? [] : [paragraph(said("In the directory "), code(visible(command.dir)))];
  return [...where, ...pieces(shownCommand(command), codeBox, label)];
}

function wayBack({ tool, args, rollback }: Step): Part[] {
  if (rollback === null && tool === "terraform" && args[0] === "apply")
    return [
      paragraph(
        said(
          "Rollback: never automatic for terraform. It would be a change of its own, with a plan and an approval.",
        ),
      ),
    ];
  if (rollback === null) return [paragraph(said("Rollback: none."))];
  const line = shownCommand(rollback);
  const where = rollback.dir === "" ? "" : ` (in ${visible(rollback.dir)})`;
  if (line.length <= INLINE_CHARS) return [paragraph(said(`Rollback${where}: `), code(line))];
  return [paragraph(said(`Rollback${where}:`)), ...pieces(line, codeBox, "Rollback")];
}

/** The text in one part, or in several numbered ones when it is too long for one. */
function pieces(text: string, show: (piece: string) => Part, label: string, always = false): Part[] {
  if (text === "") return [];
  const chunks = chunksOf(text);
  if (chunks.length === 1) return always ? [paragraph(bold(`${label}: `)), show(text)] : [show(text)];
  return chunks.flatMap((chunk, index) => [
    paragraph(bold(`${label}, part ${index + 1} of ${chunks.length}:`)),
    show(chunk),
  ]);
}

function chunksOf(text: string): string[] {
  const chunks: string[] = [];
  let chunk = "";
  for (const char of text) {
    if (chunk.length + char.length > PIECE_CHARS) {
      chunks.push(chunk);
      chunk = "";
    }
    chunk += char;
  }
  return [...chunks, chunk];
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
