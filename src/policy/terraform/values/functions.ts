import { posix } from "node:path";
import { isObject, type Json, parseJson } from "#policy/terraform/json.ts";
import { placeOf } from "#policy/terraform/places.ts";
import type { Expr } from "./expressions.ts";
import type { Scope } from "./scope.ts";
import {
  anyOf,
  BELOW,
  joined,
  list,
  mapTexts,
  member,
  ROOT_PATH,
  text,
  unknown,
  type Value,
} from "./values.ts";

type Call = Extract<Expr, { kind: "call" }>;
type Work = (args: readonly Value[], scope: Scope) => Value;

/** Of an object in JSON. */
const MAX_ENTRIES = 2_000;

/** A function's name without the namespace of terraform's own: `core::file` is `file`. */
export function functionName(name: string): string {
  return name.replace(/^core::/, "");
}

/** What a call may give; unknown for every function whose work is not followed here. */
export function callValue(call: Call, scope: Scope, evaluate: (expr: Expr, scope: Scope) => Value): Value {
  const name = functionName(call.name);
  const work = Object.hasOwn(WORK, name) ? WORK[name] : undefined;
  if (work === undefined || call.isSpread) return unknown(`what ${name}() gives`);
  const args = call.args.map((arg) => evaluate(arg, scope));
  return work(args, scope);
}

/** Where a text leads that a file function of the root is given, from the workspace's root; null: outside of it. */
export function placeOfText(written: string, root: string): string | null {
  // Longer than any path, or with space at an end that somebody else may cut off.
  if (written.length > 4_096 || /^\s|\s$/.test(written)) return null;
  const isRooted = written === ROOT_PATH || written.startsWith(`${ROOT_PATH}/`);
  const path = isRooted ? `.${written.slice(ROOT_PATH.length)}` : written;
  return path.includes(ROOT_PATH) ? null : placeOf(root, path);
}

const same: Work = ([value = unknown("nothing")]) => value;
const unsure: Work = ([value = unknown("nothing")]) =>
  value.kind === "list"
    ? { ...value, isExact: false }
    : value.kind === "unknown"
      ? value
      : unknown("no list");

const WORK: Readonly<Record<string, Work>> = {
  tostring: same,
  sensitive: same,
  nonsensitive: same,
  ephemeralasnull: same,
  tolist: same,
  tomap: same,
  toset: unsure,
  distinct: unsure,
  sort: unsure,
  reverse: unsure,
  compact: unsure,
  slice: unsure,
  one: ([value = unknown("nothing")]) => (value.kind === "from" ? value : member(value, null)),
  element: ([value = unknown("nothing")]) => (value.kind === "from" ? value : member(value, null)),
  try: (args) => anyOf(args),
  coalesce: (args) => anyOf(args),
  coalescelist: (args) => anyOf(args),
  concat: concatenated,
  setunion: (args) => unsure([concatenated(args)], NOWHERE),
  flatten: ([value = unknown("nothing")]) => flattened(value, 0),
  merge: (args) => args.reduce(merged, { kind: "object", entries: new Map(), isExact: true }),
  lookup: lookedUp,
  keys: ([value = unknown("nothing")]) =>
    value.kind === "object"
      ? list([...value.entries.keys()].map(text), false)
      : unknown("the keys of something"),
  values: ([value = unknown("nothing")]) =>
    value.kind === "object" ? list([...value.entries.values()], false) : unknown("the values of something"),
  length: () => text(BELOW),
  join: ([between = unknown("nothing"), parts = unknown("nothing")]) => joinedBy(between, parts),
  format: formatted,
  chomp: ([value = unknown("nothing")]) => mapTexts(value, (one) => one.replace(/[\r\n]+$/, "")),
  trimspace: ([value = unknown("nothing")]) =>
    mapTexts(value, (one) => (/\P{ASCII}/u.test(one) ? null : one.trim())),
  lower: ([value = unknown("nothing")]) => mapTexts(value, (one) => plainAscii(one)?.toLowerCase() ?? null),
  upper: ([value = unknown("nothing")]) => mapTexts(value, (one) => plainAscii(one)?.toUpperCase() ?? null),
  replace: ([value = unknown("nothing"), what, by]) =>
    value.kind === "from" && isText(what, "https://") && isText(by, "")
      ? value
      : unknown("what replace() gives"),
  dirname: ([value = unknown("nothing")]) =>
    mapTexts(value, (one) => (plainAscii(one) === null ? null : posix.dirname(one))),
  basename: ([value = unknown("nothing")]) =>
    mapTexts(value, (one) => (plainAscii(one) === null ? null : posix.basename(one))),
  pathexpand: same,
  abspath: ([value = unknown("nothing")]) => mapTexts(value, absolute),
  file: ([path = unknown("nothing")], scope) => contentOf(path, scope),
  fileset: () => list([text(BELOW)], false),
  jsondecode: ([value = unknown("nothing")]) => {
    const [only] = value.kind === "texts" ? value.texts : [];
    return only === undefined ? unknown("what jsondecode() gives") : decoded(only);
  },
};

/** Where no function that needs a scope is called. */
const NOWHERE = {} as Scope;

function isText(value: Value | undefined, wanted: string): boolean {
  return value?.kind === "texts" && value.texts.length === 1 && value.texts[0] === wanted;
}

/** A text without anything that only stands for something. */
function plainAscii(value: string): string | null {
  return /^[\x20-\x7e]*$/.test(value) ? value : null;
}

/** As Go's Abs cleans it; above the root there is no writing it down. */
function absolute(path: string): string | null {
  const [from, rest] = path.startsWith(ROOT_PATH) ? [ROOT_PATH, path.slice(1)] : ["", path];
  if (from === "" && rest.startsWith("/")) return cleaned(rest);
  if (from !== "" && rest !== "" && !rest.startsWith("/")) return null;
  const below = cleaned(`./${rest}`);
  if (below === ".." || below.startsWith("../") || below.includes(ROOT_PATH)) return null;
  return below === "." ? ROOT_PATH : `${ROOT_PATH}/${below}`;
}

function cleaned(path: string): string {
  return posix.normalize(path).replace(/(.)\/+$/, "$1");
}

function lookedUp([value = unknown("nothing"), key, other]: readonly Value[]): Value {
  const keys = key?.kind === "texts" && key.texts.length > 0 ? key.texts : null;
  if (other === undefined || value.kind !== "object") return member(value, keys);
  const there = keys?.filter((one) => value.entries.has(one)) ?? null;
  return anyOf(there?.length === 0 ? [...value.entries.values(), other] : [member(value, there), other]);
}

function concatenated(args: readonly Value[]): Value {
  const items: Value[] = [];
  let isExact = true;
  for (const arg of args) {
    if (arg.kind === "texts" && arg.texts.length === 0) continue;
    if (arg.kind !== "list") return arg.kind === "unknown" ? arg : unknown("a list that is worked out");
    items.push(...arg.items);
    isExact &&= arg.isExact;
  }
  return list(items, isExact);
}

function flattened(value: Value, depth: number): Value {
  if (value.kind !== "list" || depth > 8)
    return value.kind === "unknown" ? value : unknown("a list that is worked out");
  const items: Value[] = [];
  let { isExact } = value;
  for (const item of value.items) {
    if (item.kind === "any" || item.kind === "unknown" || item.kind === "from")
      return unknown("a list that is worked out");
    const flat = item.kind === "list" ? flattened(item, depth + 1) : list([item]);
    if (flat.kind !== "list") return flat;
    items.push(...flat.items);
    isExact &&= flat.isExact;
  }
  return list(items, isExact);
}

/** The later one's entries stand for the earlier one's, unless they may be missing. */
function merged(one: Value, other: Value): Value {
  if (other.kind === "any") return anyOf(other.options.map((option) => merged(one, option)));
  if (one.kind === "any") return anyOf(one.options.map((option) => merged(option, other)));
  if (other.kind === "texts" && other.texts.length === 0) return one;
  if (one.kind === "unknown") return one;
  if (one.kind !== "object" || other.kind !== "object")
    return other.kind === "unknown" ? other : unknown("an object that is worked out");
  const entries = new Map(one.entries);
  for (const [key, value] of other.entries) {
    const before = entries.get(key);
    entries.set(key, other.isExact || before === undefined ? value : anyOf([before, value]));
  }
  return { kind: "object", entries, isExact: one.isExact && other.isExact };
}

function joinedBy(between: Value, parts: Value): Value {
  if (parts.kind === "from") return parts;
  if (parts.kind !== "list") return parts.kind === "unknown" ? parts : unknown("what join() gives");
  if (!parts.isExact) return unknown("what join() gives");
  return joined(parts.items.flatMap((part, index) => (index === 0 ? [part] : [between, part])));
}

function formatted([pattern, ...args]: readonly Value[]): Value {
  const [only] = pattern?.kind === "texts" && pattern.texts.length === 1 ? pattern.texts : [];
  if (only === undefined) return unknown("what format() gives");
  const pieces = only.split("%s");
  if (pieces.some((piece) => piece.includes("%")) || pieces.length !== args.length + 1)
    return unknown("what format() gives");
  return joined(
    pieces.flatMap((piece, index) =>
      index === 0 ? [text(piece)] : [args[index - 1] ?? text(""), text(piece)],
    ),
  );
}

function contentOf(path: Value, { module }: Scope): Value {
  const { root, files } = module.world;
  const [only] = path.kind === "texts" && path.texts.length === 1 ? path.texts : [];
  const place = only === undefined ? null : placeOfText(only, root);
  const content = place === null ? undefined : files.get(place);
  return content === undefined ? unknown("a file's content") : text(content);
}

function decoded(json: string): Value {
  try {
    return valueOfJson(parseJson(json));
  } catch {
    return unknown("what is no JSON");
  }
}

function valueOfJson(json: Json): Value {
  if (typeof json === "string") return text(json);
  if (Array.isArray(json)) return list(json.map(valueOfJson));
  if (isObject(json)) {
    if (json.entries.length > MAX_ENTRIES) return unknown("JSON that is too long");
    const entries = new Map(json.entries.map(([key, value]) => [key, valueOfJson(value)]));
    return { kind: "object", entries, isExact: true };
  }
  return json === null ? { kind: "texts", texts: [] } : text(String(json));
}
