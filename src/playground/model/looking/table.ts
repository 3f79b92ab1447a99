/** A row of a table as kubectl prints it, by its column. */
export type Row = Readonly<Record<string, string>>;

/** The rows of the first table in a text; columns begin where their titles do, and end where the next one begins. */
export function rowsOf(text: string): Row[] {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => TITLES.test(line));
  const titles = [...(lines[at] ?? "").matchAll(/\S+(?: \S+)*/g)];
  const columns = titles.map(({ 0: title, index }, column) => ({
    ...{ title, from: index },
    to: titles[column + 1]?.index,
  }));
  const end = lines.findIndex((line, index) => index > at && line.trim() === "");
  const rows = at < 0 ? [] : lines.slice(at + 1, end < 0 ? undefined : end);
  return rows.map((line) =>
    Object.fromEntries(columns.map(({ title, from, to }) => [title, line.slice(from, to).trim()])),
  );
}

const TITLES = /^(?:NAMESPACE|NAME|REVISION|LAST SEEN) {2,}[A-Z]/;
