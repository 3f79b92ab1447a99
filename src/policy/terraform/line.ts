import { flagTable } from "#policy/flags.ts";
import { FLAG_RULES, REFUSED_FLAGS, STRIPPED } from "./flags.ts";
import { FLAGS_OF } from "./flags-from-help.ts";
import { REFUSED_VERBS, VERBS, type VerbRule } from "./verbs.ts";

/** A terraform command line taken apart as terraform does it. `flags` hold every value a flag was given, in order. */
export type TerraformLine = {
  verb: string;
  rule: VerbRule;
  chdir: string | null;
  flags: ReadonlyMap<string, readonly string[]>;
  operands: readonly string[];
};
type Refused = { ok: false; reason: string };
type Flags = Map<string, string[]>;

const HELP: ReadonlySet<string> = new Set(["-h", "-help", "--help"]);
const VERSION: ReadonlySet<string> = new Set(["-v", "-version", "--version"]);
/** Verbs that know `-compact-warnings`. */
const COMPACT: ReadonlySet<string> = new Set(["plan", "apply", "destroy", "refresh"]);

/** Takes a line apart: `-chdir=`, the verb, flags up to the first operand, operands. "help": it only prints how terraform is used. */
export function parseTerraform(
  args: readonly string[],
): { ok: true; line: TerraformLine } | { ok: true; line: "help" } | Refused {
  if (args.some((word) => HELP.has(word))) return help(args);
  const [first = "", ...others] = args;
  const chdir = first.startsWith("-chdir=") ? first.slice("-chdir=".length) : null;
  const rest = chdir === null ? args : others;
  const global = rest[0] ?? "";
  if (VERSION.has(global) && rest.length === 1) return lineOf("version", chdir, []);
  if (global.startsWith("-")) {
    return no(
      `terraform: ${global} may not stand before the verb; only one -chdir=DIR, with an equals sign, may`,
    );
  }
  // terraform knows "state list" as two words only.
  if (global.includes(" ")) return no(`terraform: "${global}" is not on the list of allowed commands`);
  const two = rest.slice(0, 2).join(" ");
  const isTwo = has(VERBS, two) || has(REFUSED_VERBS, two);
  return isTwo ? lineOf(two, chdir, rest.slice(2)) : lineOf(global, chdir, rest.slice(1));
}

/** terraform looks for help before all else, wherever it stands; with anything odd beside it, the line is not clear enough. */
function help(args: readonly string[]): { ok: true; line: "help" } | Refused {
  const words = args.filter((word) => !HELP.has(word));
  const clear = words.length <= 2 && words.every((word) => /^[a-z-]+$/.test(word) && !word.startsWith("-"));
  return clear
    ? { ok: true, line: "help" }
    : no("terraform: -help beside other flags is not clear; ask for help alone");
}

function lineOf(verb: string, chdir: string | null, words: readonly string[]) {
  const refused = own(REFUSED_VERBS, verb);
  if (refused !== undefined) return no(`terraform ${verb} is refused: ${refused}`);
  const rule = own(VERBS, verb);
  if (rule === undefined) return no(`terraform: "${verb}" is not on the list of allowed commands`);
  const split = splitWords(verb, rule, words);
  if (!split.ok) return no(`terraform ${verb}: ${split.reason}`);
  return {
    ok: true as const,
    line: { verb, rule, chdir, flags: split.flags, operands: split.operands },
  };
}

function splitWords(
  verb: string,
  rule: VerbRule,
  words: readonly string[],
): { ok: true; flags: Flags; operands: string[] } | Refused {
  const fault = strippedFault(verb, words);
  if (fault !== null) return no(fault);
  const flags: Flags = new Map();
  const kept = words.filter((word) => !STRIPPED.has(word));
  let at = 0;
  while (kept[at]?.startsWith("-")) {
    const taken = takeFlag(flags, { verb, rule }, kept[at] ?? "", kept[at + 1]);
    if (typeof taken === "string") return no(taken);
    at += taken;
  }
  const operands = kept.slice(at);
  const late = operands.find((word) => word.startsWith("-"));
  if (late !== undefined) return no(`${late} stands behind ${operands[0]}, where terraform reads no flags`);
  return { ok: true, flags, operands };
}

/** What is wrong with a flag terraform strips: it has none such, or it stands where another flag's value is expected. */
function strippedFault(verb: string, words: readonly string[]): string | null {
  for (const [index, word] of words.entries()) {
    if (!STRIPPED.has(word)) continue;
    if (word === "-compact-warnings" && !COMPACT.has(verb)) return `it has no flag ${word}`;
    const before = words.slice(0, index).findLast((one) => !STRIPPED.has(one));
    if (waitsForValue(verb, before)) return `${before} has no value: terraform skips ${word}`;
  }
  return null;
}

/** Whether a word is a flag that takes the next word as its value. */
function waitsForValue(verb: string, word: string | undefined): boolean {
  if (word === undefined || !word.startsWith("-") || word.includes("=")) return false;
  return takesOf(verb, word.replace(/^--/, "-")) !== "switch";
}

type KnownVerb = { verb: string; rule: VerbRule };

/** Takes one flag off the line; says how many words it was, or what is wrong with it. */
function takeFlag(
  flags: Flags,
  { verb, rule }: KnownVerb,
  word: string,
  next: string | undefined,
): number | string {
  const [, name = "", given] = /^-?(-[^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (name === "-" || name === "") return `"${word}" is not allowed here`;
  const refused = whyNoFlag({ verb, rule }, name);
  if (refused !== null) return refused;
  const takes = takesOf(verb, name) ?? "value";
  if (flags.has(name) && own(FLAG_RULES, name)?.many === undefined)
    return `the flag ${name} stands there twice`;
  const value = given ?? (takes === "switch" ? "true" : next) ?? "";
  const fault = valueFault(name, takes, value);
  if (fault !== null) return `the flag ${name} ${fault}`;
  flags.set(name, [...(flags.get(name) ?? []), value]);
  return takes === "value" && given === undefined ? 2 : 1;
}

function whyNoFlag({ verb, rule }: KnownVerb, name: string): string | null {
  const refused = own(rule.never ?? {}, name) ?? own(REFUSED_FLAGS, name);
  if (refused !== undefined) return `${name} is refused: ${refused}`;
  const known = takesOf(verb, name) !== undefined;
  if (known && rule.flags.includes(name)) return null;
  return `the flag ${name} is not on its list${known ? ": terraform has it, and nobody has judged it here" : ""}`;
}

/** Go also reads 1, t, TRUE and more as true; whoever means it can write it plainly. */
function valueFault(name: string, takes: "switch" | "value", value: string): string | null {
  if (value === "") return "has no value";
  if (takes === "switch" && value !== "true" && value !== "false")
    return `must be true or false, not "${value}"`;
  return own(FLAG_RULES, name)?.whyNot?.(value) ?? null;
}

const tables = new Map(
  Object.entries(FLAGS_OF).map(([verb, specs]) => [verb, flagTable(specs).takes] as const),
);

/** How terraform reads a flag of a verb; undefined where it has none such. */
function takesOf(verb: string, name: string): "switch" | "value" | undefined {
  const takes = tables.get(verb)?.get(name);
  return takes === undefined || takes === "switch" ? takes : "value";
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function has(table: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(table, name);
}

function no(reason: string): Refused {
  return { ok: false, reason };
}
