import { type Command, type Context, chosenObjects, report, writeFlags, writerOf } from "./command.ts";
import { editChosen } from "./edit.ts";
import { KubectlError } from "./errors.ts";
import { changeState } from "./file.ts";
import { dryRunOf, flagOf, isOn } from "./flags.ts";
import { kindOf, type Target } from "./kinds.ts";
import type { KubeObject } from "./state.ts";
import { editStored, findStored } from "./store.ts";

type Taint = { key: string; value?: string; effect: string };

const CORDON_FLAGS = { "dry-run": { optional: "unchanged" }, "selector,l": "text" } as const;

/** `kubectl cordon`. */
export const cordon: Command = { flags: CORDON_FLAGS, run: (context) => change(context, true) };
/** `kubectl uncordon`. */
export const uncordon: Command = { flags: CORDON_FLAGS, run: (context) => change(context, false) };
/** `kubectl taint nodes NAME KEY=VALUE:EFFECT …`. */
export const taint: Command = {
  flags: {
    ...writeFlags,
    "selector,l": "text",
    all: "bool",
    overwrite: "bool",
    validate: { optional: "strict" },
  },
  run: runTaint,
};

async function change(context: Context, isOff: boolean): Promise<void> {
  const mode = dryRunOf(context.line);
  const kind = kindOf("nodes");
  const word = isOff ? "cordoned" : "uncordoned";
  if (context.line.words.length === 0 && flagOf(context.line, "selector") === undefined)
    throw new KubectlError(
      `error: USAGE: ${context.path} NODE [flags]\nSee 'kubectl ${context.path} -h' for help and examples`,
    );
  const names = context.line.words.map((name) => name.replace(/^nodes?\//, ""));
  const targets: Target[] =
    names.length === 0 ? [{ kind, name: null }] : names.map((name) => ({ kind, name }));
  await changeState(context.stateFile, (real) => {
    const now = Date.now();
    const state = mode === null ? real : structuredClone(real);
    for (const { object } of chosenObjects(context, state, targets, now)) {
      const stored = findStored(state, kind, "", object.metadata.name);
      if (stored === null) continue;
      const writing = { dryRun: mode !== null, now, writer: writerOf(context) };
      const changed = editStored(state, stored, writing, ({ spec }) => {
        if (spec !== undefined) spec["unschedulable"] = isOff;
      });
      report(context, kind, object, changed ? word : `already ${word}`, mode);
    }
  });
}

async function runTaint(context: Context): Promise<void> {
  const { words } = context.line;
  const isChange = (word: string): boolean =>
    /^[^/=:]+(\/[^=:]+)?(=[^:]*)?(:\w+)?-?$/.test(word) && /[:=]|-$/.test(word);
  const from = words.findIndex((word, index) => index > 0 && isChange(word));
  if (from < 0) throw new KubectlError("error: at least one taint update is required");
  const kind = kindOf("nodes");
  const names = words.slice(1, from);
  const changes = words.slice(from);
  const added = changes.filter((word) => !word.endsWith("-")).map(readTaint);
  const gone = changes.filter((word) => word.endsWith("-")).map((word) => word.slice(0, -1).split(":"));
  await editChosen(
    context,
    names.length === 0 ? [{ kind, name: null }] : names.map((name) => ({ kind, name })),
    (object) => setTaints(object, added, gone, isOn(context.line, "overwrite")),
    () => (added.length > 0 ? "tainted" : "untainted"),
  );
}

function readTaint(word: string): Taint {
  const [pair = "", effect = ""] = word.split(":");
  const [key = "", value] = pair.split("=");
  if (!/^(NoSchedule|PreferNoSchedule|NoExecute)$/.test(effect))
    throw new KubectlError(`error: invalid taint effect: ${effect}, unsupported taint effect`);
  return { effect, key, ...(value === undefined || value === "" ? {} : { value }) };
}

function setTaints(object: KubeObject, added: Taint[], gone: string[][], overwrite: boolean): void {
  const { name } = object.metadata;
  const before = (object.spec?.["taints"] ?? []) as Taint[];
  const isGone = (one: Taint): boolean =>
    gone.some(([key, effect]) => key === one.key && (effect === undefined || effect === one.effect));
  const lost = gone.find(([key]) => !before.some((one) => one.key === key));
  if (lost !== undefined) throw new KubectlError(`error: taint "${lost.join(":")}" not found`);
  const isSame = (one: Taint, other: Taint): boolean => one.key === other.key && one.effect === other.effect;
  const taken = added.find((one) => before.some((other) => isSame(one, other)));
  if (taken !== undefined && !overwrite)
    throw new KubectlError(
      `error: node ${name} already has ${taken.key} taint(s) with same effect(s) and --overwrite is false`,
    );
  const kept = before.filter((one) => !isGone(one) && !added.some((other) => isSame(one, other)));
  if (object.spec !== undefined) object.spec["taints"] = [...kept, ...added];
}
