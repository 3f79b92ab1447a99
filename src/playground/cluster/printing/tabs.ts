/** The spaces between a column and the next one. */
const GAP = 2;

/** Lines whose cells end with tabs, as kubectl lays them out: a column is as wide as its longest cell among lines that follow one another. */
export function aligned(lines: readonly string[]): string {
  const rows = lines
    .join("\n")
    .split("\n")
    .map((line) => line.split("\t"));
  const widest = Math.max(...rows.map(({ length }) => length));
  for (let column = 0; column < widest - 1; column++) {
    for (let from = 0; from < rows.length; from++) {
      const rest = rows.slice(from).findIndex(({ length }) => length <= column + 1);
      const block = rows.slice(from, rest < 0 ? rows.length : from + rest);
      const width = GAP + Math.max(0, ...block.map((cells) => cells[column]?.length ?? 0));
      for (const cells of block) cells[column] = (cells[column] ?? "").padEnd(width);
      from += block.length;
    }
  }
  return `${rows.map((cells) => cells.join("")).join("\n")}\n`;
}

/** `Title:` and one line for each pair below one another, sorted; `<none>` where there are none. */
export function listed(title: string, all: unknown, between: "=" | ": "): string[] {
  const pairs = Object.entries((all ?? {}) as Record<string, string>).toSorted();
  if (pairs.length === 0) return [`${title}:\t<none>`];
  return pairs.map(([key, value], index) => `${index === 0 ? `${title}:` : ""}\t${key}${between}${value}`);
}

/** A moment as describe writes it. */
export function longTime(text: unknown): string {
  const at = new Date(String(text));
  return Number.isNaN(at.getTime()) ? "<unknown>" : at.toUTCString().replace("GMT", "+0000");
}
