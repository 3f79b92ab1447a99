import { isSecretName, isSecretUnder, MARK, type Telling, tellingOf } from "./keys.ts";
import { BEGINS_LIST, flagAlone, insideListed, type Listed, listUnder } from "./lists.ts";
import { NAME_WORD, VALUE_WORD } from "./named.ts";
import { beginPem, insidePem, type Pem } from "./pem.ts";
import { datum, redactDataMaps, returnOf, wrapped } from "./secret-data.ts";
import { BEGINS_TABLE, insideTable, type Table, tableFrom } from "./tables.ts";

/**
 * What the lines so far say of the next one. A line is never held back: inside a block each is replaced as it comes.
 * `kind`: the last object's kind, at its indentation. `data`: inside a `data:` map; `isSecret` null where the kind is not
 * known yet, since kubectl prints `data` before `kind`.
 */
export type Lines = {
  pem: Pem | null;
  hidden: { indent: number; until: string | null } | null;
  kind: { indent: number; isSecret: boolean } | null;
  data: { indent: number; isSecret: boolean | null } | null;
  sensitive: number | null;
  /** Behind `name: DB_PASSWORD`, at this indentation, comes its value; in a diff both of its values. For so many lines at most. */
  named: { indent: number; telling: Telling; left: number } | null;
  listed: Listed | null;
  table: Table | null;
};

export const noLines: Lines = {
  pem: null,
  hidden: null,
  kind: null,
  data: null,
  sensitive: null,
  named: null,
  listed: null,
  table: null,
};

const TELLING = new RegExp(
  `(?:pass|pwd|secret|token|credential|key|auth)[\\w.-]{0,64}["']?: [^\\n]{16}|-----BEGIN|PRIVATE KEY|LS0tLS1CRUdJTi|kind|data|apiVersion|sensitive|<<|: ?[|>]|(?:name|key|value)["']?[ \\t]{0,64}[:=]|${BEGINS_LIST}|${BEGINS_TABLE}`,
  "im",
);

/** Whether lines that hold nothing telling can be passed over. */
export function isIdle(lines: Lines, text: string): boolean {
  return (
    lines.pem === null &&
    lines.hidden === null &&
    lines.data === null &&
    lines.sensitive === null &&
    lines.named === null &&
    lines.listed === null &&
    lines.table === null &&
    !TELLING.test(text)
  );
}

/** Takes the next line; answers with the line to show instead and what is known after it. */
export function redactLine(lines: Lines, line: string): { lines: Lines; text: string } {
  if (lines.pem === null) return outsidePem(lines, line);
  const inside = insidePem(lines.pem, line);
  if (inside === null) return outsidePem({ ...lines, pem: null }, line);
  const after = { ...lines, pem: inside.pem };
  if (inside.rest === undefined) return { lines: after, text: inside.text };
  const rest = redactLine(after, inside.rest);
  return { lines: rest.lines, text: inside.text + rest.text };
}

function outsidePem(lines: Lines, line: string): { lines: Lines; text: string } {
  if (lines.hidden !== null) {
    const hidden = insideHidden(lines.hidden, line);
    if (hidden === null) return outsidePem({ ...lines, hidden: null }, line);
    return { lines: hidden.last ? { ...lines, hidden: null } : lines, text: hidden.text };
  }
  // What stands around a block in its line counts as in any other line.
  const begun = beginPem(line);
  const after = insideItems(lines, redactDataMaps(begun?.text ?? line));
  return begun === null ? after : { lines: { ...after.lines, pem: begun.pem }, text: after.text };
}

/** A line of a list or table of secrets, or any other. */
function insideItems(lines: Lines, line: string): { lines: Lines; text: string } {
  if (lines.listed !== null) {
    const item = insideListed(lines.listed, line);
    if (item === null) return insideItems({ ...lines, listed: null }, line);
    return { lines: { ...lines, listed: item.listed }, text: item.text };
  }
  if (lines.table !== null) {
    const row = insideTable(lines.table, line);
    if (row === null) return insideItems({ ...lines, table: null }, line);
    return { lines: { ...lines, table: row.table }, text: row.text };
  }
  const listed = flagAlone(line);
  if (listed !== null) return { lines: { ...lines, listed }, text: line };
  const table = tableFrom(line);
  return table === null ? insideYaml(lines, line) : { lines: { ...lines, table }, text: line };
}

/** A line of a block scalar or heredoc under a secret's name. */
function insideHidden(
  hidden: NonNullable<Lines["hidden"]>,
  line: string,
): { text: string; last: boolean } | null {
  if (hidden.until !== null && line.trim() === hidden.until) return { text: line, last: true };
  // A diff puts a sign of its own in front.
  const indent = /^[+~-]?\s*/.exec(line)?.[0].length ?? 0;
  if (indent === line.length) return { text: line, last: false };
  if (indent <= hidden.indent && hidden.until === null) return null;
  return { text: line.slice(0, indent) + MARK + returnOf(line), last: false };
}

/** The beginning of a YAML block scalar. */
const SCALAR = /^[|>][+-]?\d?\s*$/;
const PAIR = /^([\s+~-]*(?:- )?)(["']?)([\w./-]{1,253})\2(\s{0,64}[:=]\s{0,64})(.*)$/;

type Pair = { head: string; name: string; value: string; indent: number };

/** A line of YAML, pretty JSON or HCL: follows kinds, `data` maps and what hides behind `|` and `<<`. */
function insideYaml(lines: Lines, line: string): { lines: Lines; text: string } {
  const pair = pairOf(line);
  const open = leave(lines, pair?.indent ?? line.length - line.replace(/^[\s+~-]+/, "").length, line);
  if (pair === null) {
    return { lines: open, text: open.data === null ? line : wrapped(open.data.isSecret, line) };
  }
  if (open.data !== null && pair.indent > open.data.indent) return insideData(open, pair);
  if (VALUE_WORD.test(pair.name)) {
    if (open.sensitive === pair.indent) return hideValue(open, pair);
    if (isSecretUnder(tellingOfValue(open, pair), plain(pair.value), false)) return hideValue(open, pair);
  }
  return { lines: follow(open, pair), text: line };
}

/** What is known of a value: by the name beside it, or, where the value comes first, by its looks. */
function tellingOfValue({ named }: Lines, { head, indent }: Pair): Telling {
  if (named?.indent === indent) return named.telling;
  return head.includes("=") || /- ["']?\w+["']?\s*:/.test(head) ? "maybe" : null;
}

/** The first word of a value, without its quotes. */
function plain(value: string): string {
  return (
    /^(?:"([^"]*)"|'([^']*)'|([^\s,]*))/
      .exec(value)
      ?.slice(1)
      .find((text) => text !== undefined) ?? ""
  );
}

function pairOf(line: string): Pair | null {
  const found = PAIR.exec(line);
  if (found === null) return null;
  const [, lead = "", quote = "", name = "", sign = "", value = ""] = found;
  return { head: lead + quote + name + quote + sign, name, value, indent: lead.length };
}

/** What a name and its value say of the lines to come. */
function follow(lines: Lines, { head, name, value, indent }: Pair): Lines {
  switch (name) {
    case "kind":
      return { ...lines, kind: { indent, isSecret: /^["']?Secret["']?,?\s*$/.test(value) } };
    case "apiVersion":
      return { ...lines, kind: null };
    case "data":
    case "stringData": {
      const known = lines.kind?.indent === indent ? lines.kind.isSecret : null;
      const isSecret = name === "stringData" ? true : known;
      return /^\{?\s*$/.test(value) ? { ...lines, data: { indent, isSecret } } : lines;
    }
    case "sensitive":
      return /^true,?$/.test(value) ? { ...lines, sensitive: indent } : lines;
    default:
      return followOther(lines, { head, name, value, indent });
  }
}

function followOther(lines: Lines, { head, name, value, indent }: Pair): Lines {
  if (NAME_WORD.test(name) && /^["']?[\w.]/.test(value)) {
    return { ...lines, named: { indent, telling: tellingOf(plain(value)), left: NAMED_LINES } };
  }
  const hidden = hiddenBy(head + value, indent) ?? foldedBy({ head, name, value, indent });
  if (hidden !== null) return { ...lines, hidden };
  const listed = listUnder(name, value, indent);
  return listed === null ? lines : { ...lines, listed };
}

/** The end of a line that begins a YAML block scalar or an HCL heredoc; a log puts its own words in front. */
const OPENING = /([\w.-]{1,64})["']?[ \t]{0,64}[:=][ \t]{0,64}(?:<<-?"?(\w{1,64})"?|[|>][+-]?\d?)\s{0,8}$/;
const OPENING_REACH = 280;

/** What such a beginning hides, when it stands under a secret's name. */
function hiddenBy(line: string, indent: number): Lines["hidden"] {
  const [, name = "", until] = OPENING.exec(line.slice(-OPENING_REACH)) ?? [];
  return isSecretName(name) ? { indent, until: until ?? null } : null;
}

/** YAML goes on in the next line, further in, at the first blank behind this column (measured, kubectl 1.32). */
const FOLD_COLUMN = 80;

/** What such a line hides of the next ones, when its value stands under a secret's name and is not closed yet. */
function foldedBy({ head, name, value, indent }: Pair): Lines["hidden"] {
  if (!head.includes(":") || head.length + value.length <= FOLD_COLUMN) return null;
  return /^[^[{|>#&*]/.test(value) && isSecretName(name) ? { indent, until: null } : null;
}

/** How far behind its name a value may stand. */
const NAMED_LINES = 16;

/** Leaves the maps that this indentation closes. */
function leave(lines: Lines, indent: number, line: string): Lines {
  const { data, sensitive, kind, named } = lines;
  if (data === null && sensitive === null && kind === null && named === null) return lines;
  if (line.trim() === "") return lines;
  const isOut = (at: number): boolean =>
    indent < at || (indent === at && /["'\w}\]]/.test(line[indent] ?? ""));
  const isNamed = named !== null && indent >= named.indent && named.left > 0;
  return {
    ...lines,
    data: data !== null && isOut(data.indent) ? null : data,
    sensitive: sensitive !== null && indent < sensitive ? null : sensitive,
    kind: line.startsWith("---") ? null : kind,
    named: isNamed ? { ...named, left: named.left - 1 } : null,
  };
}

function insideData(lines: Lines, pair: Pair): { lines: Lines; text: string } {
  const isSecret = lines.data?.isSecret ?? null;
  if (isSecret === true && SCALAR.test(pair.value)) {
    const hidden = { indent: pair.indent, until: null };
    return { lines: { ...lines, hidden }, text: pair.head + pair.value };
  }
  // A config map's entry may be YAML itself, with values beside their names, blocks and lists in it.
  if (isSecret !== true && VALUE_WORD.test(pair.name)) {
    if (isSecretUnder(tellingOfValue(lines, pair), plain(pair.value), false)) return hideValue(lines, pair);
  }
  return { lines: followOther(lines, pair), text: pair.head + datum(pair.value, isSecret) };
}

/** The value of a sensitive output: a text goes, of a map or list every line. */
function hideValue(lines: Lines, pair: Pair): { lines: Lines; text: string } {
  if (/^[{[]\s*$/.test(pair.value) || SCALAR.test(pair.value)) {
    return {
      lines: { ...lines, sensitive: null, hidden: { indent: pair.indent, until: null } },
      text: pair.head + pair.value,
    };
  }
  const isFolded = pair.head.includes(":") && pair.head.length + pair.value.length > FOLD_COLUMN;
  return {
    lines: isFolded ? { ...lines, hidden: { indent: pair.indent, until: null } } : lines,
    text: pair.head + datum(pair.value, true),
  };
}
