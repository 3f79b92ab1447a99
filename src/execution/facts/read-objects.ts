import type { Command } from "#change/plan.ts";
import { keyOf } from "#execution/objects/state.ts";
import type { Look } from "#execution/previews/look.ts";
import { type ClusterObject, readObjects } from "#execution/previews/object-changes.ts";

/** An object to look at: in which cluster, and by whose command, whose environment and login the look has. */
export type Named = { context: string; object: ClusterObject; command: Command };

/** Objects as they are now by `keyOf`; what is not there is not in it. */
export type Found = { ok: true; now: ReadonlyMap<string, ClusterObject> } | { ok: false; problem: string };

const OUTPUT = ["--ignore-not-found", "-o", "json"];

/** Objects that one `get` finds: those of one kind and namespace of one cluster. */
export function groupsOf<One extends Named>(named: readonly One[]): One[][] {
  const groups = Map.groupBy(named, ({ context, object }) =>
    JSON.stringify([context, object["apiVersion"], object.kind, object.metadata.namespace ?? ""]),
  );
  return [...groups.values()];
}

/** Looks at a group, with who wrote which field. */
export async function lookAtGroup(look: Look, group: readonly Named[]): Promise<Found> {
  const [one] = group;
  if (one === undefined) return { ok: true, now: new Map() };
  const names = group.map(({ object }) => object.metadata.name);
  const found = await getObjects(look, one, [kindArg(one.object), ...names, "--show-managed-fields"]);
  return found.ok
    ? { ok: true, now: new Map(found.objects.map((object) => [keyOf(object), object])) }
    : found;
}

/** Reads what `get` finds by these words where an object lies. */
export async function getObjects(
  look: Look,
  { context, object, command }: Named,
  words: readonly string[],
): Promise<{ ok: true; objects: ClusterObject[] } | { ok: false; problem: string }> {
  const { namespace } = object.metadata;
  const place = [`--context=${context}`, ...(namespace === undefined ? [] : [`--namespace=${namespace}`])];
  const looked = await look(["get", ...words, ...place, ...OUTPUT], command);
  if (!looked.ok) return looked;
  try {
    return { ok: true, objects: readObjects(looked.stdout) };
  } catch {
    return { ok: false, problem: "what kubectl answered could not be read" };
  }
}

/** "Deployment.v1.apps": the kind in exactly this group and version, whatever else bears its name. */
function kindArg(object: ClusterObject): string {
  const [version = "", group] = String(object["apiVersion"] ?? "")
    .split("/")
    .toReversed();
  return group === undefined ? object.kind : `${object.kind}.${version}.${group}`;
}
