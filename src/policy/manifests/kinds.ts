/**
 * What a kind is to the rules. `workload`: runs pods and can go back; `plain`: no more dangerous than a workload; `secret`;
 * `other`: networking, identities, storage, nodes and whatever else needs a person when it changes.
 */
type Nature = "workload" | "plain" | "secret" | "other";

/** One kind of Kubernetes: its canonical name (plural, lower case), its singular, its API group, and whether it lives outside namespaces. */
export type Kind = { name: string; singular: string; group: string; cluster: boolean; nature: Nature };

const APPS = "apps";
const RBAC = "rbac.authorization.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";
const STORAGE = "storage.k8s.io";
const NETWORK = "networking.k8s.io";
const SCHEDULING = "scheduling.k8s.io";
const GATEWAY = "gateway.networking.k8s.io";

/** Plural, other names, group, nature; the nature `cluster` is an `other` outside namespaces. */
const TABLE: readonly (readonly [string, string, string, Nature | "cluster"])[] = [
  ["deployments", "deployment deploy", APPS, "workload"],
  ["statefulsets", "statefulset sts", APPS, "workload"],
  ["daemonsets", "daemonset ds", APPS, "workload"],
  ["replicasets", "replicaset rs", APPS, "workload"],
  ["replicationcontrollers", "replicationcontroller rc", "", "workload"],
  ["pods", "pod po", "", "plain"],
  ["jobs", "job", "batch", "plain"],
  ["cronjobs", "cronjob cj", "batch", "plain"],
  ["configmaps", "configmap cm", "", "plain"],
  ["horizontalpodautoscalers", "horizontalpodautoscaler hpa", "autoscaling", "plain"],
  ["secrets", "secret", "", "secret"],
  ["services", "service svc", "", "other"],
  ["endpoints", "endpoints ep", "", "other"],
  ["endpointslices", "endpointslice", "discovery.k8s.io", "other"],
  ["serviceaccounts", "serviceaccount sa", "", "other"],
  ["persistentvolumeclaims", "persistentvolumeclaim pvc", "", "other"],
  ["events", "event ev", "", "other"],
  ["limitranges", "limitrange limits", "", "other"],
  ["resourcequotas", "resourcequota quota", "", "other"],
  ["podtemplates", "podtemplate", "", "other"],
  ["controllerrevisions", "controllerrevision", APPS, "other"],
  ["leases", "lease", "coordination.k8s.io", "other"],
  ["poddisruptionbudgets", "poddisruptionbudget pdb", "policy", "other"],
  ["ingresses", "ingress ing", NETWORK, "other"],
  ["networkpolicies", "networkpolicy netpol", NETWORK, "other"],
  ["gateways", "gateway gtw", GATEWAY, "other"],
  ["httproutes", "httproute", GATEWAY, "other"],
  ["roles", "role", RBAC, "other"],
  ["rolebindings", "rolebinding", RBAC, "other"],
  ["csistoragecapacities", "csistoragecapacity", STORAGE, "other"],
  ["clusterroles", "clusterrole", RBAC, "cluster"],
  ["clusterrolebindings", "clusterrolebinding", RBAC, "cluster"],
  ["namespaces", "namespace ns", "", "cluster"],
  ["nodes", "node no", "", "cluster"],
  ["persistentvolumes", "persistentvolume pv", "", "cluster"],
  ["componentstatuses", "componentstatus cs", "", "cluster"],
  ["storageclasses", "storageclass sc", STORAGE, "cluster"],
  ["csidrivers", "csidriver", STORAGE, "cluster"],
  ["csinodes", "csinode", STORAGE, "cluster"],
  ["volumeattachments", "volumeattachment", STORAGE, "cluster"],
  ["ingressclasses", "ingressclass", NETWORK, "cluster"],
  ["gatewayclasses", "gatewayclass gc", GATEWAY, "cluster"],
  ["priorityclasses", "priorityclass pc", SCHEDULING, "cluster"],
  ["runtimeclasses", "runtimeclass", "node.k8s.io", "cluster"],
  ["certificatesigningrequests", "certificatesigningrequest csr", "certificates.k8s.io", "cluster"],
  ["customresourcedefinitions", "customresourcedefinition crd crds", "apiextensions.k8s.io", "cluster"],
  ["apiservices", "apiservice", "apiregistration.k8s.io", "cluster"],
  ["mutatingwebhookconfigurations", "mutatingwebhookconfiguration", ADMISSION, "cluster"],
  ["validatingwebhookconfigurations", "validatingwebhookconfiguration", ADMISSION, "cluster"],
  ["validatingadmissionpolicies", "validatingadmissionpolicy", ADMISSION, "cluster"],
  ["validatingadmissionpolicybindings", "validatingadmissionpolicybinding", ADMISSION, "cluster"],
  ["flowschemas", "flowschema", "flowcontrol.apiserver.k8s.io", "cluster"],
  ["prioritylevelconfigurations", "prioritylevelconfiguration", "flowcontrol.apiserver.k8s.io", "cluster"],
];

const KINDS = new Map<string, Kind>();
for (const [name, others, group, nature] of TABLE) {
  const cluster = nature === "cluster";
  const [singular = name] = others.split(" ");
  const kind: Kind = { name, singular, group, cluster, nature: cluster ? "other" : nature };
  for (const word of [name, ...others.split(" ")]) KINDS.set(word, kind);
}

/** The kind a word names, as kubectl reads it: any case, singular, plural or short, `kind.group` and `kind.version.group`; null when it is none of ours. */
export function kindOf(word: string): Kind | null {
  const [base = "", ...rest] = word.split(".");
  const kind = KINDS.get(base.toLowerCase());
  if (kind === undefined) return null;
  // A stranger's "secrets" most likely holds secrets as well.
  if (kind.nature === "secret" || isGroup(rest, kind.group)) return kind;
  return null;
}

/** A word's kind in its canonical name; a kind that is not ours as written, in lower case. */
export function canonicalKind(word: string): string {
  return kindOf(word)?.name ?? word.toLowerCase();
}

/** The kind a manifest names: `kind` as the server spells it and the group of its `apiVersion`; null when it is none of ours. */
export function kindOfManifest(kind: string, apiVersion: string): Kind | null {
  const found = KINDS.get(kind.toLowerCase());
  if (found === undefined || found.singular !== kind.toLowerCase() || !/^[A-Z]/.test(kind)) return null;
  const slash = apiVersion.indexOf("/");
  return found.group === (slash < 0 ? "" : apiVersion.slice(0, slash)) ? found : null;
}

/** kubectl takes `deployments.apps`, `deployments.v1.apps`, `secrets.v1.`, and the beginning of a group (`roles.rbac`). */
function isGroup(parts: readonly string[], group: string): boolean {
  if (parts.length === 0) return true;
  if (group.startsWith(parts.join(".")) && (group !== "" || parts.join(".") === "")) return true;
  const [version = "", ...behind] = parts;
  return behind.length > 0 && /^v[0-9]+((alpha|beta)[0-9]+)?$/.test(version) && behind.join(".") === group;
}
