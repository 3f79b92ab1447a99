import { longTime } from "#playground/cluster/printing/tabs.ts";
import type { Loose } from "./loose.ts";

/** The containers of a template or of a pod, each with its state where `states` has one. */
export function containerLines(spec: Loose | undefined, states: Loose | null, indent: string): string[] {
  return [...(spec?.["containers"] ?? [])].flatMap((container) => {
    const state = states?.find((one) => one["name"] === container["name"]);
    const lines = [
      ...imageLines(container),
      ...(state === undefined ? [] : stateLines(state)),
      ...resourceLines(container["resources"]),
      ...["liveness", "readiness", "startup"].flatMap((name) => probeLine(name, container[`${name}Probe`])),
      ...variableLines(container),
      "Mounts:\t<none>",
    ];
    return [`${indent}${container["name"]}:`, ...lines.map((line) => `${indent}  ${line}`)];
  });
}

function imageLines(container: Loose): string[] {
  const ports = [...(container["ports"] ?? [])];
  const list = (field: string) =>
    ports.map((port) => `${port[field] ?? 0}/${port["protocol"] ?? "TCP"}`).join(", ") || "<none>";
  const s = ports.length > 1 ? "s" : "";
  return [
    `Image:\t${container["image"]}`,
    `Port${s}:\t${list("containerPort")}`,
    `Host Port${s}:\t${list("hostPort")}`,
  ];
}

function stateLines(status: Loose): string[] {
  const last = status["lastState"];
  return [
    ...stateOf("State", status["state"]),
    ...(last === undefined ? [] : stateOf("Last State", last)),
    `Ready:\t${status["ready"] ? "True" : "False"}`,
    `Restart Count:\t${status["restartCount"] ?? 0}`,
  ];
}

function stateOf(title: string, state: Loose | undefined): string[] {
  const { running, waiting, terminated } = state ?? ({} as Loose);
  if (running !== undefined) return [`${title}:\tRunning`, `  Started:\t${longTime(running["startedAt"])}`];
  if (terminated === undefined) return [`${title}:\tWaiting`, `  Reason:\t${waiting?.["reason"]}`];
  return [
    `${title}:\tTerminated`,
    `  Reason:\t${terminated["reason"]}`,
    `  Exit Code:\t${terminated["exitCode"]}`,
    `  Started:\t${longTime(terminated["startedAt"])}`,
    `  Finished:\t${longTime(terminated["finishedAt"])}`,
  ];
}

function resourceLines(resources: Loose | undefined): string[] {
  return (["limits", "requests"] as const).flatMap((name) => {
    const amounts = Object.entries(resources?.[name] ?? {}).toSorted();
    const title = name === "limits" ? "Limits:" : "Requests:";
    return amounts.length === 0 ? [] : [title, ...amounts.map(([key, value]) => `  ${key}:\t${value}`)];
  });
}

function probeLine(name: string, probe: Loose | undefined): string[] {
  if (probe === undefined) return [];
  const number = (field: string, standard: number) => String(probe[field] ?? standard);
  const times = `delay=${number("initialDelaySeconds", 0)}s timeout=${number("timeoutSeconds", 1)}s period=${number("periodSeconds", 10)}s`;
  const tries = `#success=${number("successThreshold", 1)} #failure=${number("failureThreshold", 3)}`;
  return [`${name[0]?.toUpperCase()}${name.slice(1)}:\t${asked(probe)} ${times} ${tries}`];
}

function asked({ httpGet, tcpSocket, exec }: Loose): string {
  if (exec !== undefined) return `exec [${[...(exec["command"] ?? [])].join(" ")}]`;
  if (tcpSocket !== undefined) return `tcp-socket ${tcpSocket["host"] ?? ""}:${tcpSocket["port"]}`;
  const scheme = String(httpGet?.["scheme"] ?? "http").toLowerCase();
  return `http-get ${scheme}://${httpGet?.["host"] ?? ""}:${httpGet?.["port"]}${httpGet?.["path"] ?? ""}`;
}

function variableLines(container: Loose): string[] {
  const from = [...(container["envFrom"] ?? [])].map((source) => {
    const [ref, kind] =
      source["configMapRef"] === undefined
        ? [source["secretRef"], "Secret"]
        : [source["configMapRef"], "ConfigMap"];
    return `  ${ref?.["name"]}\t${kind}\tOptional: ${ref?.["optional"] ?? false}`;
  });
  const own = [...(container["env"] ?? [])].map((one) => `  ${one["name"]}:\t${variableOf(one)}`);
  return [
    ...(from.length === 0 ? [] : ["Environment Variables from:", ...from]),
    ...(own.length === 0 ? ["Environment:\t<none>"] : ["Environment:", ...own]),
  ];
}

function variableOf({ value, valueFrom }: Loose): string {
  const [ref, kind] =
    valueFrom?.["secretKeyRef"] === undefined
      ? [valueFrom?.["configMapKeyRef"], "config map"]
      : [valueFrom["secretKeyRef"], "secret"];
  if (ref === undefined) return String(value ?? "");
  return `<set to the key '${ref["key"]}' ${kind === "secret" ? "in" : "of"} ${kind} '${ref["name"]}'>\tOptional: ${ref["optional"] ?? false}`;
}
