import { type Document, isAlias, isMap, isNode, isScalar, parseDocument, visit } from "yaml";

/** A mapping of a YAML or JSON text, of whatever is in it. */
export type Fields = Readonly<Record<string, unknown>>;

type Refusal = { ok: false; reason: string };

/** Larger texts are refused: judging must stay quick, and nobody reads them on a card. */
const MAX_LENGTH = 1_000_000;
/** Each alias costs a search of the whole text, and one of them may stand for many others. */
const MAX_ALIASES = 50;
/** Brackets within brackets; reading them costs more and more. */
const MAX_DEPTH = 100;

/**
 * Reads a text of one or more YAML documents; empty ones are left out. Refused is what another reader could read
 * otherwise (duplicate keys, tags, odd line breaks, text behind a document's mark) and what takes too long to read.
 */
export function readDocuments(text: string): { ok: true; values: unknown[] } | Refusal {
  if (text.length > MAX_LENGTH) return { ok: false, reason: "it is larger than 1 MB" };
  // Go's YAML breaks lines at some of these, others do not: two readers would read two texts.
  if (/[^\t\n\r\x20-\x7e\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd]|\r(?!\n)/.test(text)) {
    return { ok: false, reason: "it has odd characters" };
  }
  if (isDeep(text)) return { ok: false, reason: `it has more than ${MAX_DEPTH} brackets within brackets` };
  const values: unknown[] = [];
  for (const part of splitDocuments(text)) {
    if (part === null) return { ok: false, reason: 'it has text on the line of a "---"' };
    const value = readDocument(part);
    if (!value.ok) return value;
    if (value.value !== null) values.push(value.value);
  }
  return { ok: true, values };
}

/** A value as fields, or null when it is none. */
export function fieldsOf(value: unknown): Fields | null {
  return isFields(value) ? value : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === "[" || bracket === "{" ? depth + 1 : Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** kubectl cuts a text at every line that begins with `---`, before any YAML is read, and drops the rest of that line. */
function splitDocuments(text: string): (string | null)[] {
  const parts: (string | null)[] = [];
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith("---")) {
      lines.push(line);
      continue;
    }
    parts.push(lines.join("\n"));
    lines = [];
    if (!/^---\s*(#.*)?$/.test(line)) parts.push(null);
  }
  parts.push(lines.join("\n"));
  return parts;
}

function readDocument(text: string): { ok: true; value: unknown } | Refusal {
  if (/^\s*$/.test(text)) return { ok: true, value: null };
  try {
    // Kubernetes reads YAML 1.1, where `yes` and `on` are true and `<<` merges. The library would compare every key with
    // every other (measured: two minutes for 60,000 of them), so that is done below.
    const document = parseDocument(text, {
      version: "1.1",
      schema: "yaml-1.1",
      prettyErrors: false,
      uniqueKeys: false,
    });
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) {
      const line = text.slice(0, error.pos[0]).split("\n").length;
      return {
        ok: false,
        reason: `it is not plain YAML, line ${line} of a document: ${quoteless(error.message)}`,
      };
    }
    if (document.directives?.yaml.explicit === true) return { ok: false, reason: "it has a %YAML directive" };
    const odd = oddNode(document);
    if (odd !== null) return { ok: false, reason: odd };
    return { ok: true, value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "unknown";
    return { ok: false, reason: `it cannot be unfolded: ${quoteless(why)}` };
  }
}

/** What a parser says, without what it quotes: a reason is posted, and the file may be any. */
function quoteless(message: string): string {
  return message.replace(/["':%!*].*$/s, "").trim();
}

/** A tag can make anything of a text; a key that is no text, or stands there twice, is read differently here and there. */
function oddNode(document: Document): string | null {
  let aliases = 0;
  let odd: string | null = null;
  visit(document, (_, node) => {
    if (isAlias(node)) aliases += 1;
    if (aliases > MAX_ALIASES) odd = `it cannot be unfolded: it has more than ${MAX_ALIASES} aliases`;
    if (isNode(node) && node.tag !== undefined) odd = `it has a tag, "${node.tag}"`;
    if (isMap(node)) odd ??= oddKey(node.items.map(({ key }) => (isScalar(key) ? key.value : key)));
    return odd === null ? undefined : visit.BREAK;
  });
  return odd;
}

function oddKey(keys: readonly unknown[]): string | null {
  const seen = new Set<string>();
  for (const key of keys) {
    // A symbol is the merge key.
    if (typeof key !== "string" && typeof key !== "number" && typeof key !== "symbol") {
      return "it has a key that is no text: quote it";
    }
    const name = typeof key === "symbol" ? "<<" : String(key);
    if (seen.has(name))
      return `it has the key ${JSON.stringify(name)} twice in one place, and keys must be unique`;
    seen.add(name);
  }
  return null;
}
