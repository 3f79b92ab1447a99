import { type Difference, differencesOf } from "#execution/objects/differences.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { kindOfManifest } from "#policy/manifests/kinds.ts";

/** Kinds that are the same again once they are made anew; the others lose data, identity or what hangs on them. */
const KINDS = new Set([
  ...["deployments", "statefulsets", "daemonsets", "cronjobs", "services", "ingresses", "networkpolicies"],
  ...["configmaps", "horizontalpodautoscalers", "poddisruptionbudgets"],
]);

/** Whether an object that is deleted can be made again as it was. Not what belongs to another: its owner makes it, or nobody. */
export function canRecreate(object: ClusterObject): boolean {
  const kind = kindOfManifest(object.kind, String(object["apiVersion"] ?? ""))?.name ?? "";
  const owners = object.metadata["ownerReferences"];
  const isOwned = Array.isArray(owners) && owners.length > 0;
  return KINDS.has(kind) && !isOwned && object.metadata["deletionTimestamp"] === undefined;
}

const SERVERS_OWN = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "selfLink",
  "managedFields",
  "deletionGracePeriodSeconds",
];
const CONTROLLERS_OWN = /^(deployment\.kubernetes\.io\/|deprecated\.daemonset\.template\.generation$)/;

/** The object as it can be made again: without what the server and its controllers give it themselves. */
export function recreated(object: ClusterObject): ClusterObject {
  const { status: _, ...rest } = object;
  const metadata = { ...rest.metadata };
  for (const name of SERVERS_OWN) delete metadata[name];
  const { annotations } = metadata;
  if (annotations !== undefined && annotations !== null) {
    const kept = Object.entries(annotations).filter(([name]) => !CONTROLLERS_OWN.test(name));
    if (kept.length === 0) delete metadata.annotations;
    else metadata.annotations = Object.fromEntries(kept);
  }
  return withoutItsAddresses({ ...rest, metadata });
}

/** A service without an address of its own ("None") stays one; any other gets new ones. */
function withoutAddresses(spec: unknown): unknown {
  if (typeof spec !== "object" || spec === null) return spec;
  const { healthCheckNodePort: _, ...rest }: Record<string, unknown> = { ...spec };
  if (rest["clusterIP"] !== "None") {
    delete rest["clusterIP"];
    delete rest["clusterIPs"];
  }
  const { ports } = rest;
  return Array.isArray(ports) ? { ...rest, ports: ports.map(withoutNodePort) } : rest;
}

function withoutNodePort(port: unknown): unknown {
  if (typeof port !== "object" || port === null) return port;
  const { nodePort: _, ...rest }: Record<string, unknown> = { ...port };
  return rest;
}

/** What differs between an object as it was before it was deleted and as it was made again, but for its addresses. */
export function differencesAnew(before: ClusterObject, now: ClusterObject): Difference[] {
  return differencesOf(withoutItsAddresses(before), withoutItsAddresses(now));
}

/** An object without what a service gets from its cluster. */
export function withoutItsAddresses(object: ClusterObject): ClusterObject {
  return object.kind === "Service" ? { ...object, spec: withoutAddresses(object["spec"]) } : object;
}
