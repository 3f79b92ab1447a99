import { chance, pick, type Random, shuffled } from "./random.ts";

// What kubectl 1.32 says of its flags. A line with a flag that is on no list is left as it is: better one case fewer
// than a mutation that changes what runs. Left out on purpose: names that are a switch for one verb and take a value
// for another (--raw, --prefix, --containers, --profile).
const valued = new Set(
  "namespace context output selector filename kustomize replicas current-replicas field-selector sort-by timeout image container template for to-revision revision from-literal from-file from-env-file grace-period request-timeout v as as-group token user kubeconfig server cluster patch patch-file type subresource label-columns tail since min max cpu-percent limits requests schedule port name field-manager overrides labels from env keys resource-version chunk-size hard role clusterrole serviceaccount rule verb resource".split(
    " ",
  ),
);
const switches = new Set(
  "all-namespaces watch watch-only follow all force prune recursive ignore-not-found no-headers show-labels show-kind all-containers timestamps previous server-side force-conflicts list resolve local overwrite minify flatten client wait now ignore-daemonsets delete-emptydir-data disable-eviction privileged attach stdin tty rm command interactive insecure-skip-tls-verify".split(
    " ",
  ),
);
/** These take a value only behind `=`, so `--dry-run client` would be something else. */
const fixed = new Set(["dry-run", "validate", "cascade"]);
const shortNames: Record<string, string> = {
  n: "namespace",
  o: "output",
  l: "selector",
  f: "filename",
  k: "kustomize",
  s: "server",
  v: "v",
  A: "all-namespaces",
  w: "watch",
  R: "recursive",
};
const shortNamesOfVerb: Record<string, Record<string, string>> = {
  logs: { n: "namespace", v: "v", l: "selector", c: "container", f: "follow", p: "previous" },
  patch: { ...shortNames, p: "patch" },
  get: { ...shortNames, L: "label-columns" },
  run: { n: "namespace", v: "v", o: "output", l: "labels", i: "stdin", t: "tty" },
  explain: { n: "namespace", v: "v", o: "output" },
  expose: { n: "namespace", v: "v", o: "output", f: "filename", l: "labels" },
};
const global = new Set(["namespace", "context", "request-timeout", "v", "as", "token", "server"]);
/** Their words are a command for a container, or a flag means something of its own there. */
const leftAlone = new Set(["exec", "attach", "debug", "cp", "proxy", "port-forward", "config", "kustomize"]);
const groups = new Set(["rollout", "set", "create", "auth", "certificate", "top"]);

/** Words of the same kind to kubectl. */
const kinds = [
  ["po", "pod", "pods", "Pods"],
  ["deploy", "deployment", "deployments", "deployments.apps", "deployments.v1.apps", "Deployment"],
  ["sts", "statefulset", "statefulsets"],
  ["ds", "daemonset", "daemonsets"],
  ["rs", "replicaset", "replicasets"],
  ["rc", "replicationcontroller", "replicationcontrollers"],
  ["svc", "service", "services", "Services"],
  ["ing", "ingress", "ingresses", "ingresses.networking.k8s.io"],
  ["netpol", "networkpolicy", "networkpolicies"],
  ["cm", "configmap", "configmaps"],
  ["secret", "secrets", "Secrets", "SECRET", "secrets.v1."],
  ["sa", "serviceaccount", "serviceaccounts"],
  ["ns", "namespace", "namespaces"],
  ["no", "node", "nodes", "Nodes"],
  ["pvc", "persistentvolumeclaim", "persistentvolumeclaims"],
  ["pv", "persistentvolume", "persistentvolumes"],
  ["cj", "cronjob", "cronjobs"],
  ["job", "jobs", "jobs.batch"],
  ["hpa", "horizontalpodautoscaler", "horizontalpodautoscalers"],
];
const namesKinds = new Set(
  "get describe delete scale label annotate patch autoscale expose wait rollout taint".split(" "),
);
const oneName = new Set("get delete scale patch autoscale expose rollout label annotate".split(" "));

type Flag = { name: string; value: string | null; text: string[] };
type Word = { word: string };
type Item = Word | Flag;
type Parsed = { items: Item[]; verbAt: number; short: Record<string, string>; tail: string[] };

/**
 * The same kubectl command in other words, or the argv as it was where that is not certain. Kept: verb, targets, every
 * flag's value. Changed: the order of flags, global flags before the verb, `--flag value` and `--flag=value`, `-n x`,
 * `-nx`, `-n=x` and `--namespace x`, a switch and its spelled-out value, short, singular, plural and full names of
 * kinds, TYPE NAME and TYPE/NAME, `./` before a file, and a harmless flag more (--request-timeout=30s, -v=1).
 */
export function sayKubectlOtherwise(args: string[], random: Random): string[] {
  const parsed = parse(args);
  if (parsed === null) return args;
  renameKinds(parsed, random);
  joinTypeAndName(parsed, random);
  const moved = moveFlags(parsed, random);
  if (chance(random, 0.2)) addHarmlessFlag(moved, random);
  return [...moved.flatMap((item) => spell(item, parsed.short, random)), ...parsed.tail];
}

function parse(args: string[]): Parsed | null {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const parsed: Parsed = { items: [], verbAt: -1, short: shortNames, tail: args.slice(end) };
  for (let at = 0; at < end; at++) {
    const text = args[at] ?? "";
    const item = readItem(text, at + 1 < end ? args[at + 1] : undefined, parsed);
    if (item === null) return null;
    if (!("word" in item)) at += item.text.length - 1;
    parsed.items.push(item);
  }
  return parsed.verbAt === -1 ? null : parsed;
}

function readItem(text: string, next: string | undefined, parsed: Parsed): Item | null {
  const beforeVerb = parsed.verbAt === -1;
  if (text.startsWith("-") && text !== "-") {
    const flag = readFlag(text, next, parsed.short);
    return flag === null || (beforeVerb && !global.has(flag.name)) ? null : flag;
  }
  if (beforeVerb) {
    if (leftAlone.has(text)) return null;
    parsed.verbAt = parsed.items.length;
    parsed.short = shortNamesOfVerb[text] ?? shortNames;
  }
  return { word: text };
}

function readFlag(text: string, next: string | undefined, short: Record<string, string>): Flag | null {
  const long = text.startsWith("--");
  const name = long ? (text.slice(2).split("=")[0] ?? "") : (short[text.charAt(1)] ?? "");
  const rest = text.slice(2 + (long ? name.length : 0));
  if (valued.has(name)) {
    if (rest !== "") return { name, value: rest.replace(/^=/, ""), text: [text] };
    return next === undefined ? null : { name, value: next, text: [text, next] };
  }
  if (rest.startsWith("=") && (fixed.has(name) || switches.has(name)))
    return { name, value: rest.slice(1), text: [text] };
  return rest === "" && switches.has(name) ? { name, value: null, text: [text] } : null;
}

function wordsOf(parsed: Parsed): Word[] {
  return parsed.items.filter((item): item is Word => "word" in item);
}

/** How many words the verb has: `get`, `rollout undo`, `create secret generic`. */
function verbWords(words: Word[]): number {
  const [verb = "", sub = ""] = words.map((item) => item.word);
  const wanted = verb === "create" && ["secret", "service", "svc"].includes(sub) ? 3 : 2;
  return groups.has(verb) ? Math.min(wanted, words.length) : 1;
}

/** The words after the verb and its subverb. */
function targetsOf(parsed: Parsed): { verb: string; targets: { word: string }[] } {
  const words = wordsOf(parsed);
  const verb = words[0]?.word ?? "";
  return { verb, targets: words.slice(verbWords(words)) };
}

function renameKinds(parsed: Parsed, random: Random): void {
  const { verb, targets } = targetsOf(parsed);
  if (!namesKinds.has(verb)) return;
  for (const [index, item] of targets.entries()) {
    const [kind = "", ...name] = item.word.split("/");
    if (index > 0 && name.length === 0) return;
    const renamed = kind
      .split(",")
      .map((word) => pick(random, kinds.find((set) => set.includes(word)) ?? [word]));
    item.word = [renamed.join(","), ...name].join("/");
  }
}

function joinTypeAndName(parsed: Parsed, random: Random): void {
  const { verb, targets } = targetsOf(parsed);
  const [kind, name, ...more] = targets;
  const given = new Set(parsed.items.map((item) => ("word" in item ? "" : item.name)));
  const byName = !["all", "selector", "filename", "kustomize"].some((flag) => given.has(flag));
  if (kind === undefined || !oneName.has(verb) || !byName || !chance(random, 0.5)) return;
  if (name === undefined || name.word.includes("=") || name.word.endsWith("-")) {
    const [type, only, extra] = kind.word.split("/");
    if (type === undefined || only === undefined || extra !== undefined) return;
    if (targets.length > 1 && verb !== "label" && verb !== "annotate") return;
    kind.word = type;
    parsed.items.splice(parsed.items.indexOf(kind) + 1, 0, { word: only });
    return;
  }
  if (kind.word.includes("/") || kind.word.includes(",") || name.word.includes("/")) return;
  if (!more.every((item) => item.word.includes("="))) return;
  kind.word = `${kind.word}/${name.word}`;
  parsed.items.splice(parsed.items.indexOf(name), 1);
}

function moveFlags(parsed: Parsed, random: Random): Item[] {
  const flags = parsed.items.filter((item): item is Flag => !("word" in item));
  const words = wordsOf(parsed);
  // Of a flag given twice the last wins: then their order is their meaning.
  if (new Set(flags.map((flag) => flag.name)).size < flags.length) return parsed.items;
  const first = verbWords(words);
  const placed: Item[] = words.slice(0, first);
  for (const word of words.slice(first)) placed.push(word);
  for (const flag of shuffled(random, flags)) {
    const least = global.has(flag.name) ? 0 : placed.findIndex((item) => item === words[first - 1]) + 1;
    placed.splice(least + Math.floor(random() * (placed.length - least + 1)), 0, flag);
  }
  return placed;
}

function addHarmlessFlag(items: Item[], random: Random): void {
  const flag = pick(random, [
    { name: "request-timeout", value: "30s", text: ["--request-timeout=30s"] },
    { name: "v", value: "1", text: ["-v=1"] },
  ]);
  if (items.some((item) => !("word" in item) && item.name === flag.name)) return;
  items.splice(chance(random, 0.5) ? 0 : items.length, 0, flag);
}

function spell(item: Item, short: Record<string, string>, random: Random): string[] {
  if ("word" in item) return [item.word];
  const { name } = item;
  if (fixed.has(name) || chance(random, 0.3)) return item.text;
  const letter = Object.keys(short).find((key) => short[key] === name);
  if (switches.has(name)) return [spellSwitch(item, letter, random)];
  const value = withDot(name, item.value ?? "", random);
  const forms = [[`--${name}=${value}`]];
  if (value !== "") forms.push([`--${name}`, value]);
  if (letter !== undefined && value !== "") {
    forms.push([`-${letter}`, value], [`-${letter}=${value}`]);
    if (!value.startsWith("=")) forms.push([`-${letter}${value}`]);
  }
  return pick(random, forms);
}

function spellSwitch({ name, value, text }: Flag, letter: string | undefined, random: Random): string {
  const on = value === null || ["true", "1", "t", "T", "TRUE", "True"].includes(value);
  const off = value !== null && ["false", "0", "f", "F", "FALSE", "False"].includes(value);
  if (!on && !off) return text[0] ?? "";
  const forms = on ? ["", "=true", "=1", "=t"] : ["=false", "=0", "=F"];
  return `${letter !== undefined && chance(random, 0.5) ? `-${letter}` : `--${name}`}${pick(random, forms)}`;
}

/** `./` before a plain path of the workspace means the same file. */
function withDot(name: string, value: string, random: Random): string {
  const plain = name === "filename" && /^[a-z][a-z0-9/._-]*$/i.test(value) && chance(random, 0.3);
  return plain ? `./${value}` : value;
}
