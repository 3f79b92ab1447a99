import { LAST_APPLIED, lastApplied } from "#playground/cluster/fields/merge.ts";
import { type Command, fileFlags, report, writeFlags, writerOf } from "./command.ts";
import { KubectlError, notFound, notInThePlayground } from "./errors.ts";
import { changeState } from "./file.ts";
import { dryRunOf, flagOf } from "./flags.ts";
import { resourceOf } from "./kinds.ts";
import type { KubeObject } from "./state.ts";
import { editStored, findStored, liveOf } from "./store.ts";
import { readWanted } from "./targets.ts";

/** `kubectl replace -f`: the file's object as it is, with nothing of what was there. */
export const replace: Command = {
  flags: {
    ...fileFlags,
    ...writeFlags,
    cascade: { optional: "background" },
    force: "bool",
    "grace-period": "int",
    raw: "text",
    "save-config": "bool",
    subresource: "text",
    timeout: "duration",
    validate: { optional: "strict" },
    wait: "bool",
  },
  async run(context) {
    const { line } = context;
    for (const flag of ["kustomize", "force", "raw", "subresource", "save-config"])
      if (line.flags.has(flag) && flagOf(line, flag) !== "false")
        throw notInThePlayground(`"replace --${flag}"`);
    const files = line.flags.get("filename") ?? [];
    if (files.length === 0) throw new KubectlError("error: must specify one of -f and -k");
    const mode = dryRunOf(line);
    const wanted = await readWanted(context, files);
    await changeState(context.stateFile, (real) => {
      const now = Date.now();
      const state = mode === null ? real : structuredClone(real);
      for (const { kind, namespace, object } of wanted) {
        const stored = findStored(state, kind, namespace, object.metadata.name);
        if (stored === null) throw notFound(resourceOf(kind), object.metadata.name);
        const writing = { dryRun: mode !== null, now, writer: writerOf(context) };
        editStored(state, stored, writing, (one) => putInPlace(one, object));
        report(context, kind, liveOf(stored, now), "replaced", mode);
      }
    });
  },
};

/** What a server gave an object stays, as long as the file says nothing else of it. */
function putInPlace(object: KubeObject, wanted: KubeObject): void {
  const { clusterIP } = object.spec ?? {};
  const { labels, annotations, finalizers, uid, resourceVersion } = wanted.metadata;
  const notes =
    annotations?.[LAST_APPLIED] === undefined
      ? annotations
      : { ...annotations, [LAST_APPLIED]: lastApplied(wanted) };
  const { labels: _, annotations: __, finalizers: ___, ...kept } = object.metadata;
  const metadata = {
    ...kept,
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(labels === undefined ? {} : { labels }),
    ...(notes === undefined ? {} : { annotations: notes }),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
  for (const name of Object.keys(object)) if (name !== "status") Reflect.deleteProperty(object, name);
  Object.assign(object, structuredClone(wanted), { metadata });
  if (object.kind === "Service" && clusterIP !== undefined) object.spec = { clusterIP, ...object.spec };
}
