import { isSame, type Stretch } from "#execution/objects/differences.ts";
import { ClusterObject, readField } from "#execution/previews/object-changes.ts";

/** Whether the server chooses the object's name when it is made, another one each time. */
export function isGenerated({ metadata }: ClusterObject): boolean {
  return typeof metadata["generateName"] === "string" && metadata["generateName"] !== "";
}

/** An object to be made, with one word in each place where the server writes another one each time it is tried. */
export function withoutAssigned(object: ClusterObject): ClusterObject {
  const uid = readField(object, ["metadata", "uid"]);
  const name = isGenerated(object) ? object.metadata.name : undefined;
  return ClusterObject.parse(
    JSON.parse(JSON.stringify(object), (_key, value: unknown) => {
      // A job's pods are found by its uid, and a pod's account is mounted under a name of the server's.
      if (typeof value !== "string") return value;
      if (value === uid) return "(uid)";
      return value === name ? "(name)" : value.replace(/^kube-api-access-[a-z0-9]{5}$/, "kube-api-access");
    }),
  );
}

/** What a Service is given where the manifest does not say. Where it does, the approval covers the bytes. */
const OF_SERVICES = new Set(["clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort"]);

/**
 * Whether two values of one field are the same as far as the step decides them: a time that is written anew each time, as
 * `restartedAt` is, and the addresses and ports that the server gives a Service may be others.
 */
export function isAsAssigned(
  { kind }: ClusterObject,
  path: readonly Stretch[],
  one: unknown,
  other: unknown,
): boolean {
  if (isSame(one, other) || isStamp(path, one, other)) return true;
  if (kind !== "Service" || path[0] !== "spec") return false;
  if (OF_SERVICES.has(String(path.at(-1)))) return one !== undefined && other !== undefined;
  return path[1] === "ports" && isSame(withoutNodePorts(one), withoutNodePorts(other));
}

/** Whether a field is a time that is written anew each time, so that the one before says nothing of what is approved. */
export function isStamp(path: readonly Stretch[], one: unknown, other: unknown): boolean {
  return path.at(-2) === "annotations" && !isSame(one, other) && isTime(one) && isTime(other);
}

/** Whether a value is a time as Kubernetes writes it. */
export function isTime(value: unknown): boolean {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
}

function withoutNodePorts(ports: unknown): unknown {
  return JSON.parse(JSON.stringify(ports ?? null), (key, value: unknown) =>
    key === "nodePort" ? undefined : value,
  );
}
