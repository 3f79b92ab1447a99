import type { Step } from "#change/plan.ts";
import { flagOf, type KubectlLine } from "#policy/kubectl/line.ts";
import { type Look, placeOf, toObjects } from "./look.ts";
import { type ClusterObject, nameOf, readField } from "./object-changes.ts";

/** Each namespace is looked at by a process of its own. */
const MAX_NAMESPACES = 3;

/** A count that a step would change. */
type Count = { object: ClusterObject; wanted: number };

/**
 * Which autoscaler sets a count that the step changes, and whether its range takes the count back: without it a scale below
 * the least is done, and undone 25 s later. Looks only where a count changes.
 */
export async function autoscalerFacts(
  line: KubectlLine,
  step: Step,
  seen: { now: readonly ClusterObject[]; after: readonly ClusterObject[] | null },
  look: Look,
): Promise<string[]> {
  const counts = countsOf(line, seen.now, seen.after ?? []);
  const namespaces = [...new Set(counts.map(({ object }) => object.metadata.namespace))];
  const facts: string[] = [];
  for (const namespace of namespaces.slice(0, MAX_NAMESPACES)) {
    const where = placeOf(line, namespace);
    const found = toObjects(await look(["get", "horizontalpodautoscalers", ...where, "-o", "json"], step));
    if (!found.ok) return [...facts, "Whether an autoscaler sets the count could not be seen"];
    const here = counts.filter(({ object }) => object.metadata.namespace === namespace);
    facts.push(...here.flatMap((count) => found.objects.flatMap((one) => factOf(one, count))));
  }
  return facts;
}

function countsOf(
  line: KubectlLine,
  now: readonly ClusterObject[],
  after: readonly ClusterObject[],
): Count[] {
  return now.flatMap((object) => {
    const changed = after.find(
      ({ kind, metadata }) =>
        kind === object.kind &&
        metadata.name === object.metadata.name &&
        metadata.namespace === object.metadata.namespace,
    );
    // What scale prints is the object as it was.
    const wanted =
      line.verb === "scale" ? Number(flagOf(line, "--replicas")) : readField(changed, ["spec", "replicas"]);
    const isChanged = typeof wanted === "number" && wanted !== readField(object["spec"], ["replicas"]);
    return isChanged ? [{ object, wanted }] : [];
  });
}

function factOf(scaler: ClusterObject, { object, wanted }: Count): string[] {
  const target = (name: string) => readField(scaler["spec"], ["scaleTargetRef", name]);
  if (scaler.kind !== "HorizontalPodAutoscaler") return [];
  if (target("kind") !== object.kind || target("name") !== object.metadata.name) return [];
  const least = Number(readField(scaler["spec"], ["minReplicas"]) ?? 1);
  const most = Number(readField(scaler["spec"], ["maxReplicas"]));
  const [name, about] = [nameOf(scaler), nameOf(object)];
  // Kubernetes turns an autoscaler off by this count.
  if (wanted === 0 && least > 0) return [`${name} leaves ${about} alone while it has 0 replicas`];
  const range = `${name} keeps ${about} between ${least} and ${most} replicas`;
  if (wanted < least || wanted > most) return [`${range}, so ${wanted} will not stand`];
  return [`${range}, and may set another count than ${wanted}`];
}
