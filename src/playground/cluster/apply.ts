import { LAST_APPLIED, lastApplied, merge } from "#playground/cluster/fields/merge.ts";
import {
  type Command,
  type Context,
  fileFlags,
  report,
  selectFlags,
  writeFlags,
  writerOf,
} from "./command.ts";
import { KubectlError, notInThePlayground } from "./errors.ts";
import { changeState } from "./file.ts";
import { dryRunOf, flagOf, isOn } from "./flags.ts";
import type { KubeObject, State } from "./state.ts";
import { addObject, editStored, findStored, liveOf, type Stored, type Writing } from "./store.ts";
import { readWanted, type Wanted } from "./targets.ts";

/** `kubectl apply -f`: objects from files. */
export const apply: Command = {
  flags: {
    ...selectFlags,
    ...fileFlags,
    ...writeFlags,
    cascade: { optional: "background" },
    force: "bool",
    "force-conflicts": "bool",
    "grace-period": "int",
    overwrite: "bool",
    prune: "bool",
    "prune-allowlist": "list",
    "server-side": "bool",
    timeout: "duration",
    validate: { optional: "strict" },
    wait: "bool",
  },
  run,
};

async function run(context: Context): Promise<void> {
  const { line } = context;
  for (const flag of ["kustomize", "prune", "selector", "all"])
    if (line.flags.has(flag) && flagOf(line, flag) !== "false") throw notInThePlayground(`"apply --${flag}"`);
  const files = line.flags.get("filename") ?? [];
  if (files.length === 0) throw new KubectlError("error: must specify one of -f and -k");
  const extra = line.words[0];
  if (extra !== undefined)
    throw new KubectlError(
      `error: Unexpected args: [${line.words.join(" ")}]\nSee 'kubectl apply -h' for help and examples`,
    );
  const dryRun = dryRunOf(line);
  const wanted = await readWanted(context, files);
  await changeState(context.stateFile, (real) => {
    const now = Date.now();
    const state = dryRun === null ? real : structuredClone(real);
    for (const one of wanted) {
      const writing = { dryRun: dryRun !== null, now, writer: writerOf(context) };
      const { stored, done } = applyOne(state, one, writing);
      const word = isOn(line, "server-side") ? "serverside-applied" : done;
      report(context, one.kind, liveOf(stored, now), word, dryRun);
    }
  });
}

/** Applies one manifest; answers the object as it is then, and kubectl's word for what was done. */
export function applyOne(
  state: State,
  { kind, object: wanted, namespace, file }: Wanted,
  options: Writing,
): { stored: Stored; done: "created" | "configured" | "unchanged" } {
  if (kind.namespaced && !state.namespaces.some((one) => one.metadata.name === namespace))
    throw new KubectlError(
      `Error from server (NotFound): error when creating "${file}": namespaces "${namespace}" not found`,
    );
  const { name } = wanted.metadata;
  const stored = findStored(state, kind, namespace, name);
  if (stored === null) {
    const annotations = { ...wanted.metadata.annotations, [LAST_APPLIED]: lastApplied(wanted) };
    const whole = { ...wanted, metadata: { ...wanted.metadata, annotations } };
    addObject(state, kind, whole, { namespace, writer: options.writer });
    const added = findStored(state, kind, namespace, name);
    if (added === null) throw new Error(`${name} was created and is not there`);
    return { stored: added, done: "created" };
  }
  const changed = editStored(state, stored, options, (object) => {
    const last = JSON.parse(object.metadata.annotations?.[LAST_APPLIED] ?? "{}") as Partial<KubeObject>;
    merge(object, last, wanted);
  });
  return { stored, done: changed ? "configured" : "unchanged" };
}
