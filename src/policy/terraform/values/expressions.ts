import { isObject, type Json } from "#policy/terraform/json.ts";
import {
  inBrackets,
  isSign,
  type LineOf,
  peek,
  type Reader,
  signAt,
  stop,
  takes,
  takesOperator,
  takeWord,
} from "#policy/terraform/token-reader.ts";
import { type Part, partsOf, type Token, UnclearError } from "#policy/terraform/tokens.ts";

/** What stands behind an equals sign, as far as somebody must know who asks what it reads, runs or reaches. */
export type Expr =
  | { kind: "text"; parts: readonly TextPart[]; isLoose: boolean }
  | { kind: "plain"; text: string }
  | { kind: "name"; name: string }
  | { kind: "get"; of: Expr; key: Expr | null; isIndex: boolean }
  | { kind: "call"; name: string; args: readonly Expr[]; isSpread: boolean; line: number | null }
  | { kind: "list"; items: readonly Expr[] }
  | { kind: "object"; entries: readonly (readonly [key: Expr, value: Expr])[] }
  | { kind: "for"; names: readonly string[]; over: Expr; body: readonly Expr[]; makes: "list" | "object" }
  | { kind: "choice"; condition: Expr; options: readonly Expr[] }
  | { kind: "mixed"; parts: readonly Expr[] };
/** A piece of a text. `names`: what a %{ for } binds from here on. */
export type TextPart = string | { expr: Expr; names: readonly string[] };

const MAX_DEPTH = 100;
/** Reads the tokens of one expression; `lineOf` says on which line a place is. Throws `UnclearError` for whatever is none. */
export function readExpression(tokens: readonly Token[], lineOf: LineOf): Expr {
  const reader = { tokens, at: 0, skipsLines: false, depth: 0, lineOf };
  const expr = readWhole(reader);
  if (peek(reader) !== undefined) stop();
  return expr;
}

/** Reads a text that is a template as a whole. Throws `UnclearError` where it is none. */
export function readTemplateText(text: string): Expr {
  return textOf(partsOf(text), { depth: 0, lineOf: () => null });
}

/** Reads a value of a .tf.json file, where every text is a template. */
export function readJsonValue(value: Json): Expr {
  if (typeof value === "string") {
    const expr = readTemplateText(value);
    // "${x}" alone is x itself.
    const [only] = expr.kind === "text" && expr.parts.length === 1 && !expr.isLoose ? expr.parts : [];
    return only === undefined || typeof only === "string" ? expr : only.expr;
  }
  if (Array.isArray(value)) return { kind: "list", items: value.map(readJsonValue) };
  if (!isObject(value)) return { kind: "plain", text: String(value) };
  return {
    kind: "object",
    entries: value.entries.map(([key, inner]) => [readTemplateText(key), readJsonValue(inner)] as const),
  };
}

function readWhole(reader: Reader): Expr {
  if (reader.depth > MAX_DEPTH) throw new UnclearError("expressions within expressions without end");
  reader.depth += 1;
  const condition = readOperators(reader);
  const expr = takes(reader, "?") ? readChoice(reader, condition) : condition;
  reader.depth -= 1;
  return expr;
}

function readChoice(reader: Reader, condition: Expr): Expr {
  const yes = readWhole(reader);
  if (!takes(reader, ":")) stop();
  return { kind: "choice", condition, options: [yes, readWhole(reader)] };
}

/** Operators make numbers and truths of what they join, so their order does not matter here. */
function readOperators(reader: Reader): Expr {
  const parts = [readUnary(reader)];
  while (takesOperator(reader)) parts.push(readUnary(reader));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: "mixed", parts };
}

function readUnary(reader: Reader): Expr {
  let isMixed = false;
  while (takes(reader, "-") || takes(reader, "!")) isMixed = true;
  const expr = readSteps(reader, readTerm(reader));
  return isMixed ? { kind: "mixed", parts: [expr] } : expr;
}

/** What follows a term: `.name`, `.0`, `.*`, `[x]`, `[*]`. */
function readSteps(reader: Reader, term: Expr): Expr {
  let expr = term;
  for (let count = 0; ; count += 1) {
    if (count > MAX_DEPTH) stop();
    // `x...` spreads x.
    if (signAt(reader) === "." && isSign(reader.tokens[reader.at + 1], ".")) return expr;
    if (takes(reader, ".")) {
      const key = takes(reader, "*") ? null : plainKey(takeWord(reader));
      expr = { kind: "get", of: expr, key, isIndex: false };
    } else if (signAt(reader) === "[") {
      expr = { kind: "get", of: expr, key: inBrackets(reader, () => readIndex(reader)), isIndex: true };
    } else return expr;
  }
}

function plainKey(name: string): Expr {
  return { kind: "text", parts: [name], isLoose: false };
}

function readIndex(reader: Reader): Expr | null {
  const key = takes(reader, "*") ? null : readWhole(reader);
  if (signAt(reader) !== "]") stop();
  return key;
}

function readTerm(reader: Reader): Expr {
  const token = peek(reader);
  if (token?.kind === "text") {
    reader.at += 1;
    return textOf(token.parts, reader);
  }
  if (token?.kind === "word") return readWord(reader, token);
  if (signAt(reader) === "(") return inBrackets(reader, () => readWhole(reader));
  if (signAt(reader) === "[") return inBrackets(reader, () => readFor(reader, "list") ?? readList(reader));
  if (signAt(reader) === "{") return readBraces(reader);
  return stop();
}

function readWord(reader: Reader, token: Token): Expr {
  const first = takeWord(reader);
  if (/^\d/.test(first) || ["true", "false", "null"].includes(first)) return { kind: "plain", text: first };
  let name = first;
  while (signAt(reader) === ":" && isSign(reader.tokens[reader.at + 1], ":")) {
    reader.at += 2;
    name += `::${takeWord(reader)}`;
  }
  if (signAt(reader) !== "(") return name === first ? { kind: "name", name } : stop();
  let isSpread = false;
  const args = inBrackets(reader, () => {
    const read: Expr[] = [];
    while (signAt(reader) !== ")") {
      read.push(readWhole(reader));
      if (takes(reader, ".")) {
        if (!takes(reader, ".") || !takes(reader, ".")) stop();
        isSpread = true;
      }
      if (!takes(reader, ",")) break;
    }
    return read;
  });
  return { kind: "call", name, args, isSpread, line: reader.lineOf(token.at) };
}

function readList(reader: Reader): Expr {
  const items: Expr[] = [];
  while (signAt(reader) !== "]") {
    items.push(readWhole(reader));
    if (!takes(reader, ",")) break;
  }
  return { kind: "list", items };
}

function readBraces(reader: Reader): Expr {
  const start = reader.at;
  const made = inBrackets(reader, () => readFor(reader, "object"), "}");
  if (made !== null) return made;
  reader.at = start;
  return inBrackets(reader, () => readObject(reader), "}", false);
}

function readObject(reader: Reader): Expr {
  const entries: (readonly [Expr, Expr])[] = [];
  for (;;) {
    while (peek(reader)?.kind === "newline") reader.at += 1;
    if (signAt(reader) === "}") return { kind: "object", entries };
    const written = readWhole(reader);
    const key = written.kind === "name" ? plainKey(written.name) : written;
    if (!takes(reader, "=") && !takes(reader, ":")) stop();
    entries.push([key, readWhole(reader)]);
    if (!takes(reader, ",") && peek(reader)?.kind !== "newline" && signAt(reader) !== "}") stop();
  }
}

/** `for k, v in x : …`, or null where something else stands in the brackets. */
function readFor(reader: Reader, makes: "list" | "object"): Expr | null {
  const next = reader.tokens[reader.at + 1];
  if (peek(reader)?.value !== "for" || peek(reader)?.kind !== "word") return null;
  // `[for.x]` and `{ for = 1 }` are no loops.
  if (next?.kind !== "word") return null;
  reader.at += 1;
  const { names, over } = readBinding(reader);
  if (!takes(reader, ":")) stop();
  const body = [readWhole(reader)];
  if (makes === "object") {
    if (!takes(reader, "=") || !takes(reader, ">")) stop();
    body.push(readWhole(reader));
    for (let dots = 0; takes(reader, "."); dots += 1) if (dots > 2) stop();
  }
  if (peek(reader)?.value === "if") {
    reader.at += 1;
    body.push(readWhole(reader));
  }
  return { kind: "for", names, over, body, makes };
}

function readBinding(reader: Reader): { names: string[]; over: Expr } {
  const names = [takeWord(reader)];
  if (takes(reader, ",")) names.push(takeWord(reader));
  if (takeWord(reader) !== "in") stop();
  return { names, over: readWhole(reader) };
}

function textOf(parts: readonly Part[], { depth, lineOf }: Pick<Reader, "depth" | "lineOf">): Expr {
  let isLoose = false;
  const read = parts.flatMap((part): TextPart[] => {
    if (typeof part === "string") return [part];
    const isStripped = isSign(part.tokens[0], "~") || isSign(part.tokens.at(-1), "~");
    isLoose ||= isStripped || part.mark === "%";
    const from = isSign(part.tokens[0], "~") ? 1 : 0;
    const to = part.tokens.length > 1 && isSign(part.tokens.at(-1), "~") ? -1 : undefined;
    const tokens = part.tokens.slice(from, to);
    return readPart(part.mark, { tokens, at: 0, skipsLines: true, depth: depth + 1, lineOf });
  });
  return { kind: "text", parts: read, isLoose };
}

/** `${ x }`, `%{ if x }`, `%{ for a, b in x }`; of the others, such as `%{ endif }`, there is nothing to see. */
function readPart(mark: "$" | "%", reader: Reader): TextPart[] {
  if (reader.depth > MAX_DEPTH) throw new UnclearError("expressions within expressions without end");
  let part: TextPart[] = [];
  if (mark === "$") part = [{ expr: readWhole(reader), names: [] }];
  else if (peek(reader) !== undefined) {
    const word = takeWord(reader);
    if (word === "if") part = [{ expr: readWhole(reader), names: [] }];
    else if (word === "for") {
      const { names, over } = readBinding(reader);
      part = [{ expr: over, names }];
    } else if (!["else", "endif", "endfor"].includes(word)) stop();
  }
  if (peek(reader) !== undefined) stop();
  return part;
}
