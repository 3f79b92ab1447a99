import { type FlagTable, flagTable, parseFlags } from "#policy/flags.ts";
import { ALIASES, GLOBAL_FLAGS, VERBS, type VerbShape } from "./flags.ts";
import { readOperands, type Target } from "./operands.ts";
import { REFUSED_FLAGS, REFUSED_VERBS } from "./refused.ts";

/** One kubectl command, read as kubectl 1.32 reads it. */
export type KubectlLine = {
  /** With its subverb, aliases resolved: "get", "rollout undo", "create deployment", "create secret generic". */
  verb: string;
  /** What it names: canonical plural kinds in lower case (a CRD as written, in lower case); name null is all, or by selector. */
  resources: Target[];
  /** What else stands there, in order: "app=img:1", "key-", the name of a container. What follows `--` comes last, after a "--". */
  operands: string[];
  namespace: string | null;
  allNamespaces: boolean;
  context: string | null;
  /** By canonical long name ("--replicas"), a switch as "true" or "false". More than one value only where kubectl takes a flag repeatedly. */
  flags: ReadonlyMap<string, readonly string[]>;
  dryRun: "none" | "client" | "server";
};

type Refusal = { ok: false; reason: string };

/** Reads kubectl's arguments, without the program's name. Whatever is not on the list of verbs, flags and forms is refused, with the reason in words. */
export function readKubectl(args: readonly string[]): { ok: true; line: KubectlLine } | Refusal {
  const found = findVerb(args);
  if (!found.ok) return found;
  const { verb, shape } = found;
  const parsed = parseFlags(found.rest, tableOf(verb));
  if (!parsed.ok) return { ok: false, reason: explain(parsed.reason, verb) };
  const { words, after, flags } = parsed;
  const operands = readOperands(shape, verb, words, after);
  if (!operands.ok) return { ok: false, reason: `kubectl ${verb}: ${operands.reason}` };
  const dryRun = first(flags, "--dry-run") ?? "none";
  if (dryRun !== "none" && dryRun !== "client" && dryRun !== "server") {
    return { ok: false, reason: `kubectl ${verb}: --dry-run is none, client or server, not "${dryRun}"` };
  }
  const { resources, rest } = operands;
  const line: KubectlLine = {
    verb,
    resources,
    operands: rest,
    namespace: first(flags, "--namespace"),
    allNamespaces: first(flags, "--all-namespaces") === "true",
    context: first(flags, "--context"),
    flags,
    dryRun,
  };
  return { ok: true, line };
}

/** Whether a verb, or a group of them, is called so here, allowed or refused; `instead`: what another name of it stands for. */
export function knowsKubectlVerb(verb: string): { known: boolean; instead: string | null } {
  const group = verb.slice(0, Math.max(0, verb.lastIndexOf(" ")));
  const name = own(ALIASES, verb);
  return { known: children.has(verb), instead: name === undefined ? null : `${group} ${name}` };
}

/** The one value of a flag, or null when it is not there. Names bear their dashes: "--replicas". */
export function flagOf(line: KubectlLine, name: string): string | null {
  return first(line.flags, name);
}

function first(flags: ReadonlyMap<string, readonly string[]>, name: string): string | null {
  return flags.get(name)?.[0] ?? null;
}

type Found = { ok: true; verb: string; shape: VerbShape; rest: string[] };

/**
 * Finds verb and subverb as cobra does: the first word that no flag before it consumes, with the flags known at that level
 * (`-A get pods` looks for the verb "pods", since -A is no flag of kubectl itself and so consumes a word).
 */
function findVerb(args: readonly string[]): Found | Refusal {
  let verb = "";
  let rest = [...args];
  for (;;) {
    const at = nextWord(rest, tableOf(verb));
    if (at !== null && typeof at !== "number") return at;
    const word = at === null ? "" : (rest[at] ?? "");
    const next = childOf(verb, word);
    if (next === null || at === null) return asVerb(verb, word, rest);
    const why = own(REFUSED_VERBS, next);
    if (why !== undefined) {
      return { ok: false, reason: `kubectl: "${next}" is not on the list of allowed commands: ${why}` };
    }
    verb = next;
    rest = rest.toSpliced(at, 1);
  }
}

function asVerb(verb: string, word: string, rest: string[]): Found | Refusal {
  const shape = own(VERBS, verb);
  if (shape !== undefined) return { ok: true, verb, shape, rest };
  return {
    ok: false,
    reason: `kubectl: "${`${verb} ${word}`.trim()}" is not on the list of allowed commands`,
  };
}

/** Where the next word stands that is neither a flag nor consumed by one; null when there is none before `--`. */
function nextWord(args: readonly string[], table: FlagTable): number | null | Refusal {
  let at = 0;
  for (let word = args[at]; word !== undefined && word !== "--"; word = args[at]) {
    if (!word.startsWith("-")) return at;
    const width = widthOf(word, table);
    if (typeof width !== "number") return width;
    at += width;
  }
  return null;
}

/** How many words a flag takes up here, itself included. */
function widthOf(word: string, table: FlagTable): number | Refusal {
  const isLong = word.startsWith("--");
  if (word.includes("=") || (!isLong && word.length !== 2)) return 1;
  const name = isLong ? word.slice(2) : (table.short.get(word.slice(1)) ?? word.slice(1));
  const takes = table.takes.get(name);
  if (takes !== undefined) return takes === "value" || takes === "list" ? 2 : 1;
  const why = own(REFUSED_FLAGS, name);
  return {
    ok: false,
    reason: `kubectl: the flag ${word} is not on the list of those that stand before a verb${why === undefined ? "" : `: ${why}`}`,
  };
}

const children = new Set(
  [...Object.keys(VERBS), ...Object.keys(REFUSED_VERBS)].flatMap((verb) => {
    const words = verb.split(" ");
    return words.map((_, index) => words.slice(0, index + 1).join(" "));
  }),
);

function childOf(verb: string, word: string): string | null {
  const name = verb === "" ? word : `${verb} ${own(ALIASES, `${verb} ${word}`) ?? word}`;
  return children.has(name) ? name : null;
}

const tables = new Map(
  ["", ...children].map((verb) => [verb, flagTable(GLOBAL_FLAGS, own(VERBS, verb)?.flags ?? "")] as const),
);
const noFlags = flagTable("");

function tableOf(verb: string): FlagTable {
  return tables.get(verb) ?? noFlags;
}

function explain(reason: string, verb: string): string {
  const name = /^the flag --?([a-z-]+) is not on the list$/.exec(reason)?.[1];
  const why = name === undefined ? undefined : own(REFUSED_FLAGS, name);
  return `kubectl ${verb}: ${reason}${why === undefined ? "" : `: ${why}`}`;
}

/** A table is asked only for what it holds itself: `constructor` is no verb. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
