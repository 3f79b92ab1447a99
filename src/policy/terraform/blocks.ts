import { type Expr, readExpression, readJsonValue } from "#policy/terraform/values/expressions.ts";
import { type Json, objectsIn, parseJson } from "./json.ts";
import { fail, type Token, tokensOf, UnclearError } from "./tokens.ts";

/** One block of a configuration, from either syntax, with what somebody who looks for running code must know. */
export type Block = {
  type: string;
  labels: readonly string[];
  /** What the plain attributes directly in it say; null: computed. */
  values: ReadonlyMap<string, string | null>;
  /** Blocks directly in it. */
  blocks: readonly Block[];
  /** Every attribute directly in it, in order; from JSON everything in it, since there a block looks like an attribute. */
  attributes: readonly Attribute[];
  /** The line it begins on; null in JSON. */
  line: number | null;
};
/** One argument of a block. `line`: where it begins; null in JSON. */
export type Attribute = { name: string; expr: Expr; line: number | null };

/** The blocks of a .tf file. Throws `UnclearError` where it could be read in two ways. */
export function blocksOf(text: string): Block[] {
  const { values, blocks } = readBody(readerOf(text), 0);
  const [attribute] = values.keys();
  if (attribute !== undefined) throw new UnclearError(`it sets ${attribute} outside of a block`);
  return blocks;
}

/** The values a .tfvars file gives, or with `isJson` a .tfvars.json one. Throws `UnclearError` where it holds anything else. */
export function settingsOf(text: string, isJson: boolean): readonly Attribute[] {
  if (!isJson) {
    const { attributes, blocks } = readBody(readerOf(text), 0);
    if (blocks.length > 0) throw new UnclearError("it holds a block");
    return attributes;
  }
  return rootsOf(text).flatMap(({ entries }) => entries.map(jsonAttribute));
}

type Reader = { text: string; tokens: readonly Token[]; at: number; lines: readonly number[] };
type Body = { values: Map<string, string | null>; blocks: Block[]; attributes: Attribute[] };
const MAX_DEPTH = 60;

function readerOf(text: string): Reader {
  const lines = [...text.matchAll(/\n/g)].map(({ index }) => index);
  return { text, tokens: tokensOf(text), at: 0, lines };
}

function emptyBody(): Body {
  return { values: new Map(), blocks: [], attributes: [] };
}

/** Reads a block's content up to its closing brace, or the file's to its end. */
function readBody(reader: Reader, depth: number): Body {
  if (depth > MAX_DEPTH) stop(reader, "blocks within blocks without end");
  const body = emptyBody();
  for (;;) {
    const token = reader.tokens[reader.at];
    reader.at += 1;
    if (token?.kind === "newline") continue;
    if (depth === 0 ? token === undefined : isSign(token, "}")) return body;
    if (token?.kind !== "word" || token.value === null)
      stop(reader, "something that is neither argument nor block");
    if (isSign(reader.tokens[reader.at], "=")) readAttribute(reader, token.value, body);
    else body.blocks.push(readBlock(reader, token.value, depth));
  }
}

function readAttribute(reader: Reader, name: string, body: Body): void {
  reader.at += 1;
  const start = reader.at;
  let depth = 0;
  for (; reader.at < reader.tokens.length; reader.at += 1) {
    const token = reader.tokens[reader.at];
    if (depth === 0 && (token?.kind === "newline" || isSign(token, "}"))) break;
    if (isSign(token, "(") || isSign(token, "[") || isSign(token, "{")) depth += 1;
    if (isSign(token, ")") || isSign(token, "]") || isSign(token, "}")) depth -= 1;
  }
  const words = reader.tokens.slice(start, reader.at);
  const [only] = words;
  const value = words.length === 1 && only?.kind === "text" ? only.value : null;
  // What stands there twice, terraform refuses; the odd one counts.
  body.values.set(name, body.values.has(name) ? null : value);
  body.attributes.push({ name, expr: expressionOf(reader, words), line: lineOf(reader, words[0]?.at ?? 0) });
}

function expressionOf(reader: Reader, words: readonly Token[]): Expr {
  try {
    return readExpression(words, (at) => lineOf(reader, at));
  } catch (error) {
    if (!(error instanceof UnclearError)) throw error;
    return fail(reader.text, words[0]?.at ?? 0, error.message);
  }
}

/** By halving: a file may have as many attributes as lines. */
function lineOf({ lines }: Reader, at: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

function readBlock(reader: Reader, type: string, depth: number): Block {
  const line = lineOf(reader, reader.tokens[reader.at - 1]?.at ?? 0);
  const labels: string[] = [];
  for (;;) {
    const token = reader.tokens[reader.at];
    reader.at += 1;
    if (isSign(token, "{")) break;
    const isLabel = token?.kind === "text" || token?.kind === "word";
    if (!isLabel || token.value === null) stop(reader, `an unfinished block or argument ${type}`);
    labels.push(token.value);
  }
  const body = readBody(reader, depth + 1);
  const next = reader.tokens[reader.at];
  if (next !== undefined && next.kind !== "newline") stop(reader, "more on the line where a block ends");
  return { type, labels, line, ...body };
}

function isSign(token: Token | undefined, value: string): boolean {
  return token?.kind === "sign" && token.value === value;
}

function stop(reader: Reader, what: string): never {
  const token = reader.tokens[Math.min(reader.at, reader.tokens.length) - 1];
  fail(reader.text, token?.at ?? 0, what);
}

/** How many labels a block of this type has; what is not here has none. */
const LABELS: Readonly<Record<string, number>> = {
  backend: 1,
  check: 1,
  data: 2,
  dynamic: 1,
  ephemeral: 2,
  module: 1,
  output: 1,
  provider: 1,
  provider_meta: 1,
  provisioner: 1,
  resource: 2,
  run: 1,
  variable: 1,
};

/** The blocks of a .tf.json file. Throws `UnclearError` where it is not plain. */
export function jsonBlocksOf(text: string): Block[] {
  return rootsOf(text).flatMap((root) => root.entries.flatMap(([key, value]) => blocksIn(key, value, true)));
}

function rootsOf(text: string): { entries: [string, Json][] }[] {
  let json: Json;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new UnclearError("it is no JSON", { cause });
  }
  const roots = objectsIn(json);
  if (roots === null) throw new UnclearError("it holds something else than objects");
  return roots;
}

/** What a key of JSON may be: a block, several, or (then nothing comes of it) an attribute. */
function blocksIn(type: string, value: Json, isTop: boolean): Block[] {
  if (type === "//") return [];
  let level: { labels: string[]; value: Json }[] = [{ labels: [], value }];
  for (let depth = 0; depth < (Object.hasOwn(LABELS, type) ? (LABELS[type] ?? 0) : 0); depth += 1) {
    level = level.flatMap(({ labels, value: at }) => {
      const objects = objectsIn(at);
      if (objects === null && isTop) throw new UnclearError(`its ${type} is not an object`);
      return (objects ?? []).flatMap((one) =>
        one.entries.map(([label, inner]) => ({ labels: [...labels, label], value: inner })),
      );
    });
  }
  return level.flatMap(({ labels, value: at }) => {
    const objects = objectsIn(at);
    if (objects === null && isTop) throw new UnclearError(`a ${type} of it is not an object`);
    return (objects ?? []).map((one) => jsonBlock(type, labels, one.entries));
  });
}

function jsonBlock(type: string, labels: string[], entries: [string, Json][]): Block {
  const body = emptyBody();
  for (const [key, value] of entries) {
    const plain = typeof value === "string" && !/[$%]\{/.test(value) ? value : null;
    body.values.set(key, body.values.has(key) ? null : plain);
    body.blocks.push(...blocksIn(key, value, false));
    if (key !== "//") body.attributes.push(jsonAttribute([key, value]));
  }
  return { type, labels, line: null, ...body };
}

function jsonAttribute([name, value]: [string, Json]): Attribute {
  return { name, expr: readJsonValue(value), line: null };
}
