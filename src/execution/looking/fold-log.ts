/** Lines in which something went wrong: these are kept before others. */
const WRONG =
  /\b(?:error|err|fatal|panic|exception|traceback|fail(?:ed|ure|ing)?|warn(?:ing)?|denied|refused|timed? ?out|killed|oom|crash\w*|unable|cannot)\b/i;
/** Between lines that are not shown. */
const GAP_CHARS = 40;

/** A line may be a whole document. */
const LINE_CHARS = 1_000;

type Line = { text: string; times: number; isWrong: boolean };

/**
 * A log within `room` characters: lines that are the same but for times and numbers, one after the other, are one with a count;
 * then lines in which something went wrong, the last first, then the last of the others. `left`: how many lines are left out.
 */
export function foldLog(text: string, room: number): { text: string; left: number } {
  const lines = folded(text.split("\n").filter((line) => line.trim() !== ""));
  const shown = new Set<number>();
  let used = 0;
  for (const isWrong of [true, false]) {
    for (let at = lines.length - 1; at >= 0; at -= 1) {
      const line = lines[at];
      if (line === undefined || line.isWrong !== isWrong) continue;
      const size = shownText(line).length + 1 + GAP_CHARS;
      if (used + size > room) break;
      used += size;
      shown.add(at);
    }
  }
  return joined(lines, shown);
}

/** What comes after each other with the same words; of one that takes its turn with another, each is a line of its own. */
function folded(all: readonly string[]): Line[] {
  const lines: Line[] = [];
  let last = "";
  for (const text of all) {
    const alike = alikeOf(text);
    const before = lines.at(-1);
    if (before !== undefined && alike === last) before.times += 1;
    else lines.push({ text, times: 1, isWrong: WRONG.test(text) });
    last = alike;
  }
  return lines;
}

/** The same for lines that differ in times, counts, addresses and ids alone. */
function alikeOf(line: string): string {
  return line.replaceAll(/\b(?=[0-9a-f-]*\d)[0-9a-f-]{4,}\b|\d+/gi, "#");
}

function shownText({ text, times }: Line): string {
  const line = text.length <= LINE_CHARS ? text : `${text.slice(0, LINE_CHARS - 1).toWellFormed()}…`;
  return times === 1 ? line : `${line} (${times} such lines in a row)`;
}

function joined(lines: readonly Line[], shown: ReadonlySet<number>): { text: string; left: number } {
  const parts: string[] = [];
  let [left, gap] = [0, 0];
  for (const [at, line] of lines.entries()) {
    if (!shown.has(at)) {
      gap += line.times;
      left += line.times;
      continue;
    }
    if (gap > 0) parts.push(gapText(gap));
    gap = 0;
    parts.push(shownText(line));
  }
  if (gap > 0) parts.push(gapText(gap));
  return { text: parts.join("\n"), left };
}

function gapText(lines: number): string {
  return `… ${lines} ${lines === 1 ? "line" : "lines"} left out`;
}
