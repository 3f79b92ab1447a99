import type { Step } from "#change/plan.ts";
import { flagOf, type KubectlLine } from "#policy/kubectl/line.ts";
import { type Look, placeOf, toObjects } from "./look.ts";
import { type ClusterObject, nameOf, readField } from "./object-changes.ts";

/** What a verb leaves of what is there, worked out, with sentences for people. `objects` null: it cannot be worked out. */
export type Planned = { objects: ClusterObject[] | null; facts: string[] };

/** Each is looked up by a process of its own. */
const MAX_UNDONE = 5;
const REVISION = "deployment.kubernetes.io/revision";
const HASH = "pod-template-hash";

/**
 * What becomes of the objects where the dry run does not print it: it has none (pause, resume), prints sentences (cordon,
 * uncordon, drain) or prints the object as it was (undo). Null for every other verb.
 */
export async function plannedFields(
  line: KubectlLine,
  step: Step,
  now: readonly ClusterObject[],
  look: Look,
): Promise<Planned | null> {
  switch (line.verb) {
    case "rollout pause":
    case "rollout resume":
      return {
        objects: now.map((one) => withSwitch(one, "paused", line.verb === "rollout pause")),
        facts: [],
      };
    case "cordon":
    case "uncordon":
    case "drain":
      return {
        objects: now.map((one) => withSwitch(one, "unschedulable", line.verb !== "uncordon")),
        facts: [],
      };
    case "rollout undo":
      return undone(line, step, now, look);
    default:
      return null;
  }
}

/** The server leaves out what is false. */
function withSwitch(object: ClusterObject, name: string, isOn: boolean): ClusterObject {
  const spec = readField(object, ["spec"]);
  const { [name]: _, ...rest } = typeof spec === "object" ? ({ ...spec } as Record<string, unknown>) : {};
  return { ...object, spec: isOn ? { ...rest, [name]: true } : rest };
}

async function undone(
  line: KubectlLine,
  step: Step,
  now: readonly ClusterObject[],
  look: Look,
): Promise<Planned> {
  if (now.length === 0 || now.length > MAX_UNDONE || now.some(({ kind }) => kind !== "Deployment"))
    return { objects: null, facts: ["Which revision comes back is shown for a few deployments only"] };
  const objects: ClusterObject[] = [];
  const facts: string[] = [];
  for (const deployment of now) {
    const former = await formerOf(line, step, deployment, look);
    if (typeof former === "string") return { objects: null, facts: [former] };
    objects.push(withTemplate(deployment, former.template));
    facts.push(`${nameOf(deployment)} goes back to revision ${former.revision}${imagesOf(former.template)}`);
  }
  return { objects, facts };
}

type Former = { revision: number; template: unknown };

/** The revision an undo takes, as kubectl chooses it: the one asked for, or the second newest. */
async function formerOf(
  line: KubectlLine,
  step: Step,
  deployment: ClusterObject,
  look: Look,
): Promise<Former | string> {
  const { metadata } = deployment;
  const where = placeOf(line, metadata.namespace);
  const sets = toObjects(
    await look(["get", "replicasets", ...selectorOf(deployment), ...where, "-o", "json"], step),
  );
  if (!sets.ok) return `Which revision comes back could not be seen: ${sets.problem}`;
  const revisions = sets.objects
    .filter((set) => isOwnedBy(set, deployment))
    .map((set) => ({ revision: Number(set.metadata.annotations?.[REVISION]), template: templateOf(set) }))
    .filter(({ revision }) => Number.isInteger(revision))
    .toSorted((one, other) => other.revision - one.revision);
  const wanted = Number(flagOf(line, "--to-revision") ?? 0);
  const former = wanted === 0 ? revisions[1] : revisions.find(({ revision }) => revision === wanted);
  return (
    former ??
    `Which revision of ${nameOf(deployment)} comes back could not be seen: no replica set of it is there`
  );
}

/** Words of the cluster that no selector holds as they are leave it out; the owner is looked at anyway. */
function selectorOf(deployment: ClusterObject): string[] {
  const labels = Object.entries(readField(deployment["spec"], ["selector", "matchLabels"]) ?? {});
  const isPlain = labels.every(([key, value]) => /^[\w./-]+$/.test(key) && /^[\w.-]+$/.test(String(value)));
  if (labels.length === 0 || !isPlain) return [];
  return [`--selector=${labels.map(([key, value]) => `${key}=${String(value)}`).join(",")}`];
}

function isOwnedBy(set: ClusterObject, { metadata }: ClusterObject): boolean {
  const owners = set.metadata["ownerReferences"];
  return (
    Array.isArray(owners) &&
    owners.some(
      (owner) => readField(owner, ["kind"]) === "Deployment" && readField(owner, ["uid"]) === metadata["uid"],
    )
  );
}

/** A replica set's template bears one label more than the deployment's. */
function templateOf(set: ClusterObject): unknown {
  const template = readField(set["spec"], ["template"]);
  const metadata = readField(template, ["metadata"]);
  const labels = readField(metadata, ["labels"]);
  if (!isRecord(template) || !isRecord(metadata) || !isRecord(labels)) return template;
  const { [HASH]: _, ...own } = labels;
  return { ...template, metadata: { ...metadata, labels: own } };
}

function withTemplate(deployment: ClusterObject, template: unknown): ClusterObject {
  const spec = deployment["spec"];
  return { ...deployment, spec: { ...(isRecord(spec) ? spec : {}), template } };
}

function imagesOf(template: unknown): string {
  const containers = readField(template, ["spec", "containers"]);
  const images = Array.isArray(containers) ? containers.map((one) => String(readField(one, ["image"]))) : [];
  return images.length === 0 ? "" : `: image ${images.join(", ")}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
