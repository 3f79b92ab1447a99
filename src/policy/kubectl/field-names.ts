/**
 * What a field may be to a template that prints values without their names: `through` leads to others and is not printed
 * itself; `whole` may be printed with all below it; `leaf` is one plain value.
 */
export type FieldUse = "through" | "whole" | "leaf";

const THROUGH =
  "items metadata spec template jobTemplate containers initContainers ephemeralContainers env volumes persistentVolumeClaim configMap secret configMapKeyRef secretKeyRef valueFrom envFrom backend service http paths rules subsets";
const WHOLE =
  "status labels matchLabels selector nodeSelector ports resources limits requests conditions ownerReferences strategy updateStrategy rollingUpdate capacity taints tolerations volumeMounts involvedObject regarding roleRef subjects tls scaleTargetRef claimRef userInfo ipFamilies accessModes finalizers hosts";
const LEAVES =
  "name namespace generateName uid creationTimestamp deletionTimestamp resourceVersion generation kind apiVersion image imagePullPolicy replicas minReplicas maxReplicas minReadySeconds revisionHistoryLimit progressDeadlineSeconds paused suspend schedule timeZone concurrencyPolicy parallelism completions backoffLimit ttlSecondsAfterFinished activeDeadlineSeconds startingDeadlineSeconds successfulJobsHistoryLimit failedJobsHistoryLimit nodeName serviceAccountName restartPolicy hostNetwork hostname priorityClassName schedulerName dnsPolicy terminationGracePeriodSeconds clusterIP clusterIPs type externalIPs externalName loadBalancerIP sessionAffinity externalTrafficPolicy ingressClassName host path pathType number port serviceName secretName claimName storageClassName volumeName volumeMode storage persistentVolumeReclaimPolicy podCIDR podCIDRs providerID unschedulable message reason count lastTimestamp firstTimestamp eventTime provisioner reclaimPolicy volumeBindingMode allowVolumeExpansion minAvailable maxUnavailable podManagementPolicy holderIdentity renewTime component";
/** Of a kind that is not Kubernetes' own only what every kind has: what else stands there may be anything. */
const OF_STRANGERS = {
  through: "items metadata spec",
  whole: "status labels ownerReferences finalizers",
  leaf: "name namespace generateName uid creationTimestamp deletionTimestamp resourceVersion generation kind apiVersion replicas minReplicas maxReplicas paused suspend schedule",
};

const KNOWN = tableOf({ through: THROUGH, whole: WHOLE, leaf: LEAVES });
const STRANGE = tableOf(OF_STRANGERS);
/** Annotations that Kubernetes itself writes, and that say when or how often. */
const PLAIN_NOTES = new Set([
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/restartedAt",
  "kubernetes.io/change-cause",
]);
/** Within `status`, which each kind fills as it likes. */
const TELLING = /pass|pwd|secret|token|credential|key|auth|cert|kubeconfig|data$|connection|conn(str|url)/i;

/** How a path of field names ends; null: somewhere it leaves the list of what is known to be harmless. */
export function useOf(names: readonly string[], isStranger: boolean): FieldUse | null {
  const table = isStranger ? STRANGE : KNOWN;
  const end = names.findIndex((name) => table.get(name) !== "through");
  if (end < 0) return "through";
  const below = names.slice(end + 1);
  const [name = ""] = names.slice(end);
  if (name === "annotations") return below.length === 1 ? noteUse(below[0]) : null;
  const use = table.get(name) ?? null;
  if (use === "leaf") return below.length === 0 ? use : null;
  return name === "status" && below.some((one) => TELLING.test(one)) ? null : use;
}

function noteUse(name: string | undefined): FieldUse | null {
  return name !== undefined && PLAIN_NOTES.has(name) ? "leaf" : null;
}

function tableOf(words: Readonly<Record<FieldUse, string>>): ReadonlyMap<string, FieldUse> {
  const uses: readonly FieldUse[] = ["through", "whole", "leaf"];
  return new Map(uses.flatMap((use) => words[use].split(" ").map((name) => [name, use] as const)));
}
