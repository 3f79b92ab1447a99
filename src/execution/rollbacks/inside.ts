import { getObjects, type Named } from "#execution/facts/read-objects.ts";
import type { Look } from "#execution/previews/look.ts";
import { type ClusterObject, nameOf, readField } from "#execution/previews/object-changes.ts";

/** What goes along when a namespace is deleted, as far as people and their tools put it there. */
const PUT_THERE = [
  ...["pods", "replicasets.apps", "deployments.apps", "statefulsets.apps", "daemonsets.apps"],
  ...["jobs.batch", "cronjobs.batch", "services", "ingresses.networking.k8s.io"],
  ...["configmaps", "secrets", "persistentvolumeclaims"],
].join(",");

/** What clusters and meshes put into every namespace by themselves. */
const IN_EVERY = /^ConfigMap (kube-root-ca\.crt|istio-ca-root-cert|openshift-service-ca\.crt)$/;
const IN_EVERY_TYPE = /^kubernetes\.io\/(service-account-token|dockercfg)$/;
const MOST_NAMED = 3;

/**
 * Why an object that the plan made must not be deleted although it is as the plan left it: what others put into it would be
 * gone too. A namespace holds everything in it, a definition all objects of its kind. Null: it holds nothing else. `isOurs`:
 * whether the plan made that one and it is as the plan left it.
 */
export async function whyHolding(
  look: Look,
  named: Named,
  isOurs: (object: ClusterObject) => boolean,
): Promise<string | null> {
  const inside = placeInside(named);
  if (inside === null) return null;
  const found = await getObjects(look, inside.named, [...inside.words, "--show-managed-fields"]);
  if (!found.ok) return `what it holds could not be looked at: ${found.problem.replace(/\.$/, "")}`;
  const names = found.objects.filter((one) => !isByItself(one) && !isOurs(one)).map(nameOf);
  if (names.length === 0) return null;
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `it holds ${names.slice(0, MOST_NAMED).join(", ")}${more}, which would be deleted with it, so it was not touched`;
}

function placeInside(named: Named): { named: Named; words: string[] } | null {
  const { object } = named;
  const { name } = object.metadata;
  if (object.kind === "Namespace" && object["apiVersion"] === "v1") {
    const metadata = { ...object.metadata, namespace: name };
    return { named: { ...named, object: { ...object, metadata } }, words: [PUT_THERE] };
  }
  // Its name is the plural and the group.
  return object.kind === "CustomResourceDefinition" ? { named, words: [name, "--all-namespaces"] } : null;
}

/** What belongs to another object or is going already, and what is in every namespace. */
function isByItself(object: ClusterObject): boolean {
  const { metadata } = object;
  const owners = metadata["ownerReferences"];
  if (Array.isArray(owners) && owners.length > 0) return true;
  if (metadata["deletionTimestamp"] !== undefined) return true;
  return (
    IN_EVERY.test(`${object.kind} ${metadata.name}`) ||
    IN_EVERY_TYPE.test(String(readField(object, ["type"]) ?? ""))
  );
}
