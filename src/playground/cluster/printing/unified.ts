const CONTEXT_LINES = 3;

/** Names for the two sides, and the time both files bear. */
type Names = { from: string; to: string; at: string };
/** One line of the comparison. */
type Row = { mark: " " | "-" | "+"; text: string };

/** Two texts as `diff -u -N` compares two files of these names; empty when they are the same. */
export function unifiedDiff(before: string, after: string, names: Names): string {
  if (before === after) return "";
  const rows = compare(linesOf(before), linesOf(after));
  const head = [
    `diff -u -N ${names.from} ${names.to}`,
    `--- ${names.from}\t${names.at}`,
    `+++ ${names.to}\t${names.at}`,
  ];
  return `${[...head, ...hunks(rows)].join("\n")}\n`;
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** The longest common subsequence, by the plain table: manifests have hundreds of lines, not more. */
function compare(a: string[], b: string[]): Row[] {
  const left = lengthsLeft(a, b);
  const rows: Row[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      rows.push({ mark: " ", text: a[i++] ?? "" });
      j++;
    } else if (left(i + 1, j) >= left(i, j + 1)) rows.push({ mark: "-", text: a[i++] ?? "" });
    else rows.push({ mark: "+", text: b[j++] ?? "" });
  }
  const gone = a.slice(i).map((text): Row => ({ mark: "-", text }));
  return [...rows, ...gone, ...b.slice(j).map((text): Row => ({ mark: "+", text }))];
}

/** How long the longest common subsequence of the rests from line i and line j is. */
function lengthsLeft(a: string[], b: string[]): (i: number, j: number) => number {
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  return at;
}

/** Changes with three lines around them; what is further apart gets a hunk of its own. */
function hunks(rows: Row[]): string[] {
  const near = (index: number) =>
    rows
      .slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1)
      .some(({ mark }) => mark !== " ");
  const lines: string[] = [];
  for (let index = 0, from = 0, to = 0; index < rows.length; ) {
    if (!near(index)) {
      from++;
      to++;
      index++;
      continue;
    }
    let end = index;
    while (end < rows.length && near(end)) end++;
    const hunk = rows.slice(index, end);
    const old = hunk.filter(({ mark }) => mark !== "+").length;
    const fresh = hunk.filter(({ mark }) => mark !== "-").length;
    lines.push(
      `@@ -${range(from, old)} +${range(to, fresh)} @@`,
      ...hunk.map(({ mark, text }) => mark + text),
    );
    from += old;
    to += fresh;
    index = end;
  }
  return lines;
}

function range(before: number, count: number): string {
  const first = count === 0 ? before : before + 1;
  return count === 1 ? String(first) : `${first},${count}`;
}
