import { pairs } from "#playground/cluster/printing/table.ts";
import { listed, longTime } from "#playground/cluster/printing/tabs.ts";
import type { KubeObject } from "#playground/cluster/state.ts";
import type { Loose } from "./loose.ts";

/** A service, and where it leads by its slice. Where its selector finds no pod kubectl 1.32 writes nothing. */
export function serviceLines(object: KubeObject, slice: KubeObject | undefined): string[] {
  const { spec } = object as unknown as Loose;
  const ready = [...((slice as Loose | undefined)?.["endpoints"] ?? [])].filter(
    (one) => String(one["conditions"]?.["ready"]) === "true",
  );
  const ports = [...(spec?.["ports"] ?? [])].flatMap((port) => {
    const at = [...((slice as Loose | undefined)?.["ports"] ?? [])].find(
      (one) => String(one["name"] ?? "") === String(port["name"] ?? ""),
    );
    const all = ready.map((one) => `${one["addresses"]?.[0]}:${at?.["port"]}`);
    const more = all.length > 3 ? ` + ${all.length - 3} more...` : "";
    return [
      `Port:\t${port["name"] ?? "<unset>"}\t${port["port"]}/${port["protocol"] ?? "TCP"}`,
      `TargetPort:\t${port["targetPort"] ?? port["port"]}/${port["protocol"] ?? "TCP"}`,
      `Endpoints:\t${slice === undefined ? "<none>" : `${all.slice(0, 3).join(",")}${more}`}`,
    ];
  });
  return [
    ...headLines(object),
    `Selector:\t${pairs(spec?.["selector"])}`,
    `Type:\t${spec?.["type"]}`,
    "IP Family Policy:\tSingleStack",
    "IP Families:\tIPv4",
    `IP:\t${spec?.["clusterIP"]}`,
    `IPs:\t${spec?.["clusterIP"]}`,
    ...ports,
    "Session Affinity:\tNone",
    "Internal Traffic Policy:\tCluster",
  ];
}

/** An autoscaler. */
export function scalerLines(object: KubeObject): string[] {
  const { spec, status } = object as unknown as Loose;
  const metrics = [...(spec?.["metrics"] ?? [])].map((metric) => {
    const { name, target } = metric["resource"] ?? ({} as Loose);
    return `  resource ${name} on pods  (as a percentage of request):\t<unknown> / ${target?.["averageUtilization"]}%`;
  });
  const { kind, name } = spec?.["scaleTargetRef"] ?? ({} as Loose);
  return [
    ...headLines(object),
    `CreationTimestamp:\t${longTime(object.metadata.creationTimestamp)}`,
    `Reference:\t${kind}/${name}`,
    `Metrics:\t( current / target )`,
    ...metrics,
    `Min replicas:\t${spec?.["minReplicas"] ?? "<unset>"}`,
    `Max replicas:\t${spec?.["maxReplicas"]}`,
    `Deployment pods:\t${status?.["currentReplicas"] ?? 0} current / ${status?.["desiredReplicas"] ?? 0} desired`,
  ];
}

/** A config map with all that it holds. */
export function mapLines(object: KubeObject): string[] {
  const values = Object.entries(object.data ?? {}).flatMap(([key, value]) => [`${key}:`, "----", value, ""]);
  return [...headLines(object), "", "Data", "====", ...values, "", "BinaryData", "====", ""];
}

/** Anything else: what all objects have, and the parts of it that the stories here rest on. */
export function plainLines(object: KubeObject): string[] {
  const { spec, status } = object as unknown as Loose;
  const taints = [...(spec?.["taints"] ?? [])].map(
    ({ key, value, effect }) => `${key}${value === undefined ? "" : `=${value}`}:${effect}`,
  );
  const used = Object.entries(spec?.["hard"] ?? {}).map(
    ([name, most]) => `${name}\t${status?.["used"]?.[name] ?? 0}\t${most}`,
  );
  return [
    ...headLines(object),
    ...(object.kind === "ResourceQuota" ? ["Resource\tUsed\tHard", "--------\t----\t----", ...used] : []),
    ...(object.kind === "Node"
      ? [`Taints:\t${taints.join(", ") || "<none>"}`, `Unschedulable:\t${spec?.["unschedulable"] ?? false}`]
      : []),
    ...(status?.["phase"] === undefined ? [] : [`Status:\t${status["phase"]}`]),
  ];
}

function headLines({ metadata }: KubeObject): string[] {
  return [
    `Name:\t${metadata.name}`,
    ...(metadata.namespace === undefined ? [] : [`Namespace:\t${metadata.namespace}`]),
    ...listed("Labels", metadata.labels, "="),
    ...listed("Annotations", metadata.annotations, ": "),
  ];
}
