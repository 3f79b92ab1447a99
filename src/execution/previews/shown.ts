import type { Command } from "#change/plan.ts";
import type { Shown } from "#change/preview.ts";
import { type KubectlLine, readKubectl } from "#policy/kubectl/line.ts";
import { makesNew } from "#policy/kubectl/seen.ts";
import { kindOfManifest } from "#policy/manifests/kinds.ts";
import { type ClusterObject, nameOf, readField } from "./object-changes.ts";

/** What a look showed of a step: what policy may count as less for it, and sentences for people. */
type Showing = { shows: Shown[]; facts: string[] };

/** One step as it was looked at: what is there, what the dry run answered (null: there was none), and its way back. */
export type LookedAt = {
  line: KubectlLine;
  now: readonly ClusterObject[];
  after: readonly ClusterObject[] | null;
  back: Command | null;
  isBeforeChange: boolean;
};

/**
 * What a look can answer of a step that is high by its words (policy/as-seen.ts). What an earlier step may change is
 * answered by nothing. `created` holds there too: what was not there before the plan is nobody else's.
 */
export function shownBy(looked: LookedAt): Showing {
  const created: Shown[] = undoesWhatItMakes(looked) ? ["created"] : [];
  const [object, another] = looked.now;
  if (looked.isBeforeChange || object === undefined || another !== undefined)
    return { shows: created, facts: [] };
  const own = answerOf(looked.line, object);
  return { shows: [...created, ...own.shows], facts: own.facts };
}

function answerOf(line: KubectlLine, object: ClusterObject): Showing {
  const [target, another] = line.resources;
  const kind = kindOfManifest(object.kind, apiVersionOf(object))?.name;
  if (target === undefined || another !== undefined) return NOTHING;
  if (kind !== target.kind || object.metadata.name !== target.name) return NOTHING;
  if (line.verb === "delete" && kind === "pods") return replaced(object);
  if (line.verb === "delete" && kind === "jobs") return finished(object);
  return line.verb === "uncordon" && kind === "nodes" ? cordoned(object) : NOTHING;
}

const NOTHING: Showing = { shows: [], facts: [] };

/**
 * Who makes an equal pod. Not a stateful set: its pod holds a name and a volume that nothing serves meanwhile, and a delete
 * waits for no other to be ready, as a restart does. Nor a job: its work begins anew.
 */
const REPLACERS = new Set(["apps/v1 ReplicaSet", "apps/v1 DaemonSet", "v1 ReplicationController"]);

function replaced(pod: ClusterObject): Showing {
  const owners = listOf(pod.metadata["ownerReferences"]).filter(
    (owner) => readField(owner, ["controller"]) === true,
  );
  const [owner, another] = owners.map((one) => ({
    kind: `${textOf(one, "apiVersion")} ${textOf(one, "kind")}`,
    name: `${textOf(one, "kind")}/${textOf(one, "name")}`,
  }));
  if (owner === undefined) return { shows: [], facts: [`No controller makes ${nameOf(pod)} again`] };
  if (another !== undefined || !REPLACERS.has(owner.kind))
    return { shows: [], facts: [`${nameOf(pod)} belongs to ${owner.name}`] };
  return { shows: ["replaced"], facts: [`${owner.name} makes another pod for ${nameOf(pod)}`] };
}

function finished(job: ClusterObject): Showing {
  const ended = listOf(readField(job["status"], ["conditions"])).find(
    (one) => /^(Complete|Failed)$/.test(textOf(one, "type")) && textOf(one, "status") === "True",
  );
  const active = readField(job["status"], ["active"]) ?? 0;
  if (ended === undefined || active !== 0)
    return { shows: [], facts: [`${nameOf(job)} has not ended: deleting it stops its pods`] };
  return { shows: ["finished"], facts: [`${nameOf(job)} has ended (${textOf(ended, "type")})`] };
}

function cordoned(node: ClusterObject): Showing {
  const ready = listOf(readField(node["status"], ["conditions"])).find(
    (one) => textOf(one, "type") === "Ready",
  );
  if (textOf(ready, "status") !== "True") return { shows: [], facts: [`${nameOf(node)} is not ready`] };
  if (readField(node["spec"], ["unschedulable"]) !== true)
    return { shows: [], facts: [`${nameOf(node)} takes pods already`] };
  return { shows: ["cordoned"], facts: [`${nameOf(node)} is cordoned and ready`] };
}

/** Whether the way back deletes, by name and where the step puts it, nothing but what was not there before the step. */
function undoesWhatItMakes({ line, now, after, back }: LookedAt): boolean {
  if (after === null || back?.tool !== "kubectl" || !makesNew(line)) return false;
  const read = readKubectl(back.args);
  if (!read.ok || read.line.verb !== "delete" || read.line.resources.length === 0) return false;
  const { context, namespace, resources } = read.line;
  // The kubeconfig's own namespace is no place anybody named.
  if (context !== line.context || namespace === null || read.line.allNamespaces) return false;
  const made = after.filter((object) => !now.some((one) => isSame(one, object)));
  return resources.every(({ kind, name }) =>
    made.some(
      (object) =>
        object.metadata.name === name &&
        // Another name comes of it each time.
        object.metadata["generateName"] === undefined &&
        kindOfManifest(object.kind, apiVersionOf(object))?.name === kind &&
        (object.metadata.namespace ?? line.namespace) === namespace,
    ),
  );
}

/** In whatever namespace: one of the same name elsewhere is a reason to look. */
function isSame(one: ClusterObject, other: ClusterObject): boolean {
  return one.kind === other.kind && one.metadata.name === other.metadata.name;
}

function apiVersionOf(object: ClusterObject): string {
  return textOf(object, "apiVersion");
}

function textOf(value: unknown, name: string): string {
  const held = readField(value, [name]);
  return typeof held === "string" ? held : "";
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
