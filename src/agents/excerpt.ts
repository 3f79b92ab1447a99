import type { LogExcerpt, LogLine } from "#change/journal.ts";
import { cutEnd, cutStart, sizeOf } from "./fit.ts";

/** What stands around the two texts: names, quotes, counts. */
const AROUND = 90;
/** Of one line that says what went wrong, this much does. */
const LINE = 400;

const ERROR =
  /\b(?:error|errors|fail(?:ed|ure|s)?|fatal|panic|exception|denied|forbidden|unauthorized|refused|invalid|cannot|unable|not found|no such|exceeded|timed out|timeout|back-?off|crashloopbackoff|imagepullbackoff|errimagepull|oomkilled|evicted)\b/i;

/**
 * What a step printed: `errors` the lines that say what went wrong, `output` the end of all of it. `left_out`: what stands in
 * neither, its characters without those of lines that were not kept at all.
 */
export type Excerpt = { errors?: string; output: string; left_out?: { lines: number; characters: number } };

/** Half the room at most for lines that name an error (of a step that did not end well, all of its stderr), the rest for the end. */
export function excerptOf(log: LogExcerpt, isBad: boolean, room: number): Excerpt {
  const lines = [...log.head, ...log.tail];
  const whole = wholeText(log);
  const isShort = log.omitted === 0 && whole.length + AROUND <= room;
  if (isShort && sizeOf(whole) + AROUND <= room) return { output: whole };
  const left = Math.max(0, room - AROUND);
  const wrong = lines.filter(
    ({ stream, text }) => ERROR.test(text.slice(0, LINE)) || (isBad && stream === "err"),
  );
  const first = firstWithin(wrong, Math.floor(left / 2));
  const errors = first.map(({ text }) => text).join("\n");
  const output = cutEnd(whole, left - (errors === "" ? 0 : sizeOf(errors)));
  const shown = lines.slice(-output.split("\n").length);
  const twice = first.filter(({ number }) => shown.some((line) => line.number === number));
  const left_out = {
    lines: Math.max(0, lines.length + log.omitted - shown.length - first.length + twice.length),
    characters: Math.max(0, whole.length - output.length - lengthOf(first) + lengthOf(twice)),
  };
  return { ...(errors === "" ? {} : { errors }), output, left_out };
}

/** The first ones: what comes after is often only what came of them. */
function firstWithin(lines: readonly LogLine[], room: number): LogLine[] {
  const kept: LogLine[] = [];
  let left = room - 2;
  for (const line of lines) {
    const text = cutStart(line.text, LINE);
    left -= sizeOf(text);
    if (left < 0) break;
    kept.push({ ...line, text });
  }
  return kept;
}

function wholeText({ head, tail, omitted }: LogExcerpt): string {
  const between = omitted === 0 ? [] : [`… ${omitted} lines left out …`];
  return [...head.map(({ text }) => text), ...between, ...tail.map(({ text }) => text)].join("\n");
}

function lengthOf(lines: readonly LogLine[]): number {
  return lines.reduce((sum, { text }) => sum + text.length, 0);
}
