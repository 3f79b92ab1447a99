import assert from "node:assert/strict";
import { applyOne } from "#playground/cluster/apply.ts";
import { changeState, readState } from "#playground/cluster/file.ts";
import { type Kind, kinds } from "#playground/cluster/kinds.ts";
import { runKubectl } from "#playground/cluster/run.ts";
import type { KubeObject } from "#playground/cluster/state.ts";
import { addObject, dropStored, findStored } from "#playground/cluster/store.ts";
import type { Manifest } from "./case.ts";

/** Who made what a case begins with. */
const SEEDER = { manager: "team", operation: "Update" } as const;

/** Puts objects into a namespace of the cluster in `stateFile`, as nobody's change; "apply" notes what was applied. */
export async function seedCluster(
  stateFile: string,
  namespace: string,
  manifests: readonly Manifest[],
  seededBy: "apply" | "create",
): Promise<void> {
  const now = Date.now();
  const writing = { dryRun: false, now, writer: SEEDER };
  await changeState(stateFile, (state) => {
    if (!state.namespaces.some(({ metadata }) => metadata.name === namespace))
      addObject(
        state,
        kindNamed("Namespace"),
        objectOf({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }),
        { namespace, writer: SEEDER },
      );
    for (const manifest of manifests) {
      const object = objectOf(manifest);
      const kind = kindNamed(manifest.kind);
      const stored = findStored(state, kind, namespace, manifest.metadata.name);
      if (stored !== null) dropStored(state, stored.object);
      if (seededBy === "apply") applyOne(state, { kind, object, namespace, file: "seed" }, writing);
      else addObject(state, kind, object, { namespace, writer: SEEDER });
    }
  });
}

/** All that stands in a namespace, and the node of a case where it has one, by kind and name. */
export async function standing(stateFile: string, namespace: string): Promise<Map<string, KubeObject>> {
  const state = await readState(stateFile);
  const all = [...state.deployments.map(({ object }) => object), ...state.others];
  const mine = all.filter(
    ({ kind, metadata }) =>
      metadata.namespace === namespace || (kind === "Node" && metadata.name === nodeOf(namespace)),
  );
  return new Map(mine.map((one) => [`${one.kind}/${one.metadata.name}`, one]));
}

/** The node that is a case's own. */
export function nodeOf(namespace: string): string {
  return `node-${namespace}`;
}

/** What somebody does by hand, without a process of its own; a failure of it is the case's fault. */
export async function byHand(stateFile: string, ...words: string[]): Promise<void> {
  const said = { err: "" };
  const code = await runKubectl(stateFile, words, {
    out: () => undefined,
    err: (text) => {
      said.err += text;
    },
    readsFiles: false,
    signal: new AbortController().signal,
  });
  assert.equal(code, 0, `kubectl ${words.join(" ")}: ${said.err}`);
}

/** The one object that TYPE/NAME means. */
export async function objectAt(
  stateFile: string,
  namespace: string,
  written: string,
): Promise<KubeObject | null> {
  const [type = "", name = ""] = written.split("/");
  const kind = kinds.find((one) => [one.plural, one.singular, ...one.short].includes(type));
  assert.ok(kind !== undefined, `no kind ${type}`);
  return findStored(await readState(stateFile), kind, namespace, name)?.object ?? null;
}

function kindNamed(name: string): Kind {
  const found = kinds.find(({ kind }) => kind === name);
  assert.ok(found !== undefined, `no kind ${name}`);
  return found;
}

function objectOf({ metadata, ...manifest }: Manifest): KubeObject {
  const given = { uid: "", resourceVersion: "", creationTimestamp: "", ...metadata };
  return structuredClone({ ...manifest, metadata: given });
}
