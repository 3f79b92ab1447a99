import { type Command, type Context, fileFlags, selectFlags, writeFlags } from "./command.ts";
import { editChosen } from "./edit.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { isOn } from "./flags.ts";
import type { KubeObject } from "./state.ts";
import { targetsOf } from "./targets.ts";

const flags = {
  ...selectFlags,
  ...fileFlags,
  ...writeFlags,
  "all-namespaces,A": "bool",
  list: "bool",
  local: "bool",
  overwrite: "bool",
  "resource-version": "text",
} as const;

/** `kubectl label`. */
export const label: Command = { flags, run: (context) => run(context, "label") };
/** `kubectl annotate`. */
export const annotate: Command = { flags, run: (context) => run(context, "annotation") };

type Note = "label" | "annotation";
type Update = { set: Map<string, string>; gone: string[] };

const NAME = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const A = { label: "a label", annotation: "an annotation" };
const MAX_LABEL = 63;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

async function run(context: Context, note: Note): Promise<void> {
  const { line } = context;
  for (const flag of ["all-namespaces", "list", "local", "resource-version", "field-selector"])
    if (line.flags.has(flag)) throw notInThePlayground(`"${context.path} --${flag}"`);
  const isUpdate = (word: string) => /^[^=]+=/.test(word) || word.endsWith("-");
  const from = line.words.findIndex(isUpdate);
  const words = from < 0 ? line.words : line.words.slice(0, from);
  if (from < 0) throw new KubectlError(`error: at least one ${note} update is required`);
  const update = updateOf(line.words.slice(from), note);
  const targets = await targetsOf(context, words);
  const field = note === "label" ? "labels" : "annotations";
  const overwrite = isOn(line, "overwrite");
  await editChosen(
    context,
    targets,
    ({ metadata }) => {
      const before = metadata[field] ?? {};
      if (!overwrite) refuseOverwriting(before, update, note);
      const kept = Object.entries(before).filter(([key]) => !update.gone.includes(key));
      const after = { ...Object.fromEntries(kept), ...Object.fromEntries(update.set) };
      if (Object.keys(after).length > 0 || metadata[field] !== undefined) metadata[field] = after;
    },
    (changed) => wordFor(note, changed, update),
  );
}

function updateOf(words: string[], note: Note): Update {
  const update: Update = { set: new Map(), gone: [] };
  for (const word of words) {
    const at = word.indexOf("=");
    const key = at < 0 ? word.slice(0, -1) : word.slice(0, at);
    if ((at < 0 && !word.endsWith("-")) || !NAME.test(key))
      throw new KubectlError(`error: invalid ${note} spec: ${word}`);
    if (at < 0) update.gone.push(key);
    else update.set.set(key, note === "label" ? labelValue(word) : word.slice(at + 1));
  }
  const both = update.gone.some((key) => update.set.has(key));
  if (both) throw new KubectlError(`error: can not both modify and remove ${A[note]} in the same command`);
  return update;
}

function labelValue(word: string): string {
  const value = word.slice(word.indexOf("=") + 1);
  if (LABEL_VALUE.test(value) && value.length <= MAX_LABEL) return value;
  throw new KubectlError(
    `error: invalid label value: "${word}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  );
}

function refuseOverwriting(
  before: NonNullable<KubeObject["metadata"]["labels"]>,
  update: Update,
  note: Note,
) {
  const taken = [...update.set]
    .filter(([key, value]) => before[key] !== undefined && before[key] !== value)
    .map(([key]) => `'${key}' already has a value (${before[key]})`);
  if (taken.length === 0) return;
  throw new KubectlError(
    note === "label"
      ? `error: ${taken.join(", ")}, and --overwrite is false`
      : `error: --overwrite is false but found the following declared annotation(s): ${taken.join("; ")}`,
  );
}

function wordFor(note: Note, changed: boolean, update: Update): string {
  if (note === "annotation") return "annotated";
  if (!changed) return "not labeled";
  return update.set.size > 0 ? "labeled" : "unlabeled";
}
