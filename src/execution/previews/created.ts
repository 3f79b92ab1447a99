import { type ClusterObject, nameOf, readField } from "./object-changes.ts";

/** A preview names so many of what it makes; its rows name them all. */
const MAX_TOLD = 10;

/** What of each object that is made a person wants to know: images, counts, ports, the names of its keys. Never a value of a config map or variable. */
export function createdFacts(now: readonly ClusterObject[], after: readonly ClusterObject[]): string[] {
  const made = after.filter((object) => !now.some((one) => isSame(one, object)));
  return made.slice(0, MAX_TOLD).flatMap((object) => {
    const parts = partsOf(object);
    return parts.length === 0 ? [] : [`${nameOf(object)} will be made: ${parts.join(", ")}`];
  });
}

function isSame(one: ClusterObject, other: ClusterObject): boolean {
  const { metadata } = other;
  return (
    one.kind === other.kind &&
    one.metadata.name === metadata.name &&
    one.metadata.namespace === metadata.namespace
  );
}

function partsOf(object: ClusterObject): string[] {
  const spec = object["spec"];
  const pod =
    [["jobTemplate", "spec", "template", "spec"], ["template", "spec"], []]
      .map((path) => readField(spec, path))
      .find((one) => Array.isArray(readField(one, ["containers"]))) ?? {};
  const replicas = readField(spec, ["replicas"]);
  const schedule = readField(spec, ["schedule"]);
  const containers = listOf(readField(pod, ["containers"]));
  return [
    ...(typeof replicas === "number" ? [`${replicas} ${replicas === 1 ? "replica" : "replicas"}`] : []),
    ...(typeof schedule === "string" ? [`schedule ${schedule}`] : []),
    ...list(
      "image",
      containers.map((one) => readField(one, ["image"])),
    ),
    ...list(
      "port",
      containers
        .flatMap((one) => listOf(readField(one, ["ports"])))
        .map((port) => readField(port, ["containerPort"])),
    ),
    ...list("port", listOf(readField(spec, ["ports"])).map(servicePort)),
    ...range(object),
    ...list("key", [...keysOf(object["data"]), ...keysOf(object["binaryData"])]),
  ];
}

function servicePort(port: unknown): string {
  const to = readField(port, ["targetPort"]);
  return `${String(readField(port, ["port"]))}${to === undefined ? "" : ` to ${String(to)}`}`;
}

function range({ kind, ...object }: ClusterObject): string[] {
  if (kind !== "HorizontalPodAutoscaler") return [];
  const least = readField(object["spec"], ["minReplicas"]) ?? 1;
  return [`${String(least)} to ${String(readField(object["spec"], ["maxReplicas"]))} replicas`];
}

function list(word: string, values: readonly unknown[]): string[] {
  const texts = values.filter((value) => typeof value === "string" || typeof value === "number").map(String);
  if (texts.length === 0) return [];
  return [`${word}${texts.length === 1 ? "" : "s"} ${texts.join(", ")}`];
}

function keysOf(data: unknown): string[] {
  return typeof data === "object" && data !== null ? Object.keys(data) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
