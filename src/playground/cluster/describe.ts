import { pairs } from "#playground/cluster/printing/table.ts";
import type { Command, Context } from "./command.ts";
import { KubectlError, notFound, notInThePlayground } from "./errors.ts";
import { readState } from "./file.ts";
import { flagOf, isOn } from "./flags.ts";
import { type Kind, readTargets, resourceOf } from "./kinds.ts";
import { listObjects } from "./objects.ts";
import { selectorOf } from "./select.ts";
import type { KubeObject } from "./state.ts";

/** `kubectl describe`: the fields people look for, in kubectl's layout. */
export const describe: Command = {
  flags: {
    "selector,l": "text",
    "all-namespaces,A": "bool",
    "show-events": "bool",
    "filename,f": "list",
    "chunk-size": "int",
  },
  run,
};

type Loose = { [field: string]: Loose } & Loose[];
/** A line: a title and its value; indented by its depth. */
type Row = [title: string, value?: unknown];

const WIDTH = 24;

async function run(context: Context): Promise<void> {
  const { line, namespace, out } = context;
  if (line.flags.has("filename")) throw notInThePlayground('"describe --filename"');
  if (line.words.length === 0)
    throw new KubectlError(
      'error: You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  const state = await readState(context.stateFile);
  const matches = selectorOf(flagOf(line, "selector") ?? "");
  const missing: string[] = [];
  const found = readTargets(line.words).flatMap(({ kind, name }) => {
    const objects = listObjects(state, kind, isOn(line, "all-namespaces") ? null : namespace, Date.now());
    // Like kubectl, a name that is not there is taken for the beginning of one.
    const chosen = objects.filter((one) => (name === null ? matches(one) : one.metadata.name === name));
    const similar =
      name !== null && chosen.length === 0
        ? objects.filter((one) => one.metadata.name.startsWith(name))
        : chosen;
    if (name !== null && similar.length === 0) missing.push(notFound(resourceOf(kind), name).message);
    return similar.map((object) => ({ kind, object }));
  });
  if (found.length === 0 && missing.length === 0)
    context.err(`No resources found in ${namespace} namespace.\n`);
  out(found.map(({ kind, object }) => layout([...common(object), ...detailsOf(kind, object)])).join("\n\n"));
  if (missing.length > 0) throw new KubectlError(missing.join("\n"));
}

function detailsOf(kind: Kind, object: KubeObject): Row[] {
  const loose = object as unknown as Loose;
  if (kind.plural === "deployments") return deploymentRows(loose);
  if (kind.plural === "pods") return podRows(loose);
  if (kind.plural === "services")
    return [
      ["Selector", pairs(loose["spec"]?.["selector"])],
      ["Type", loose["spec"]?.["type"]],
      ["IP", loose["spec"]?.["clusterIP"]],
      ...[...(loose["spec"]?.["ports"] ?? [])].map(
        (port): Row => ["Port", `${port["port"]}/${port["protocol"] ?? "TCP"}`],
      ),
    ];
  if (kind.plural === "configmaps")
    return [
      ["", "\nData\n===="],
      ...Object.entries(object.data ?? {}).map(([key, value]): Row => ["", `${key}:\n----\n${value}\n`]),
    ];
  return [["Status", loose["status"]?.["phase"] ?? "<none>"]];
}

function common({ metadata }: KubeObject): Row[] {
  const namespace: Row[] = metadata.namespace === undefined ? [] : [["Namespace", metadata.namespace]];
  return [
    ["Name", metadata.name],
    ...namespace,
    ["CreationTimestamp", new Date(metadata.creationTimestamp).toUTCString()],
    ["Labels", pairs(metadata.labels)],
    ["Annotations", pairs(metadata.annotations)],
  ];
}

function deploymentRows(object: Loose): Row[] {
  const { spec, status } = object;
  const number = (field: string) => String(status?.[field] ?? 0);
  return [
    ["Selector", pairs(spec?.["selector"]?.["matchLabels"])],
    [
      "Replicas",
      `${spec?.["replicas"]} desired | ${number("updatedReplicas")} updated | ${number("replicas")} total | ${number("availableReplicas")} available | ${number("unavailableReplicas")} unavailable`,
    ],
    ["StrategyType", "RollingUpdate"],
    ["Pod Template"],
    ["  Labels", pairs(spec?.["template"]?.["metadata"]?.["labels"])],
    ["  Annotations", pairs(spec?.["template"]?.["metadata"]?.["annotations"])],
    ["  Containers"],
    ...[...(spec?.["template"]?.["spec"]?.["containers"] ?? [])].flatMap(containerRows),
    ...conditionRows(status?.["conditions"]),
    ["Events", "<none>"],
  ];
}

function podRows({ spec, status }: Loose): Row[] {
  const states = [...(status?.["containerStatuses"] ?? [])];
  const containers = [...(spec?.["containers"] ?? [])].flatMap((container): Row[] => {
    const state = states.find((one) => one["name"] === container["name"]);
    const [name] = Object.keys(state?.["state"] ?? {});
    const reason = state?.["state"]?.["waiting"]?.["reason"];
    return [
      ...containerRows(container),
      ["    State", name === "running" ? "Running" : "Waiting"],
      ...(reason === undefined ? [] : [["      Reason", reason] satisfies Row]),
      ["    Ready", state?.["ready"] ? "True" : "False"],
      ["    Restart Count", state?.["restartCount"] ?? 0],
    ];
  });
  return [
    ["Node", spec?.["nodeName"]],
    ["Status", status?.["phase"]],
    ["IP", status?.["podIP"]],
    ["Containers"],
    ...containers,
    ...conditionRows(status?.["conditions"]),
    ["Events", "<none>"],
  ];
}

function containerRows(container: Loose): Row[] {
  const ports = [...(container["ports"] ?? [])].map(
    (port) => `${port["containerPort"]}/${port["protocol"] ?? "TCP"}`,
  );
  return [
    [`   ${container["name"]}`],
    ["    Image", container["image"]],
    ["    Port", ports.join(", ") || "<none>"],
  ];
}

function conditionRows(conditions: Loose | undefined): Row[] {
  const rows = [...(conditions ?? [])].map(
    (one): Row => [
      "",
      `  ${String(one["type"]).padEnd(16)}${String(one["status"]).padEnd(8)}${one["reason"] ?? ""}`,
    ],
  );
  return [["Conditions"], ["", "  Type            Status  Reason"], ...rows];
}

function layout(rows: Row[]): string {
  const lines = rows.map(([title, value]) =>
    title === ""
      ? String(value)
      : value === undefined
        ? `${title}:`
        : `${`${title}:`.padEnd(WIDTH)}${String(value)}`,
  );
  return `${lines.join("\n")}\n`;
}
