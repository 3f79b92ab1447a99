import { pairs } from "#playground/cluster/printing/table.ts";
import { listed, longTime } from "#playground/cluster/printing/tabs.ts";
import type { KubeObject } from "#playground/cluster/state.ts";
import { containerLines } from "./containers.ts";
import type { Loose } from "./loose.ts";

/** A pod, without what is told of it. */
export function podLines(object: KubeObject): string[] {
  const { metadata } = object;
  const { spec, status } = object as unknown as Loose;
  const [owner] = metadata.ownerReferences ?? [];
  const ip = status?.["podIP"];
  const node = spec?.["nodeName"];
  return [
    `Name:\t${metadata.name}`,
    `Namespace:\t${metadata.namespace}`,
    "Priority:\t0",
    "Service Account:\tdefault",
    `Node:\t${node === undefined ? "<none>" : `${node}/${status?.["hostIP"] ?? ""}`}`,
    ...(status?.["startTime"] === undefined ? [] : [`Start Time:\t${longTime(status["startTime"])}`]),
    ...listed("Labels", metadata.labels, "="),
    ...listed("Annotations", metadata.annotations, ": "),
    `Status:\t${status?.["phase"]}`,
    `IP:\t${ip ?? ""}`,
    ...(ip === undefined ? ["IPs:\t<none>"] : ["IPs:", `  IP:\t${ip}`]),
    ...(owner === undefined ? [] : [`Controlled By:\t${owner.kind}/${owner.name}`]),
    "Containers:",
    ...containerLines(spec, status?.["containerStatuses"] ?? null, "  "),
    "Conditions:",
    "  Type\tStatus",
    ...[...(status?.["conditions"] ?? [])].map((one) => `  ${one["type"]}\t${one["status"]} `),
    "Volumes:\t<none>",
    `QoS Class:\t${qualityOf(spec)}`,
    ...listed("Node-Selectors", spec?.["nodeSelector"], "="),
    ...tolerationLines(spec),
  ];
}

/** A deployment, without what is told of it. `sets`: its replica sets, the oldest first. */
export function deploymentLines(object: KubeObject, sets: readonly KubeObject[]): string[] {
  const { metadata } = object;
  const { spec, status } = object as unknown as Loose;
  const number = (field: string) => String(status?.[field] ?? 0);
  const template = spec?.["template"];
  const rolling = spec?.["strategy"]?.["rollingUpdate"];
  const marks = template?.["metadata"]?.["annotations"];
  return [
    `Name:\t${metadata.name}`,
    `Namespace:\t${metadata.namespace}`,
    `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`,
    ...listed("Labels", metadata.labels, "="),
    ...listed("Annotations", metadata.annotations, ": "),
    `Selector:\t${pairs(spec?.["selector"]?.["matchLabels"])}`,
    `Replicas:\t${spec?.["replicas"]} desired | ${number("updatedReplicas")} updated | ${number("replicas")} total | ${number("availableReplicas")} available | ${number("unavailableReplicas")} unavailable`,
    `StrategyType:\t${spec?.["strategy"]?.["type"] ?? "RollingUpdate"}`,
    `MinReadySeconds:\t${spec?.["minReadySeconds"] ?? 0}`,
    `RollingUpdateStrategy:\t${rolling?.["maxUnavailable"] ?? "25%"} max unavailable, ${rolling?.["maxSurge"] ?? "25%"} max surge`,
    "Pod Template:",
    ...listed("  Labels", template?.["metadata"]?.["labels"], "="),
    ...(marks === undefined ? [] : listed("  Annotations", marks, ": ")),
    "  Containers:",
    ...containerLines(template?.["spec"], null, "   "),
    "  Volumes:\t<none>",
    ...listed("  Node-Selectors", template?.["spec"]?.["nodeSelector"], "="),
    ...tolerationLines(template?.["spec"]).map((line) => `  ${line}`),
    "Conditions:",
    "  Type\tStatus\tReason",
    "  ----\t------\t------",
    ...[...(status?.["conditions"] ?? [])].map(
      (one) => `  ${one["type"]}\t${one["status"]}\t${one["reason"]}`,
    ),
    `OldReplicaSets:\t${sets.slice(0, -1).map(setOf).join(", ") || "<none>"}`,
    `NewReplicaSet:\t${sets.slice(-1).map(setOf).join("") || "<none>"}`,
  ];
}

function setOf({ metadata, spec, status }: KubeObject): string {
  return `${metadata.name} (${Object(status).replicas ?? 0}/${spec?.["replicas"]} replicas created)`;
}

/** What the kubelet takes first when memory runs short. */
function qualityOf(spec: Loose | undefined): string {
  const all = [...(spec?.["containers"] ?? [])].map((one) => one["resources"]);
  const hasAny = all.some((one) => one?.["limits"] !== undefined || one?.["requests"] !== undefined);
  return hasAny ? "Burstable" : "BestEffort";
}

function tolerationLines(spec: Loose | undefined): string[] {
  const all = [...(spec?.["tolerations"] ?? [])].map(({ key, value, effect, operator }) => {
    const what = `${key ?? ""}${value === undefined ? "" : `=${value}`}${effect === undefined ? "" : `:${effect}`}`;
    return operator === undefined || String(operator) === "Equal" ? what : `${what} op=${operator}`;
  });
  return [`Tolerations:\t${all[0] ?? "<none>"}`, ...all.slice(1).map((one) => `\t${one}`)];
}
