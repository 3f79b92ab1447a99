/** What a flag takes: `switch` nothing, or true/false after `=`; `value` one, `list` one each time; `optional` one, only after `=`. */
type Takes = "switch" | "value" | "list" | "optional";

/** The flags of one verb, by the name without dashes: the long one, and what a single letter stands for. */
export type FlagTable = { takes: ReadonlyMap<string, Takes>; short: ReadonlyMap<string, string> };

/** A command line taken apart as the program itself would, or why it was not. */
export type Parsed =
  | {
      ok: true;
      /** What is no flag, in order; `after` is what stands behind `--`, null when there is none. */
      words: string[];
      after: string[] | null;
      /** By long name with its dashes; more than one value only for flags that may be repeated. */
      flags: ReadonlyMap<string, readonly string[]>;
    }
  | { ok: false; reason: string };

const MARKS: Readonly<Record<string, Takes>> = { "?": "switch", "=": "value", "*": "list", "~": "optional" };

/** A table from its words: `o|output=` is a value with a short name, `?` a switch, `*` repeatable, `~` a value only after `=`. */
export function flagTable(...specs: string[]): FlagTable {
  const takes = new Map<string, Takes>();
  const short = new Map<string, string>();
  for (const spec of specs.join(" ").split(" ")) {
    const kind = MARKS[spec.at(-1) ?? ""];
    if (kind === undefined) continue;
    const [first = "", second] = spec.slice(0, -1).split("|");
    takes.set(second ?? first, kind);
    if (second !== undefined) short.set(first, second);
  }
  return { takes, short };
}

/** The same table with no other flags than these: what is left out is refused as unknown. */
export function onlyFlags({ takes, short }: FlagTable, names: ReadonlySet<string>): FlagTable {
  return {
    takes: new Map([...takes].filter(([name]) => names.has(name))),
    short: new Map([...short].filter(([, name]) => names.has(name))),
  };
}

/** What Go's ParseBool takes. */
const TRUTHS = new Map([
  ...["1", "t", "T", "true", "TRUE", "True"].map((word) => [word, "true"] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((word) => [word, "false"] as const),
]);

/**
 * Takes arguments apart as pflag does: flags may stand between words and consume the next one, whatever it looks like
 * (measured: `-n get delete cm x` is a delete); letters may be grouped (`-Aowide`); all behind `--` is words. Unknown
 * flags, empty values and a second value for a flag that takes one are refused.
 */
export function parseFlags(args: readonly string[], table: FlagTable): Parsed {
  const words: string[] = [];
  const flags = new Map<string, string[]>();
  let rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") return { ok: true, words, after: rest, flags };
    if (!word.startsWith("-") || word === "-") {
      words.push(word);
      continue;
    }
    const read = word.startsWith("--") ? readLong(word, rest, table) : readShort(word, rest, table);
    if (!read.ok) return read;
    rest = read.rest;
    for (const [name, value] of read.found) {
      const refusal = keep(flags, name, value, table);
      if (refusal !== null) return { ok: false, reason: refusal };
    }
  }
  return { ok: true, words, after: null, flags };
}

type Read =
  | { ok: true; found: [name: string, value: string][]; rest: string[] }
  | { ok: false; reason: string };

function readLong(word: string, rest: string[], table: FlagTable): Read {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const takes = table.takes.get(name);
  if (takes === undefined) return unknown(name);
  if (equals >= 0) return { ok: true, found: [[name, word.slice(equals + 1)]], rest };
  return withNext(name, takes, rest, []);
}

/** `-Aowide`, `-n=x`, `-nx`, `-n x`: a switch lets the next letter be a flag, anything else ends the word. */
function readShort(word: string, rest: string[], table: FlagTable): Read {
  const found: [string, string][] = [];
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at);
    const name = table.short.get(letter);
    const takes = name === undefined ? undefined : table.takes.get(name);
    if (name === undefined || takes === undefined) return unknown(letter);
    const tail = word.slice(at + 1);
    if (tail.startsWith("=")) return { ok: true, found: [...found, [name, tail.slice(1)]], rest };
    if (takes === "switch") {
      found.push([name, "true"]);
      continue;
    }
    if (tail !== "" && takes !== "optional") return { ok: true, found: [...found, [name, tail]], rest };
    return withNext(name, takes, rest, found);
  }
  return { ok: true, found, rest };
}

function withNext(name: string, takes: Takes, rest: string[], found: [string, string][]): Read {
  if (takes === "switch") return { ok: true, found: [...found, [name, "true"]], rest };
  if (takes === "optional") return { ok: false, reason: `--${name} needs its value after "="` };
  const [value, ...left] = rest;
  if (value === undefined) return { ok: false, reason: `the flag --${name} has no value` };
  return { ok: true, found: [...found, [name, value]], rest: left };
}

function keep(flags: Map<string, string[]>, name: string, value: string, table: FlagTable): string | null {
  const takes = table.takes.get(name);
  const key = `--${name}`;
  const before = flags.get(key);
  if (value === "") return `the flag ${key} has no value`;
  if (before !== undefined && takes !== "list") return `the flag ${key} stands there twice`;
  const truth = takes === "switch" ? TRUTHS.get(value) : value;
  if (truth === undefined) return `the flag ${key} takes true or false, not "${value}"`;
  flags.set(key, [...(before ?? []), truth]);
  return null;
}

function unknown(name: string): Extract<Read, { ok: false }> {
  const dashes = name.length === 1 ? "-" : "--";
  return { ok: false, reason: `the flag ${dashes}${name} is not on the list` };
}
