import { isObject, type Json, objectsIn, parseJson } from "./terraform-json.ts";
import { fail, type Token, tokensInTemplate, tokensOf, UnclearError } from "./terraform-tokens.ts";

/** One block of a configuration, from either syntax, with what somebody who looks for running code must know. */
export type Block = {
  type: string;
  labels: readonly string[];
  /** What the plain attributes directly in it say; null: computed. */
  values: ReadonlyMap<string, string | null>;
  /** Blocks directly in it. */
  blocks: readonly Block[];
  /** Every key, of attributes and objects, at any depth. */
  keys: ReadonlySet<string>;
  /** Every text at any depth that is not computed. */
  texts: readonly string[];
  /** `file("…")` and every other call with a text first: the text as it is written, without its quotes. */
  calls: readonly { name: string; text: string }[];
};

/** The blocks of a .tf file. Throws `UnclearError` where it could be read in two ways. */
export function blocksOf(text: string): Block[] {
  const reader = { text, tokens: tokensOf(text), at: 0 };
  const body = readBody(reader, 0);
  const [attribute] = body.values.keys();
  if (attribute !== undefined) throw new UnclearError(`it sets ${attribute} outside of a block`);
  return body.blocks;
}

type Reader = { text: string; tokens: readonly Token[]; at: number };
type Body = {
  values: Map<string, string | null>;
  blocks: Block[];
  keys: Set<string>;
  texts: string[];
  calls: { name: string; text: string }[];
};
const MAX_DEPTH = 60;

function emptyBody(): Body {
  return { values: new Map(), blocks: [], keys: new Set(), texts: [], calls: [] };
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
    else body.blocks.push(readBlock(reader, token.value, depth, body));
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
  body.keys.add(name);
  gather(words, body);
}

function readBlock(reader: Reader, type: string, depth: number, parent: Body): Block {
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
  for (const key of body.keys) parent.keys.add(key);
  for (const text of body.texts) parent.texts.push(text);
  for (const call of body.calls) parent.calls.push(call);
  return { type, labels, ...body };
}

/** Collects object keys, plain texts and calls from an expression and the templates in it. */
function gather(words: readonly Token[], body: Body): void {
  for (const [index, word] of words.entries()) {
    if (word.kind === "text" && word.value !== null) body.texts.push(word.value);
    gather(word.inner, body);
    if (word.kind === "word" || word.kind === "text")
      gatherName(word.value, words[index + 1], words[index + 2], body);
  }
}

function gatherName(name: string | null, next: Token | undefined, text: Token | undefined, body: Body): void {
  if (name === null) return;
  if (isSign(next, "=") || isSign(next, ":")) body.keys.add(name);
  if (isSign(next, "(") && text?.kind === "text") body.calls.push({ name, text: text.raw });
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
  let json: Json;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new UnclearError("it is no JSON", { cause });
  }
  const roots = objectsIn(json);
  if (roots === null) throw new UnclearError("it holds something else than objects");
  return roots.flatMap((root) => root.entries.flatMap(([key, value]) => blocksIn(key, value, true)));
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
  }
  gatherJson({ entries }, body);
  return { type, labels, ...body };
}

function gatherJson(value: Json, body: Body): void {
  if (typeof value === "string") {
    if (/[$%]\{/.test(value)) gather(tokensInTemplate(value), body);
    else body.texts.push(value);
  } else if (Array.isArray(value)) {
    for (const one of value) gatherJson(one, body);
  } else if (isObject(value)) {
    for (const [key, inner] of value.entries) {
      body.keys.add(key);
      gatherJson(inner, body);
    }
  }
}
