/**
 * What an expression may turn out to be, as far as its configuration says. `texts`: one of these (none: null). `list` and
 * `object`: these members, or with `isExact` false some of them. `any`: one of these. `from`: what a resource or data
 * source of this type tells, with plain text around it.
 */
export type Value =
  | { kind: "texts"; texts: readonly string[] }
  | { kind: "list"; items: readonly Value[]; isExact: boolean }
  | { kind: "object"; entries: ReadonlyMap<string, Value>; isExact: boolean }
  | { kind: "any"; options: readonly Value[] }
  | { kind: "from"; type: string; attribute: string; before: string; after: string }
  | { kind: "unknown"; why: string };

/** In a text: the absolute path of the root's directory. */
export const ROOT_PATH = "\u0001";
/** In a text: a number, or a relative path that never climbs, as fileset finds them. */
export const BELOW = "\u0002";

const MAX_MEMBERS = 2_000;
const MAX_CHARS = 100_000;

/** One plain text. */
export function text(value: string): Value {
  return { kind: "texts", texts: [value] };
}

/** What nothing says. `why`: what it hangs on, such as `var.x`. */
export function unknown(why: string): Value {
  return { kind: "unknown", why };
}

/** A list, unless it is too long to be looked at. */
export function list(items: readonly Value[], isExact = true): Value {
  return items.length > MAX_MEMBERS ? unknown("a list without end") : { kind: "list", items, isExact };
}

/** One of some values; what is unknown among them makes the whole so. */
export function anyOf(options: readonly Value[]): Value {
  const flat = options.flatMap((one) => (one.kind === "any" ? one.options : [one]));
  const lost = flat.find((one) => one.kind === "unknown");
  if (lost !== undefined) return lost;
  const texts = new Set(flat.flatMap((one) => (one.kind === "texts" ? one.texts : [])));
  const others = flat.filter((one) => one.kind !== "texts");
  if (texts.size + others.length > MAX_MEMBERS) return unknown("more values than can be looked at");
  const [only] = others;
  if (others.length === 0) return { kind: "texts", texts: [...texts] };
  if (others.length === 1 && texts.size === 0 && only !== undefined) return only;
  return {
    kind: "any",
    options: texts.size > 0 ? [...others, { kind: "texts", texts: [...texts] }] : others,
  };
}

/** What comes of texts when each goes through a function; null from it: nobody knows. */
export function mapTexts(value: Value, change: (text: string) => string | null): Value {
  if (value.kind === "unknown") return value;
  if (value.kind === "any") return anyOf(value.options.map((one) => mapTexts(one, change)));
  if (value.kind !== "texts") return unknown("what is no text");
  const changed = value.texts.map(change);
  const texts = changed.filter((one) => one !== null);
  return texts.length < changed.length ? unknown("a text that is worked out") : { kind: "texts", texts };
}

/** Texts one after the other, in every combination. */
export function joined(parts: readonly Value[]): Value {
  let before: Value = text("");
  for (const part of parts) before = pair(before, part);
  return before;
}

function pair(one: Value, other: Value): Value {
  if (one.kind === "unknown") return one;
  if (other.kind === "unknown") return other;
  if (one.kind === "any") return anyOf(one.options.map((option) => pair(option, other)));
  if (other.kind === "any") return anyOf(other.options.map((option) => pair(one, option)));
  if (one.kind === "from" && other.kind === "texts")
    return anyOf(other.texts.map((after) => ({ ...one, after: one.after + after })));
  if (one.kind === "texts" && other.kind === "from")
    return anyOf(one.texts.map((before) => ({ ...other, before: before + other.before })));
  if (one.kind !== "texts" || other.kind !== "texts") return unknown("a text that is worked out");
  if (one.texts.length * other.texts.length > MAX_MEMBERS)
    return unknown("more values than can be looked at");
  const both = one.texts.flatMap((first) => other.texts.map((second) => first + second));
  const size = both.reduce((sum, { length }) => sum + length, 0);
  return size > MAX_CHARS ? unknown("a text without end") : { kind: "texts", texts: both };
}

/** A member of a value, by one of these keys; `null`: by a key that nobody knows. */
export function member(value: Value, keys: readonly string[] | null): Value {
  if (value.kind === "unknown" || value.kind === "from") return value;
  if (value.kind === "any") return anyOf(value.options.map((one) => member(one, keys)));
  if (value.kind === "list") return anyOf(value.items);
  if (value.kind === "texts") return value.texts.length === 0 ? value : unknown("a part of a text");
  if (keys === null) return anyOf([...value.entries.values()]);
  // A key that only stands for something may be any of these.
  const loose = [...value.entries]
    .filter(([key]) => key.includes(BELOW) || key.includes(ROOT_PATH))
    .map(([, one]) => one);
  return anyOf([
    ...loose,
    ...keys.map((key) => value.entries.get(key.normalize()) ?? unknown(`a key ${key} that is not there`)),
  ]);
}

/** The members of a list, a set or an object; null where nobody knows them. */
export function membersOf(value: Value): { key: Value; value: Value }[] | null {
  if (value.kind === "list")
    return value.items.map((item) => ({ key: anyOf([text(BELOW), ...keyOf(item)]), value: item }));
  if (value.kind === "object")
    return [...value.entries].map(([key, item]) => ({ key: text(key), value: item }));
  if (value.kind === "texts" && value.texts.length === 0) return [];
  if (value.kind !== "any") return null;
  const all = value.options.map(membersOf);
  return all.includes(null) ? null : all.flatMap((one) => one ?? []);
}

/** Of a set a key is the member itself, of a list its number: one of the two. */
function keyOf(item: Value): Value[] {
  return item.kind === "texts" ? [item] : [];
}
