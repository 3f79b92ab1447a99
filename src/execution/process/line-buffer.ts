import type { LogLine } from "#change/journal.ts";
import type { RawLine } from "./split-lines.ts";

/** Lines of one attempt written as they come; after these only the tail is kept, written at the end. */
const MAX_HEAD_LINES = 2_000;
const MAX_HEAD_CHARS = 1_048_576;
const MAX_TAIL_LINES = 200;
const MAX_TAIL_CHARS = 262_144;
/** Kept before the tail and not written: a key block that begins there is known as one when it reaches into the tail. */
const MAX_LEAD_LINES = 1_000;
const MAX_LEAD_CHARS = 65_536;
/** Shown of one line. Of a line that was cut, the last part is not shown: half a secret would not be known as one. */
const MAX_LINE_CHARS = 4_000;
const CUT_MARGIN_CHARS = 2_048;
const FLUSH_MS = 250;

type Stream = LogLine["stream"];
type Held = RawLine & { number: number; stream: Stream };

/** Redacts the lines of one stream, in order. */
export type RedactLine = (line: string) => string;

/** Takes a command's lines as they come, and hands them on redacted, in batches, in order. */
export type LineBuffer = { add: (stream: Stream, line: RawLine) => void; end: () => Promise<void> };

/**
 * Batches lines for `write`: at most 2,000 lines or 1 MB from the start and 200 lines or 256 KB from the end, with one
 * line in between that says what is left out. So a database that is slow, or a command that prints without end, costs
 * memory for these and no more. A write that fails makes `end` throw. `redactLines` makes the redaction of one stream.
 */
export function createLineBuffer(
  write: (lines: LogLine[]) => Promise<void>,
  redactLines: () => RedactLine,
): LineBuffer {
  const redact = { out: redactLines(), err: redactLines() };
  const tail = createTail();
  let number = 0;
  let chars = 0;
  let batch: LogLine[] = [];
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  // What gathers while a write waits goes with the next one, so that a database that was away is not met line by line.
  const writeAll = async (): Promise<void> => {
    while (batch.length > 0) {
      const lines = batch;
      batch = [];
      await write(lines);
    }
  };
  const flush = (): void => {
    timer = undefined;
    writing = writing.then(writeAll);
    writing.catch(() => undefined);
  };
  return {
    add: (stream, line) => {
      number += 1;
      const held = { ...line, number, stream };
      if (number > MAX_HEAD_LINES || chars >= MAX_HEAD_CHARS) return tail.push(held);
      const shown = toLine(held, redact[stream]);
      chars += shown.text.length;
      batch.push(shown);
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    end: async () => {
      clearTimeout(timer);
      batch.push(...tail.lines(redact, redactLines));
      flush();
      await writing;
    },
  };
}

/** The last lines, and some before them; `lines` redacts them and puts in front what is left out. */
function createTail() {
  let held: Held[] = [];
  /** Where the lines still kept begin: taking them off one by one would move all the others each time. */
  let from = 0;
  let chars = 0;
  let gone = 0;
  let goneChars = 0;
  return {
    push: (line: Held): void => {
      held.push(line);
      chars += line.text.length;
      while (
        held.length - from > MAX_TAIL_LINES + MAX_LEAD_LINES ||
        (chars > MAX_TAIL_CHARS + MAX_LEAD_CHARS && held.length - from > 1)
      ) {
        const first = held[from];
        chars -= first?.text.length ?? 0;
        goneChars += sizeOf(first);
        gone += 1;
        from += 1;
      }
      if (from > MAX_TAIL_LINES + MAX_LEAD_LINES) {
        held = held.slice(from);
        from = 0;
      }
    },
    lines: (redact: Record<Stream, RedactLine>, redactLines: () => RedactLine): LogLine[] => {
      const kept = held.slice(from);
      // Behind a gap the state of the first lines' redaction means nothing.
      const redactors = gone === 0 ? redact : { out: redactLines(), err: redactLines() };
      const lines = kept.map((line) => toLine(line, redactors[line.stream]));
      const start = lines.length - countTail(lines);
      const first = kept[0];
      if (gone + start === 0 || first === undefined) return lines;
      const leftChars = kept.slice(0, start).reduce((sum, line) => sum + sizeOf(line), goneChars);
      const text = `… ${gone + start} lines (about ${sizeInWords(leftChars)}) are left out here`;
      return [{ number: first.number - gone, stream: "out", text }, ...lines.slice(start)];
    },
  };
}

/** How many of the last lines are kept. */
function countTail(lines: readonly LogLine[]): number {
  let count = 0;
  for (let chars = 0; count < Math.min(lines.length, MAX_TAIL_LINES); count += 1) {
    chars += lines.at(-1 - count)?.text.length ?? 0;
    if (chars > MAX_TAIL_CHARS) break;
  }
  return count;
}

function toLine(line: Held, redact: RedactLine): LogLine {
  const { number, stream } = line;
  const text = redact(line.text);
  const safe = line.cut === 0 ? text.length : Math.max(0, text.length - CUT_MARGIN_CHARS);
  const shown = Math.min(MAX_LINE_CHARS, safe);
  if (shown === text.length) return { number, stream, text };
  const left = text.length - shown + line.cut;
  return { number, stream, text: `${text.slice(0, shown)} … ${left} characters left out` };
}

function sizeOf(line: Held | undefined): number {
  return line === undefined ? 0 : line.text.length + line.cut + 1;
}

function sizeInWords(chars: number): string {
  return chars < 1_000_000 ? `${Math.ceil(chars / 1_000)} KB` : `${Math.round(chars / 1_000_000)} MB`;
}
