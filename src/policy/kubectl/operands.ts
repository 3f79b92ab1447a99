import { canonicalKind } from "#policy/manifests/kinds.ts";
import type { VerbShape } from "./verbs.ts";

/** One thing a command names; name null is every one of the kind, or those a selector finds. */
export type Target = { kind: string; name: string | null };

type Operands = { ok: true; resources: Target[]; rest: string[] } | { ok: false; reason: string };

/** Takes a verb's words apart into what they name and what else they say. `after` is what stands behind `--`. */
export function readOperands(
  shape: VerbShape,
  verb: string,
  words: string[],
  after: string[] | null,
): Operands {
  if (words.includes("-"))
    return { ok: false, reason: '"-" reads what is typed, and nobody is there to type' };
  // Only these hand what follows `--` to a container; for the rest it is more words.
  if (after !== null && ["run", "create job", "create deployment", "create cronjob"].includes(verb)) {
    const read = readWords(shape, words);
    return read.ok ? { ...read, rest: [...read.rest, "--", ...after] } : read;
  }
  return after === null ? readWords(shape, words) : readWords(shape, [...words, ...after]);
}

function readWords(shape: VerbShape, words: string[]): Operands {
  switch (shape.operands) {
    case "none":
      return words.length === 0 ? found([]) : refused(`"${words[0]}" is not expected here`);
    case "words":
      return found([], words);
    case "resources":
      return readResources(words);
    case "pairs":
      return readPairs(words);
    case "account":
      return words.length === 0
        ? refused("it names no service account")
        : withRest(readResources(words.slice(0, -1)), words.slice(-1));
    case "names":
      return readNames(shape.kind ?? "", words);
    case "new":
      return readNew(shape.kind ?? "", words);
    case "log":
      return readLog(words);
  }
}

/** KEY=VALUE and KEY- follow what they are for; after the first of them nothing else may stand. */
function readPairs(words: string[]): Operands {
  const isPair = (word: string) => (word.includes("=") && !word.startsWith("=")) || word.endsWith("-");
  const start = words.findIndex(isPair);
  if (start < 0) return readResources(words);
  const pairs = words.slice(start);
  const late = pairs.find((word) => !isPair(word));
  if (late !== undefined) return refused(`"${late}" stands behind the changes, and targets come first`);
  return withRest(readResources(words.slice(0, start)), pairs);
}

/** TYPE, TYPE NAME…, TYPE,TYPE NAME… or TYPE/NAME…: as soon as one word has a slash, all must. */
function readResources(words: string[]): Operands {
  const [first, ...names] = words;
  if (first === undefined) return found([]);
  const slashed = words.filter((word) => word.includes("/"));
  if (slashed.length > 0 && slashed.length < words.length) {
    return refused(`"${words.join(" ")}" mixes TYPE/NAME with TYPE NAME`);
  }
  if (slashed.length > 0) return readSlashed(words);
  const kinds = first.split(",");
  if (!kinds.every(isKind)) return refused(`"${first}" is not a kind`);
  const wrong = names.find((name) => !isName(name));
  if (wrong !== undefined) return refused(`"${wrong}" is not a name`);
  const each = names.length === 0 ? [null] : names;
  return found(kinds.flatMap((kind) => each.map((name) => ({ kind: canonicalKind(kind), name }))));
}

function readSlashed(words: string[]): Operands {
  const targets: Target[] = [];
  for (const word of words) {
    const [kind = "", name = "", more] = word.split("/");
    if (more !== undefined || !isKind(kind) || !isName(name)) return refused(`"${word}" is not TYPE/NAME`);
    targets.push({ kind: canonicalKind(kind), name });
  }
  return found(targets);
}

/** Names of one kind, which may be written TYPE/NAME too. */
function readNames(kind: string, words: string[]): Operands {
  const targets: Target[] = [];
  for (const word of words) {
    const [before = "", after] = word.split("/", 2);
    const name = after ?? before;
    if (!isName(name) || word.split("/").length > 2) return refused(`"${word}" is not a name`);
    if (after !== undefined && canonicalKind(before) !== kind)
      return refused(`"${word}" is not one of the ${kind}`);
    targets.push({ kind, name });
  }
  return found(targets.length === 0 ? [{ kind, name: null }] : targets);
}

function readNew(kind: string, words: string[]): Operands {
  const [name, ...more] = words;
  if (name === undefined || !isName(name)) return refused(`"${name ?? ""}" is not a name`);
  return more.length === 0 ? found([{ kind, name }]) : refused(`"${more[0]}" is not expected here`);
}

function readLog(words: string[]): Operands {
  const [target, container, more] = words;
  if (target === undefined) return found([{ kind: "pods", name: null }]);
  if (more !== undefined) return refused(`"${more}" is not expected here`);
  const read = readResources([target.includes("/") ? target : `pods/${target}`]);
  return withRest(read, container === undefined ? [] : [container]);
}

/** As kubectl spells a kind: `deploy`, `deployments.v1.apps`, `secrets.v1.`. */
function isKind(word: string): boolean {
  return /^[A-Za-z][A-Za-z0-9.-]*$/.test(word);
}

/** Names of roles and certificate requests may hold colons; slashes and percent signs would be another address. */
function isName(word: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._:@-]*$/.test(word);
}

function found(resources: Target[], rest: string[] = []): Operands {
  return { ok: true, resources, rest };
}

function withRest(read: Operands, rest: string[]): Operands {
  return read.ok ? { ...read, rest } : read;
}

function refused(reason: string): Operands {
  return { ok: false, reason };
}
