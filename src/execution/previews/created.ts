import type { PreviewRow } from "#change/preview.ts";
import { accessOf } from "./created-access.ts";
import { type ClusterObject, nameOf, type RedactField, readField, shown } from "./object-changes.ts";

/** A value of what is made, with the name that may say that it is a secret. */
type Value = { label: string; name: string; value: unknown };

/**
 * What is made, value by value: what it lets through or permits, counts, images, ports, routes, data. What gives access is
 * told apart, because it is read first. Of a Secret only the names of its keys.
 */
export function createdRows(
  now: readonly ClusterObject[],
  after: readonly ClusterObject[],
  redact: RedactField,
): { access: PreviewRow[]; values: PreviewRow[] } {
  const made = after.filter((object) => !now.some((one) => isSame(one, object)));
  const access = made.flatMap((object) =>
    accessOf(object).map(([label, value]) => row(object, { label, name: "", value }, redact)),
  );
  const values = made.flatMap((object) => valuesOf(object).map((value) => row(object, value, redact)));
  return { access, values };
}

function row(object: ClusterObject, { label, name, value }: Value, redact: RedactField): PreviewRow {
  const after = shown(value, (text) => redact(name, text));
  return { target: `${nameOf(object)} ${label}`, action: "update", before: null, after };
}

function isSame(one: ClusterObject, other: ClusterObject): boolean {
  const { metadata } = other;
  return (
    one.kind === other.kind &&
    one.metadata.name === metadata.name &&
    one.metadata.namespace === metadata.namespace
  );
}

function valuesOf(object: ClusterObject): Value[] {
  const spec = object["spec"];
  const pod =
    [["jobTemplate", "spec", "template", "spec"], ["template", "spec"], []]
      .map((path) => readField(spec, path))
      .find((one) => Array.isArray(readField(one, ["containers"]))) ?? {};
  const containers = listOf(readField(pod, ["containers"]));
  const all: Value[] = [
    plain("replicas", readField(spec, ["replicas"])),
    plain("replicas", range(object)),
    plain("schedule", readField(spec, ["schedule"])),
    ...listOf(readField(pod, ["initContainers"])).map((one) => imageOf(one, 2)),
    ...containers.map((one) => imageOf(one, containers.length)),
    ...containers.flatMap((one) => listOf(readField(one, ["ports"]))).map(containerPort),
    ...(object.kind === "Service" ? servicePorts(spec) : []),
    ...(object.kind === "Ingress" ? listOf(readField(spec, ["rules"])).flatMap(routes) : []),
    plain("size", readField(spec, ["resources", "requests", "storage"])),
    ...dataOf(object),
  ];
  return all.filter(({ value }) => value !== undefined && value !== null);
}

function plain(label: string, value: unknown): Value {
  return { label, name: "", value };
}

function imageOf(container: unknown, many: number): Value {
  const name = readField(container, ["name"]);
  return plain(many === 1 ? "image" : `image of ${String(name)}`, readField(container, ["image"]));
}

function containerPort(port: unknown): Value {
  return plain(portLabel(port), readField(port, ["containerPort"]));
}

function servicePorts(spec: unknown): Value[] {
  const ports = listOf(readField(spec, ["ports"])).map((port) => {
    const [from, to, node] = ["port", "targetPort", "nodePort"].map((name) => readField(port, [name]));
    const target = to === undefined ? "" : ` → ${String(to)}`;
    return plain(
      portLabel(port),
      `${String(from)}${target}${node === undefined ? "" : `, on every node ${String(node)}`}`,
    );
  });
  const type = readField(spec, ["type"]);
  const sources = listOf(readField(spec, ["loadBalancerSourceRanges"])).map(String);
  const open =
    type === "LoadBalancer" ? `, from: ${sources.length === 0 ? "anyone" : sources.join(", ")}` : "";
  return [
    ...(type === undefined || type === "ClusterIP" ? [] : [plain("type", `${String(type)}${open}`)]),
    ...ports,
  ];
}

function portLabel(port: unknown): string {
  const name = readField(port, ["name"]);
  return name === undefined ? "port" : `port ${String(name)}`;
}

function routes(rule: unknown): Value[] {
  return listOf(readField(rule, ["http", "paths"])).map((path) => {
    const service = readField(path, ["backend", "service"]);
    const port = readField(service, ["port", "number"]) ?? readField(service, ["port", "name"]);
    const host = readField(rule, ["host"]) ?? "every host";
    return plain(
      `route ${String(host)}${String(readField(path, ["path"]) ?? "")}`,
      `${String(readField(service, ["name"]))}:${String(port)}`,
    );
  });
}

function range({ kind, ...object }: ClusterObject): string | undefined {
  if (kind !== "HorizontalPodAutoscaler") return undefined;
  const least = readField(object["spec"], ["minReplicas"]) ?? 1;
  return `${String(least)} to ${String(readField(object["spec"], ["maxReplicas"]))}`;
}

function dataOf(object: ClusterObject): Value[] {
  const isSecret = object.kind === "Secret";
  const data = Object.entries({ ...entries(object["data"]), ...entries(object["stringData"]) });
  return [
    ...data.map(([key, value]) => ({
      label: `data.${key}`,
      name: key,
      value: isSecret ? "[a secret's value]" : value,
    })),
    ...Object.keys(entries(object["binaryData"])).map((key) => plain(`data.${key}`, "(binary)")),
  ];
}

function entries(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
