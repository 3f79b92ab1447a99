import type { Kind } from "#playground/cluster/kinds.ts";
import { singularOf } from "#playground/cluster/kinds.ts";
import type { KubeObject } from "#playground/cluster/state.ts";

/** How a table is printed: kubectl's flags in words. */
type TableOptions = {
  wide: boolean;
  namespaces: boolean;
  labels: boolean;
  headers: boolean;
  prefix: boolean;
};

/** kubectl's columns are three spaces apart and at least six characters wide. */
const GAP = 3;
const MIN_WIDTH = 6;

type Column = [title: string, cell: (object: KubeObject) => string, wide?: "wide"];
type Loose = { [field: string]: Loose } & Loose[];

const age: Column = ["AGE", ({ metadata }) => humanAge(Date.now() - Date.parse(metadata.creationTimestamp))];
const columns: Record<string, Column[]> = {
  deployments: [
    ["READY", (one) => `${at(one, "status.readyReplicas", 0)}/${at(one, "spec.replicas", 0)}`],
    ["UP-TO-DATE", (one) => at(one, "status.updatedReplicas", 0)],
    ["AVAILABLE", (one) => at(one, "status.availableReplicas", 0)],
    age,
    ["CONTAINERS", (one) => containers(one, "name"), "wide"],
    ["IMAGES", (one) => containers(one, "image"), "wide"],
    ["SELECTOR", (one) => pairs(walk(one, "spec.selector.matchLabels")), "wide"],
  ],
  pods: [
    [
      "READY",
      (one) =>
        `${statuses(one).filter((status) => String(status["ready"]) === "true").length}/${statuses(one).length}`,
    ],
    ["STATUS", podStatus],
    ["RESTARTS", restarts],
    age,
    ["IP", (one) => at(one, "status.podIP"), "wide"],
    ["NODE", (one) => at(one, "spec.nodeName"), "wide"],
    ["NOMINATED NODE", () => "<none>", "wide"],
    ["READINESS GATES", () => "<none>", "wide"],
  ],
  services: [
    ["TYPE", (one) => at(one, "spec.type")],
    ["CLUSTER-IP", (one) => at(one, "spec.clusterIP")],
    ["EXTERNAL-IP", () => "<none>"],
    ["PORT(S)", ports],
    age,
    ["SELECTOR", (one) => pairs(walk(one, "spec.selector")), "wide"],
  ],
  configmaps: [["DATA", (one) => String(Object.keys(one.data ?? {}).length)], age],
  namespaces: [["STATUS", (one) => at(one, "status.phase")], age],
  replicasets: [
    ["DESIRED", (one) => at(one, "spec.replicas", 0)],
    ["CURRENT", (one) => at(one, "status.replicas", 0)],
    ["READY", (one) => at(one, "status.readyReplicas", 0)],
    age,
  ],
  resourcequotas: [
    age,
    ["REQUEST", (one) => used(one, /^(?!limits\.)/)],
    ["LIMIT", (one) => used(one, /^limits\./)],
  ],
  events: [
    ["LAST SEEN", (one) => humanAge(Date.now() - Date.parse(at(one, "lastTimestamp")))],
    ["TYPE", (one) => at(one, "type")],
    ["REASON", (one) => at(one, "reason")],
    ["OBJECT", (one) => `${at(one, "involvedObject.kind").toLowerCase()}/${at(one, "involvedObject.name")}`],
    ["MESSAGE", (one) => at(one, "message")],
  ],
  horizontalpodautoscalers: [
    ["REFERENCE", (one) => `${at(one, "spec.scaleTargetRef.kind")}/${at(one, "spec.scaleTargetRef.name")}`],
    ["TARGETS", targets],
    ["MINPODS", (one) => at(one, "spec.minReplicas", "<unset>")],
    ["MAXPODS", (one) => at(one, "spec.maxReplicas")],
    ["REPLICAS", (one) => at(one, "status.currentReplicas", 0)],
    age,
  ],
  endpoints: [["ENDPOINTS", endpoints], age],
  endpointslices: [
    ["ADDRESSTYPE", (one) => at(one, "addressType")],
    [
      "PORTS",
      (one) =>
        shortened(
          (walk(one, "ports") ?? []).map((port) => String(port["port"])),
          "<unset>",
        ),
    ],
    [
      "ENDPOINTS",
      (one) =>
        shortened(
          (walk(one, "endpoints") ?? []).map((each) => String(each["addresses"]?.[0])),
          "<unset>",
        ),
    ],
    age,
  ],
  nodes: [
    ["STATUS", (one) => (at(one, "spec.unschedulable") === "true" ? "Ready,SchedulingDisabled" : "Ready")],
    ["ROLES", () => "control-plane"],
    age,
    ["VERSION", (one) => at(one, "status.nodeInfo.kubeletVersion")],
  ],
};

/** The table `kubectl get` prints for objects of one kind, with a newline at its end. */
export function tableOf(kind: Kind, objects: KubeObject[], options: TableOptions): string {
  const name: Column = [
    "NAME",
    ({ metadata }) => `${options.prefix ? `${singularOf(kind)}/` : ""}${metadata.name}`,
  ];
  const shown: Column[] = [
    ...(options.namespaces && kind.namespaced
      ? [["NAMESPACE", ({ metadata }) => metadata.namespace ?? ""] satisfies Column]
      : []),
    // An event goes by what it is about.
    ...(kind.plural === "events" ? [] : [name]),
    ...(columns[kind.plural] ?? [age]).filter(([, , wide]) => wide === undefined || options.wide),
    ...(options.labels ? [["LABELS", ({ metadata }) => pairs(metadata.labels)] satisfies Column] : []),
  ];
  const rows = objects.map((object) => shown.map(([, cell]) => cell(object)));
  const lines = options.headers ? [shown.map(([title]) => title), ...rows] : rows;
  const widths = shown.map((_, column) =>
    Math.max(MIN_WIDTH, ...lines.map((line) => (line[column] ?? "").length + GAP)),
  );
  return lines
    .map(
      (line) =>
        `${line.map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join("")}\n`,
    )
    .join("");
}

/** A length of time as kubectl shortens it: `45s`, `3m12s`, `5h`, `2d`. */
export function humanAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return both(minutes, "m", seconds % 60, "s");
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return both(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  if (days < 8) return both(days, "d", hours % 24, "h");
  return days < 730 ? `${days}d` : both(Math.floor(days / 365), "y", days % 365, "d");
}

/** `a=b,c=d`, or `<none>`. */
export function pairs(labels: unknown): string {
  const entries = Object.entries((labels ?? {}) as Record<string, string>);
  return entries.length === 0 ? "<none>" : entries.map(([key, value]) => `${key}=${value}`).join(",");
}

function both(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
}

function walk(object: unknown, path: string): Loose | undefined {
  return path.split(".").reduce<Loose | undefined>((value, field) => value?.[field], object as Loose);
}

function at(object: KubeObject, path: string, fallback: string | number = "<none>"): string {
  return String(walk(object, path) ?? fallback);
}

function containers(object: KubeObject, field: string): string {
  return (walk(object, "spec.template.spec.containers") ?? []).map((one) => String(one[field])).join(",");
}

function statuses(object: KubeObject): Loose[] {
  return walk(object, "status.containerStatuses") ?? [];
}

function podStatus(object: KubeObject): string {
  return String(walk(statuses(object)[0], "state.waiting.reason") ?? at(object, "status.phase"));
}

/** How often, and how long ago for the last time. */
function restarts(object: KubeObject): string {
  const [status] = statuses(object);
  const last = Date.parse(String(walk(status, "lastState.terminated.finishedAt")));
  const often = String(status?.["restartCount"] ?? 0);
  return often === "0" || Number.isNaN(last) ? often : `${often} (${humanAge(Date.now() - last)} ago)`;
}

/** What is used of a quota, of what there may be. */
function used(object: KubeObject, of: RegExp): string {
  const all = Object.entries(walk(object, "spec.hard") ?? {}).filter(([name]) => of.test(name));
  return all.map(([name, most]) => `${name}: ${walk(object, "status.used")?.[name] ?? 0}/${most}`).join(", ");
}

/** What an autoscaler goes by; nothing here measures it. */
function targets(object: KubeObject): string {
  const metrics = (walk(object, "spec.metrics") ?? []).map((metric) => {
    const resource = walk(metric, "resource");
    return `${resource?.["name"]}: <unknown>/${walk(resource, "target.averageUtilization")}%`;
  });
  return metrics.join(", ") || "<none>";
}

function endpoints(object: KubeObject): string {
  const all = (walk(object, "subsets") ?? []).flatMap((subset) =>
    (subset["ports"] ?? []).flatMap((port) =>
      (subset["addresses"] ?? []).map((address) => `${address["ip"]}:${port["port"]}`),
    ),
  );
  return shortened(all, "<none>");
}

/** The first three, and how many more. */
function shortened(all: readonly string[], none: string): string {
  const more = all.length > 3 ? ` + ${all.length - 3} more...` : "";
  return all.length === 0 ? none : `${all.slice(0, 3).join(",")}${more}`;
}

function ports(object: KubeObject): string {
  const found = walk(object, "spec.ports") ?? [];
  return found.length === 0
    ? "<none>"
    : found.map((one) => `${one["port"]}/${one["protocol"] ?? "TCP"}`).join(",");
}
