import type { Plan } from "#change/plan.ts";
import { slips } from "#change/slips.ts";
import { readTarget } from "#change/target.ts";

/** Said by a person: the request, answers, wishes. */
export type Said = readonly string[];

const COMMON =
  "the and for all with from into new old not set get add run app apps pod pods service services deployment deployments replica replicas image config configmap secret namespace cluster server node".split(
    " ",
  );
/** Of a word that short, one slip is another word. */
const LONG = 5;
const SHORT = 4;

/**
 * What a plan names that nobody asked for: targets, images, hosts. Asked for is a name that is a word somebody said, is a part
 * of one or has one for a part, or is a slip or two from it; `places`, the names of environments and their namespaces, ask for
 * nothing but themselves. What a look shows may be written by anybody, so a plan with such a name is never run unasked
 * (docs/architecture.md, invariant 14).
 */
export function unaskedOf(
  plan: Plan,
  targets: readonly string[],
  said: Said,
  places: readonly string[],
): string[] {
  const words = wordsOf(said);
  const common = new Set([
    ...COMMON,
    ...[...places, ...targets.map((key) => readTarget(key).namespace)].map((place) => place.toLowerCase()),
  ]);
  const isInWords = (name: string): boolean =>
    plan.plan.some(({ args }) => args.some((word) => namesIn(word, name)));
  const isOfFile = isFileSaid(plan, said);
  const named = targets.flatMap((key) => {
    const { tool, name } = readTarget(key);
    if (tool === "terraform" || name === "*") return [];
    return isOfFile && !isInWords(name) ? [] : [name];
  });
  const wanted = plan.plan.flatMap(({ tool, args, dir }) => [
    ...(tool === "terraform" ? [dir.split("/").at(-1) ?? ""] : []),
    ...(args[0] === "set" && args[1] === "image" ? args.flatMap(imageOf) : []),
    ...args.flatMap(hostOf),
  ]);
  const names = [...named, ...wanted].filter((name) => name !== "");
  return [...new Set(names)].filter((name) => !isAsked(name.toLowerCase(), words, common)).toSorted();
}

/** A sentence for the card. */
export function unaskedWords(names: readonly string[]): string {
  return `${names.join(", ")} ${names.length === 1 ? "was" : "were"} not in the request`;
}

function wordsOf(said: Said): string[] {
  const words = said.flatMap(
    (text) => text.toLowerCase().match(/[a-z0-9][a-z0-9._/:@-]*[a-z0-9]|[a-z0-9]/g) ?? [],
  );
  const pairs = words.slice(1).flatMap((word, at) => [`${words[at]}-${word}`, `${words[at]}${word}`]);
  return [...words, ...words.flatMap((word) => word.split(/[/:@]/)), ...pairs].filter((word) => word !== "");
}

function isAsked(name: string, words: readonly string[], common: ReadonlySet<string>): boolean {
  if (words.includes(name)) return true;
  const parts = name.split("-").filter((part) => part.length > 2);
  // A place or a common word is a part of many names, and means none of them.
  const telling = words.filter((word) => word.length > 2 && !common.has(word));
  return telling.some(
    (word) =>
      (name.length > 2 && word.includes(name)) ||
      parts.includes(word) ||
      name.startsWith(`${word}-`) ||
      (name.length >= LONG && word.length >= LONG && slips(word, name) <= 2) ||
      (name.length >= SHORT && word.length >= SHORT && slips(word, name) <= 1),
  );
}

/** `web=registry.example/web:2.5.0`: the version is what people say. */
function imageOf(word: string): string[] {
  const image = /^[^=/]+=(.+)$/.exec(word)?.[1];
  if (image === undefined) return [];
  return [/(?:@sha256:|:)([^:/]+)$/.exec(image)?.[1] ?? image];
}

function hostOf(word: string): string[] {
  return [...word.matchAll(/https?:\/\/([^/\s"':]+)/g)].map(({ 1: host = "" }) => host);
}

/** Whether a word of a command names it: `web`, `deployment/web`, `web,api`. */
function namesIn(word: string, name: string): boolean {
  return word.split(/[/,]/).includes(name);
}

/** What a manifest names, and no command does, is asked for with its file. */
function isFileSaid(plan: Plan, said: Said): boolean {
  const text = said.join(" ").toLowerCase();
  const files = plan.plan.flatMap(({ args }) =>
    args.flatMap((word, at) => (["-f", "--filename", "-k"].includes(args[at - 1] ?? "") ? [word] : [])),
  );
  const name = (path: string): string => (path.split("/").at(-1) ?? path).replace(/\.\w+$/, "").toLowerCase();
  return files.length > 0 && files.every((path) => text.includes(name(path)));
}
