import { KubectlError } from "./errors.ts";

/** One type of resource: its names, group and version. */
export type Kind = {
  plural: string;
  singular: string;
  kind: string;
  group: string;
  version: string;
  namespaced: boolean;
  short: string[];
};
/** What a command is pointed at; without a name all of the kind are meant. */
export type Target = { kind: Kind; name: string | null };

const rows = `
pods pod Pod - v1 yes po
deployments deployment Deployment apps v1 yes deploy
services service Service - v1 yes svc
configmaps configmap ConfigMap - v1 yes cm
namespaces namespace Namespace - v1 no ns
replicasets replicaset ReplicaSet apps v1 yes rs
nodes node Node - v1 no no
events event Event - v1 yes ev
endpoints endpoints Endpoints - v1 yes ep
endpointslices endpointslice EndpointSlice discovery.k8s.io v1 yes
resourcequotas resourcequota ResourceQuota - v1 yes quota
secrets secret Secret - v1 yes
serviceaccounts serviceaccount ServiceAccount - v1 yes sa
persistentvolumeclaims persistentvolumeclaim PersistentVolumeClaim - v1 yes pvc
statefulsets statefulset StatefulSet apps v1 yes sts
daemonsets daemonset DaemonSet apps v1 yes ds
jobs job Job batch v1 yes
cronjobs cronjob CronJob batch v1 yes cj
ingresses ingress Ingress networking.k8s.io v1 yes ing
networkpolicies networkpolicy NetworkPolicy networking.k8s.io v1 yes netpol
poddisruptionbudgets poddisruptionbudget PodDisruptionBudget policy v1 yes pdb
persistentvolumes persistentvolume PersistentVolume - v1 no pv
roles role Role rbac.authorization.k8s.io v1 yes
rolebindings rolebinding RoleBinding rbac.authorization.k8s.io v1 yes
clusterroles clusterrole ClusterRole rbac.authorization.k8s.io v1 no
clusterrolebindings clusterrolebinding ClusterRoleBinding rbac.authorization.k8s.io v1 no
horizontalpodautoscalers horizontalpodautoscaler HorizontalPodAutoscaler autoscaling v2 yes hpa
`;

/** Every type the stand-in's API server knows; most of them have no objects at first. */
export const kinds: Kind[] = rows.trim().split("\n").map(readRow);

/** The type with this plural name; throws when the table has none, which is a fault of the stand-in. */
export function kindOf(plural: string): Kind {
  const found = kinds.find((kind) => kind.plural === plural);
  if (found === undefined) throw new Error(`no resource type ${plural}`);
  return found;
}

/** `deployments.apps`, `pods`: the name errors use. */
export function resourceOf(kind: Kind): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

/** `deployment.apps/web`: the name results use. */
export function label(kind: Kind, name: string): string {
  return `${singularOf(kind)}/${name}`;
}

/** `deployment.apps`: the singular with its group. */
export function singularOf(kind: Kind): string {
  return kind.group === "" ? kind.singular : `${kind.singular}.${kind.group}`;
}

/** The type a person wrote (`deploy`, `Deployments`, `deployment.apps`); throws as the API server answers. */
export function findKind(written: string): Kind {
  const [name = "", ...more] = written.toLowerCase().split(".");
  const group = (/^v\d/.test(more[0] ?? "") ? more.slice(1) : more).join(".");
  const found = kinds.find(
    (kind) =>
      [kind.plural, kind.singular, ...kind.short].includes(name) && (group === "" || group === kind.group),
  );
  if (found === undefined)
    throw new KubectlError(`error: the server doesn't have a resource type "${written}"`);
  return found;
}

/** Reads `TYPE NAME…`, `TYPE,TYPE` or `TYPE/NAME…` as kubectl does. */
export function readTargets(words: string[]): Target[] {
  if (words.some((word) => word.includes("/"))) return words.map(readPair);
  const [types = "", ...names] = words;
  const found = types.split(",").map(findKind);
  return found.flatMap((kind): Target[] =>
    names.length === 0 ? [{ kind, name: null }] : names.map((name) => ({ kind, name })),
  );
}

/** Throws what kubectl says when no resource is given. */
export function requireResource(words: string[], files: string[] = []): void {
  if (words.length > 0 || files.length > 0) return;
  throw new KubectlError(
    [
      "error: You must provide one or more resources by argument or filename.",
      "Example resource specifications include:",
      "   '-f rsrc.yaml'",
      "   '--filename=rsrc.json'",
      "   '<resource> <name>'",
      "   '<resource>'",
    ].join("\n"),
  );
}

function readPair(word: string): Target {
  if (!word.includes("/"))
    throw new KubectlError(
      "error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
    );
  const [type = "", name = "", ...more] = word.split("/");
  if (type === "" || name === "" || more.length > 0)
    throw new KubectlError("error: arguments in resource/name form must have a single resource and name");
  return { kind: findKind(type), name };
}

function readRow(row: string): Kind {
  const [plural = "", singular = "", kind = "", group = "", version = "", namespaced, ...short] =
    row.split(" ");
  return {
    plural,
    singular,
    kind,
    group: group === "-" ? "" : group,
    version,
    namespaced: namespaced === "yes",
    short,
  };
}
