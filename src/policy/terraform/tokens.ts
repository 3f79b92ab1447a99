/**
 * The words of a terraform file, as HCL's own scanner finds them. Ours, because nothing on npm fits: hcl2json is HCL's
 * parser in WebAssembly, which loads asynchronously and needs the disk (policy is synchronous and pure), and the others
 * are unmaintained. It only has to find where blocks, texts and comments begin and end, and refuses what it is not sure
 * of: terraform refuses most of that too.
 */
export type Token = {
  kind: "word" | "text" | "newline" | "sign";
  /** The word, number or sign; of a text what it says, null when it is computed. */
  value: string | null;
  /** What a text is made of; of anything else empty. */
  parts: readonly Part[];
  /** Where it begins, counted from the start of the text. */
  at: number;
};

/** A piece of a text: plain, or the code in a ${…} or %{…}. */
export type Part = string | { mark: "$" | "%"; tokens: readonly Token[] };

/** Why a file was not read. */
export class UnclearError extends Error {
  override name = "UnclearError";
}

type Cursor = { text: string; at: number; depth: number };
type Piece = { literal: string; parts: Part[] };

const MAX_CHARS = 1_000_000;
const MAX_DEPTH = 60;

/** Takes HCL text apart. Throws `UnclearError`, with the line, for whatever could be read in two ways. */
export function tokensOf(text: string): Token[] {
  return readCode(begin(text), false);
}

/** What a text is made of that is a template as a whole: one of a .tf.json file, or a template's file. */
export function partsOf(text: string): Part[] {
  return finished(readTemplate(begin(text), "json"));
}

/** Stops with the line where a text is not clear. */
export function fail(text: string, at: number, what: string): never {
  throw new UnclearError(`line ${text.slice(0, at).split("\n").length} has ${what}`);
}

function begin(written: string): Cursor {
  const text = written.replace(/^\ufeff/, "");
  if (text.length > MAX_CHARS) throw new UnclearError(`it is longer than ${MAX_CHARS} characters`);
  // A lone carriage return ends a line for some readers and not for others; the rest is never written by a person.
  const odd = /\r(?!\n)|(?![\t\n\r])[\p{Cc}\p{Zl}\p{Zp}\ufeff]/u.exec(text);
  if (odd !== null) fail(text, odd.index, "a control character, a lone carriage return or an odd line break");
  return { text, at: 0, depth: 0 };
}

/** Reads to the end, or inside a template to the brace that closes it. */
function readCode(cursor: Cursor, isInner: boolean): Token[] {
  if (cursor.depth > MAX_DEPTH) fail(cursor.text, cursor.at, "templates within templates without end");
  const tokens: Token[] = [];
  let braces = 0;
  while (cursor.at < cursor.text.length) {
    const token = readToken(cursor);
    if (token === null) continue;
    if (token.kind === "sign" && token.value === "{") braces += 1;
    if (token.kind === "sign" && token.value === "}") {
      if (braces === 0 && isInner) return tokens;
      braces -= 1;
    }
    tokens.push(token);
  }
  if (isInner) fail(cursor.text, cursor.at, "a template that is not closed");
  return tokens;
}

function readToken(cursor: Cursor): Token | null {
  const { text } = cursor;
  const char = text[cursor.at] ?? "";
  if (char === " " || char === "\t" || char === "\r") {
    cursor.at += 1;
    return null;
  }
  if (char === "\n") return sign(cursor, "newline", "\n", 1);
  if (char === "#" || text.startsWith("//", cursor.at)) {
    const end = text.indexOf("\n", cursor.at);
    cursor.at = end < 0 ? text.length : end;
    return null;
  }
  if (text.startsWith("/*", cursor.at)) {
    const end = text.indexOf("*/", cursor.at + 2);
    if (end < 0) fail(cursor.text, cursor.at, "a comment that is not closed");
    cursor.at = end + 2;
    return null;
  }
  if (char === '"') return readQuoted(cursor);
  if (text.startsWith("<<", cursor.at)) return readHeredoc(cursor);
  const word = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_\u0080-\uffff][\w\-\u0080-\uffff]*/y;
  word.lastIndex = cursor.at;
  const found = word.exec(text)?.[0];
  if (found !== undefined) return sign(cursor, "word", found, found.length);
  return sign(cursor, "sign", char, 1);
}

function readQuoted(cursor: Cursor): Token {
  const at = cursor.at;
  cursor.at += 1;
  return textToken(readTemplate(cursor, "quoted"), at);
}

/** `<<EOT` or `<<-EOT`, up to a line that holds nothing but the marker; behind a ${…} it is none (as HCL's scanner has it). */
function readHeredoc(cursor: Cursor): Token {
  const at = cursor.at;
  const head = /<<(-?)([A-Za-z_][\w-]*)\r?\n/y;
  head.lastIndex = cursor.at;
  const found = head.exec(cursor.text);
  if (found === null) fail(cursor.text, cursor.at, "<< that begins no plain heredoc");
  cursor.at += found[0].length;
  const piece = readTemplate(cursor, { marker: found[2] ?? "" });
  return textToken(found[1] === "" ? piece : withoutIndent(piece), at);
}

/** Reads a text with its templates up to where it ends: a quote, a heredoc's marker, or the end of a JSON text. */
function readTemplate(cursor: Cursor, until: "quoted" | "json" | { marker: string }): Piece {
  const { text } = cursor;
  const start = cursor.at;
  const piece: Piece = { literal: "", parts: [] };
  let isLineStart = true;
  while (cursor.at < text.length) {
    if (isLineStart && typeof until === "object" && endsHeredoc(cursor, until.marker)) return piece;
    const char = text[cursor.at] ?? "";
    isLineStart = char === "\n";
    if (until === "quoted" && char === '"') {
      cursor.at += 1;
      return piece;
    }
    readPart(cursor, piece, until === "quoted");
  }
  if (until !== "json") fail(text, start, "a text that is not closed");
  return piece;
}

/** Reads a template, an escape, or one plain character of a text. */
function readPart(cursor: Cursor, piece: Piece, isQuoted: boolean): void {
  const char = cursor.text[cursor.at];
  if (char === "$" || char === "%") readMark(cursor, piece);
  else piece.literal += isQuoted ? readQuotedChar(cursor) : readChar(cursor);
}

function readChar(cursor: Cursor): string {
  cursor.at += 1;
  return cursor.text[cursor.at - 1] ?? "";
}

function readQuotedChar(cursor: Cursor): string {
  const char = cursor.text[cursor.at];
  if (char === "\n") fail(cursor.text, cursor.at, "a text that is not closed on its line");
  return char === "\\" ? readEscape(cursor) : readChar(cursor);
}

/** At a $ or %: a template, an escaped one, or the plain sign. */
function readMark(cursor: Cursor, piece: Piece): void {
  const run = /[$%]+\{?/y;
  run.lastIndex = cursor.at;
  const found = run.exec(cursor.text)?.[0] ?? "";
  if (!found.endsWith("{")) {
    piece.literal += found;
    cursor.at += found.length;
    return;
  }
  cursor.at += found.length;
  // The same sign twice before the brace is an escape, however long the run is (measured with terraform 1.11.4).
  if (found.length > 2 && found.at(-2) === found.at(-3)) {
    piece.literal += `${found.slice(0, -2)}{`;
    return;
  }
  piece.literal += found.slice(0, -2);
  cursor.depth += 1;
  const tokens = readCode(cursor, true);
  cursor.depth -= 1;
  if (piece.literal !== "") piece.parts.push(piece.literal);
  piece.literal = "";
  piece.parts.push({ mark: found.at(-2) === "%" ? "%" : "$", tokens });
}

function endsHeredoc(cursor: Cursor, marker: string): boolean {
  const end = cursor.text.indexOf("\n", cursor.at);
  const line = cursor.text.slice(cursor.at, end < 0 ? undefined : end);
  const bare = line.trim();
  if (bare !== marker) return false;
  // Go and JavaScript do not agree on every kind of space.
  if (!/^[ \t]*[\w-]+[ \t]*\r?$/.test(line))
    fail(cursor.text, cursor.at, "an odd space beside a heredoc's marker");
  if (end < 0) fail(cursor.text, cursor.at, "a heredoc's marker on a last line that does not end");
  cursor.at = end;
  return true;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

function readEscape(cursor: Cursor): string {
  const form = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt"\\]))/y;
  form.lastIndex = cursor.at;
  const found = form.exec(cursor.text);
  if (found === null) fail(cursor.text, cursor.at, "an escape HCL does not have");
  cursor.at += found[0].length;
  const code = found[1] ?? found[2];
  if (code === undefined) return ESCAPES[found[3] ?? ""] ?? "";
  const point = Number.parseInt(code, 16);
  if (point > 0x10ffff) fail(cursor.text, cursor.at, "an escape that is no character");
  return String.fromCodePoint(point);
}

/** All parts of a text that was read to its end. */
function finished({ literal, parts }: Piece): Part[] {
  return literal === "" && parts.length > 0 ? parts : [...parts, literal];
}

/** `<<-` takes the least indentation off every line; of a text with code in it that is not worked out here. */
function withoutIndent(piece: Piece): Piece {
  if (piece.parts.length > 0) return { ...piece, parts: [...piece.parts, { mark: "%", tokens: [] }] };
  const lines = piece.literal.split("\n");
  const indents = lines.filter((line) => line !== "").map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const least = indents.length === 0 ? 0 : Math.min(...indents);
  return { literal: lines.map((line) => line.slice(line === "" ? 0 : least)).join("\n"), parts: [] };
}

function textToken(piece: Piece, at: number): Token {
  const parts = finished(piece);
  const [only] = parts;
  const value = parts.length === 1 && typeof only === "string" ? only : null;
  return { kind: "text", value, parts, at };
}

function sign(cursor: Cursor, kind: "word" | "newline" | "sign", value: string, length: number): Token {
  const token: Token = { kind, value, parts: [], at: cursor.at };
  cursor.at += length;
  return token;
}
