import { isHarmless, isSecretName, MARK } from "./redact-keys.ts";
import { beginPem, insidePem, type Pem } from "./redact-pem.ts";
import { isSecretData, redactDataMaps } from "./redact-secret-data.ts";

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
  /** Behind `name: DB_PASSWORD`, at this indentation, comes its value. */
  named: number | null;
};

export const noLines: Lines = {
  pem: null,
  hidden: null,
  kind: null,
  data: null,
  sensitive: null,
  named: null,
};

const TELLING = /-----BEGIN|PRIVATE KEY|LS0tLS1CRUdJTi|kind|data|apiVersion|sensitive|<<|: ?[|>]|name["']?:/i;

/** Whether lines that hold nothing telling can be passed over. */
export function isIdle(lines: Lines, text: string): boolean {
  return (
    lines.pem === null &&
    lines.hidden === null &&
    lines.data === null &&
    lines.sensitive === null &&
    lines.named === null &&
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
  const after = insideYaml(lines, redactDataMaps(begun?.text ?? line));
  return begun === null ? after : { lines: { ...after.lines, pem: begun.pem }, text: after.text };
}

/** A line of a block scalar or heredoc under a secret's name. */
function insideHidden(
  hidden: NonNullable<Lines["hidden"]>,
  line: string,
): { text: string; last: boolean } | null {
  if (hidden.until !== null && line.trim() === hidden.until) return { text: line, last: true };
  const content = line.trimStart();
  if (content === "") return { text: line, last: false };
  const indent = line.length - content.length;
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
  const isNamed = pair.name === "value" && open.named === pair.indent;
  const after = open.named === null ? open : { ...open, named: null };
  if (isNamed || (pair.name === "value" && open.sensitive === pair.indent)) return hideValue(after, pair);
  return { lines: follow(after, pair), text: line };
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
    case "name":
      return isSecretName(value.replace(/["',\s]/g, "")) ? { ...lines, named: indent } : lines;
    case "sensitive":
      return /^true,?$/.test(value) ? { ...lines, sensitive: indent } : lines;
    default: {
      const hidden = hiddenBy(head + value, indent);
      return hidden === null ? lines : { ...lines, hidden };
    }
  }
}

/** The end of a line that begins a YAML block scalar or an HCL heredoc; a log puts its own words in front. */
const OPENING = /([\w.-]{1,64})["']?[ \t]{0,64}[:=][ \t]{0,64}(?:<<-?"?(\w{1,64})"?|[|>][+-]?\d?)\s{0,8}$/;
const OPENING_REACH = 280;

/** What such a beginning hides, when it stands under a secret's name. */
function hiddenBy(line: string, indent: number): Lines["hidden"] {
  const [, name = "", until] = OPENING.exec(line.slice(-OPENING_REACH)) ?? [];
  return isSecretName(name) ? { indent, until: until ?? null } : null;
}

/** Leaves the maps that this indentation closes. */
function leave(lines: Lines, indent: number, line: string): Lines {
  if (lines.data === null && lines.sensitive === null && lines.kind === null) return lines;
  if (line.trim() === "") return lines;
  const isOut = (at: number): boolean =>
    indent < at || (indent === at && /["'\w}\]]/.test(line[indent] ?? ""));
  const data = lines.data !== null && isOut(lines.data.indent) ? null : lines.data;
  const sensitive = lines.sensitive !== null && indent < lines.sensitive ? null : lines.sensitive;
  const kind = line.startsWith("---") ? null : lines.kind;
  return data === lines.data && sensitive === lines.sensitive && kind === lines.kind
    ? lines
    : { ...lines, data, sensitive, kind };
}

function insideData(lines: Lines, pair: Pair): { lines: Lines; text: string } {
  const isSecret = lines.data?.isSecret ?? null;
  if (isSecret === true && SCALAR.test(pair.value)) {
    return {
      lines: { ...lines, hidden: { indent: pair.indent, until: null } },
      text: pair.head + pair.value,
    };
  }
  return { lines, text: pair.head + datum(pair.value, isSecret) };
}

/** One value of a `data` map. */
function datum(value: string, isSecret: boolean | null): string {
  const [, open = "", text = "", close = ""] = /^(["']?)(.*?)(["']?,?\s*)$/.exec(value) ?? [];
  if (isSecret === false || isHarmless(text, false) || /^[{[|>]/.test(text)) return value;
  return isSecret === true || isSecretData(text) ? open + MARK + close : value;
}

/** The value of a sensitive output: a text goes, of a map or list every line. */
function hideValue(lines: Lines, pair: Pair): { lines: Lines; text: string } {
  if (/^[{[]\s*$/.test(pair.value)) {
    return {
      lines: { ...lines, sensitive: null, hidden: { indent: pair.indent, until: null } },
      text: pair.head + pair.value,
    };
  }
  return { lines, text: pair.head + datum(pair.value, true) };
}

const WRAPPED_LINE = /^(\s*["']?)([A-Za-z0-9+/]{16,}={0,2})(["']?,?\s*)$/;

/** A line of a `data` map without a name of its own: a value wrapped by hand. */
function wrapped(isSecret: boolean | null, line: string): string {
  if (isSecret === false) return line;
  const found = WRAPPED_LINE.exec(line);
  if (found !== null) return `${found[1] ?? ""}${MARK}${found[3] ?? ""}`;
  return isSecret === true && !/^[\s{}[\],]*$/.test(line)
    ? (/^\s*/.exec(line)?.[0] ?? "") + MARK + returnOf(line)
    : line;
}

/** The carriage return a line of Windows ends with. */
function returnOf(line: string): string {
  return line.endsWith("\r") ? "\r" : "";
}
