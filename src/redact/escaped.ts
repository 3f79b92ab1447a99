import { noLines, redactLine } from "./blocks.ts";

/** A line break that is written out in a quoted text; in a text within a text with more backslashes. */
const BREAK = /(\\{1,7}n)/;
/** What says of such a line that it speaks for others: a block's beginning, a value beside its name, a Secret. */
const TELLING = /: ?[|>][+-]?\d?\\{1,7}n|value\b|\bSecret\b|plaintext/i;
const QUOTE = /(\\*)"/g;

/**
 * Redacts the lines of quoted texts within one line (`"app.yml": "db:\n  password: |\n    …"`) as if they stood one below the
 * other: kubectl prints every text of JSON so, and of YAML each with a blank at a line's end.
 */
export function redactEscaped(line: string): string {
  if (!line.includes("\\n") || !TELLING.test(line)) return line;
  const parts = line.split(BREAK);
  let lines = noLines;
  const take = (text: string): string => {
    const taken = redactLine(lines, text);
    lines = taken.lines;
    return taken.text;
  };
  const clean = parts.map((part, index) => {
    if (index % 2 === 1) return part;
    const before = parts[index - 1];
    const ends = before === undefined ? 0 : (quotesIn(part, before)[0]?.from ?? part.length);
    const head = ends === 0 ? "" : take(part.slice(0, ends));
    if (before !== undefined && ends === part.length) return head;
    lines = noLines;
    const next = parts[index + 1];
    const begins = next === undefined ? part.length : (quotesIn(part, next).at(-1)?.to ?? part.length);
    return head + part.slice(ends, begins) + (begins === part.length ? "" : take(part.slice(begins)));
  });
  return clean.join("");
}

/** The quotes that begin or end a text in which a line break is written like this. */
function quotesIn(part: string, lineBreak: string): { from: number; to: number }[] {
  const depth = lineBreak.length - 2;
  return [...part.matchAll(QUOTE)].flatMap(({ 0: all, 1: slashes = "", index }) =>
    slashes.length === depth ? [{ from: index, to: index + all.length }] : [],
  );
}
