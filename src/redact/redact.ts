import { redactAssignments } from "./assignments.ts";
import { isIdle, type Lines, noLines, redactLine } from "./blocks.ts";
import { redactEscaped } from "./escaped.ts";
import { createRedactOwn } from "./own.ts";
import { redactPlaces } from "./places.ts";
import { redactTokens } from "./tokens.ts";

/** Replaces secrets in a whole text. */
export type Redact = (text: string) => string;

/** The same over pieces: what write() and end() return, joined, is redacted as if it had come in one piece. */
export type RedactStream = { write(chunk: string): string; end(): string };

/** A line longer than this is taken in windows of this many characters, so that a text without line breaks needs no more memory. */
const WINDOW = 1_048_576;
/** A window is parted where its two sides are redacted as they were together; looked for every so many characters from its end. */
const PART_EVERY = 16_384;
const PART_TRIES = 16;
const PART_REACH = 4_096;

/** Makes the one redaction function: the bot's own secrets by their value, others by how they look or what they are called. */
export function createRedact(secrets: readonly string[]): Redact {
  const takeText = createTakeText(secrets);
  return (text) => {
    const stream = streamOf(takeText);
    return stream.write(text) + stream.end();
  };
}

/** The same as a stream: holds back the line that has not ended yet, at most a megabyte of it, and nothing else. */
export function createRedactStream(secrets: readonly string[]): RedactStream {
  return streamOf(createTakeText(secrets));
}

/**
 * The same for whole lines, one after the other, without their line breaks: makes a function per stream of lines that
 * remembers what a block (PEM, a Secret's data, a heredoc) needs, and answers each line at once. Cut a long line only
 * after this, never before: half a token looks like none.
 */
export function createRedactLines(secrets: readonly string[]): () => (line: string) => string {
  const takeText = createTakeText(secrets);
  return () => {
    let lines = noLines;
    return (line) => {
      const taken = takeText(lines, line);
      lines = taken.lines;
      return taken.text;
    };
  };
}

type Taken = { lines: Lines; text: string };
type TakeText = (lines: Lines, text: string) => Taken;

function createTakeText(secrets: readonly string[]): TakeText {
  const redactOwn = createRedactOwn(secrets);
  const redactOne: Redact = (text) => redactAssignments(redactTokens(redactPlaces(text)));
  return (lines, text) => {
    const blocks = takeBlocks(lines, redactOwn(text));
    const once = redactOne(blocks.text);
    // What one rule took away can bring to light what another looks for.
    return { lines: blocks.lines, text: once === blocks.text ? once : redactOne(once) };
  };
}

function takeBlocks(lines: Lines, text: string): Taken {
  return isIdle(lines, text) ? { lines, text } : redactLines(lines, text);
}

function redactLines(before: Lines, text: string): { lines: Lines; text: string } {
  let lines = before;
  const clean = text.split("\n").map((line) => {
    const taken = redactLine(lines, line);
    lines = taken.lines;
    return redactEscaped(taken.text);
  });
  return { lines, text: clean.join("\n") };
}

function streamOf(takeText: TakeText): RedactStream {
  let lines = noLines;
  // Pieces of the line that has not ended: joined once, since many small pieces would be searched again and again.
  let pieces: string[] = [];
  let size = 0;
  const take = (text: string): string => {
    const taken = takeText(lines, text);
    lines = taken.lines;
    return taken.text;
  };
  const hold = (text: string): void => {
    pieces = text === "" ? [] : [text];
    size = text.length;
  };
  const drain = (): string => {
    let held = pieces.join("");
    let clean = "";
    for (let next = nextBlock(held); next !== null; next = nextBlock(held)) {
      if (next.isLong) {
        const part = partOf(takeText, lines, held.slice(0, WINDOW));
        lines = part.lines;
        clean += part.text;
        held = held.slice(part.to);
      } else {
        clean += `${take(held.slice(0, next.to))}\n`;
        held = held.slice(next.to + 1);
      }
    }
    hold(held);
    return clean;
  };
  return {
    write: (chunk) => {
      pieces.push(chunk);
      size += chunk.length;
      return chunk.includes("\n") || size >= WINDOW ? drain() : "";
    },
    end: () => {
      const rest = pieces.join("");
      hold("");
      return rest === "" ? "" : take(rest);
    },
  };
}

/** The lines to take next, or a part of one too long to hold; null when more has to come first. */
function nextBlock(held: string): { isLong: boolean; to: number } | null {
  const first = held.indexOf("\n");
  if (first === -1 ? held.length >= WINDOW : first >= WINDOW) return { isLong: true, to: WINDOW };
  return first === -1 ? null : { isLong: false, to: held.lastIndexOf("\n", WINDOW) };
}

/**
 * The beginning of a window without a line break, up to where it can be parted without cutting a secret in two: where what
 * follows comes out alone as it comes out with all that stands before it. Behind a blank, where there is one.
 */
function partOf(takeText: TakeText, lines: Lines, window: string): Taken & { to: number } {
  const whole = takeText(lines, window);
  for (let number = 1; number <= PART_TRIES; number += 1) {
    const about = window.length - number * PART_EVERY;
    const blank = window.slice(about - PART_REACH, about).lastIndexOf(" ");
    // Not always a multiple of the same: a text that repeats itself would be cut at the same letter each time.
    const to = blank === -1 ? about - number : about - PART_REACH + blank + 1;
    const after = takeBlocks(lines, window.slice(0, to)).lines;
    const { text } = takeText(after, window.slice(to));
    if (whole.text.endsWith(text)) return { to, lines: after, text: whole.text.slice(0, -text.length) };
  }
  return { to: window.length, ...whole };
}
