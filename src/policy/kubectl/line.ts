import { parseFlags } from "#policy/flags.ts";
import { readOperands, type Target } from "./operands.ts";
import { REFUSED_VERBS } from "./refused.ts";
import { allFlags, allowedFlags, whyNoFlag } from "./tables.ts";
import { ALIASES, VERBS, type VerbShape } from "./verbs.ts";

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
  const parsed = parseFlags(found.rest, allowedFlags(verb));
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

/** A flag that stands before the verb, and how many words kubectl takes it for, itself included, while it looks for the verb. */
type Skipped = { word: string; width: number };

/**
 * Finds verb and subverb as cobra does: the first word that no flag before it consumes, with the flags known at that level.
 * One that is not known there consumes the next word, so that `-o wide get pods` is a get, and `-A get pods` looks for the
 * verb "pods" (measured with 1.32).
 */
function findVerb(args: readonly string[]): Found | Refusal {
  let verb = "";
  let rest = [...args];
  const skipped: Skipped[] = [];
  for (;;) {
    const at = nextWord(rest, verb, skipped);
    const word = rest[at] ?? "";
    const next = childOf(verb, word);
    if (next === null) return asVerb(verb, word, rest, skipped);
    const why = own(REFUSED_VERBS, next);
    if (why !== undefined) {
      return { ok: false, reason: `kubectl: "${next}" is not on the list of allowed commands: ${why}` };
    }
    verb = next;
    rest = rest.toSpliced(at, 1);
  }
}

function asVerb(verb: string, word: string, rest: string[], skipped: readonly Skipped[]): Found | Refusal {
  const shape = own(VERBS, verb);
  const odd = skipped.find(({ word, width }) =>
    shape === undefined ? width === 2 && !isGlobal(word) : width !== widthOf(word, verb),
  );
  if (odd !== undefined) return { ok: false, reason: misplaced(odd.word) };
  if (shape !== undefined) return { ok: true, verb, shape, rest };
  return {
    ok: false,
    reason: `kubectl: "${`${verb} ${word}`.trim()}" is not on the list of allowed commands`,
  };
}

/** What was skipped as a flag's value while the verb reads a switch there would be read in two ways. */
function misplaced(word: string): string {
  const why = whyNoFlag("", nameOf(word, ""));
  return why === null
    ? `kubectl: the flag ${word} is not on the list of those that stand before a verb: there kubectl takes the next word for its value`
    : `kubectl: the flag ${word} is not on the list${why}`;
}

function isGlobal(word: string): boolean {
  return allFlags("").takes.has(nameOf(word, ""));
}

/** Where the next word stands that is neither a flag nor consumed by one; behind the last where there is none before `--`. */
function nextWord(args: readonly string[], verb: string, skipped: Skipped[]): number {
  let at = 0;
  for (let word = args[at]; word !== undefined && word !== "--"; word = args[at]) {
    if (!word.startsWith("-")) return at;
    const width = widthOf(word, verb);
    skipped.push({ word, width });
    at += width;
  }
  return args.length;
}

/** How many words a flag takes up while a verb is looked for below this one, itself included. */
function widthOf(word: string, verb: string): 1 | 2 {
  const isLong = word.startsWith("--");
  if (word.includes("=") || (!isLong && word.length !== 2)) return 1;
  const takes = allFlags(verb).takes.get(nameOf(word, verb));
  return takes === "switch" || takes === "optional" ? 1 : 2;
}

function nameOf(word: string, verb: string): string {
  return word.startsWith("--") ? word.slice(2) : (allFlags(verb).short.get(word.slice(1)) ?? word.slice(1));
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

function explain(reason: string, verb: string): string {
  const name = /^the flag --?([A-Za-z0-9-]+) is not on the list$/.exec(reason)?.[1];
  return `kubectl ${verb}: ${reason}${name === undefined ? "" : (whyNoFlag(verb, name) ?? "")}`;
}

/** A table is asked only for what it holds itself: `constructor` is no verb. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
