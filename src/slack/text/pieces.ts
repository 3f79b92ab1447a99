import { argvOf, type Command } from "#change/plan.ts";
import { bold, type Part, paragraph } from "./blocks.ts";
import { SLACK_LIMITS } from "./limits.ts";
import { commandLine } from "./text.ts";

/** Leaves room beside a piece of a long command for the line above it. */
const PIECE_CHARS = SLACK_LIMITS.richText - 200;

/** The exact command for reading, with the directory it runs in. */
export function shownCommand(command: Command): string {
  return commandLine(argvOf(command));
}

/** The text in one part, or in several numbered ones when it is too long for one. */
export function pieces(text: string, show: (piece: string) => Part, label: string, always = false): Part[] {
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
