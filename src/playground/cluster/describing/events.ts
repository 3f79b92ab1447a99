import { humanAge } from "#playground/cluster/printing/table.ts";
import type { KubeObject } from "#playground/cluster/state.ts";

/** What is told of an object, at the end of its description. */
export function eventLines(
  events: readonly KubeObject[],
  { kind, metadata }: KubeObject,
  now: number,
): string[] {
  const mine = events.filter(({ involvedObject }) => {
    const about = Object(involvedObject);
    const isHere = about.namespace === undefined || about.namespace === (metadata.namespace ?? "");
    return about.kind === kind && about.name === metadata.name && isHere;
  });
  if (mine.length === 0) return ["Events:\t<none>"];
  const rows = mine
    .toSorted((one, other) => timeOf(one, "lastTimestamp") - timeOf(other, "lastTimestamp"))
    .map((one) => {
      const { component } = Object(one["source"]);
      return `  ${one["type"]}\t${one["reason"]}\t${lastSeen(one, now)}\t${component}\t${one["message"]}`;
    });
  return ["Events:", "  Type\tReason\tAge\tFrom\tMessage", "  ----\t------\t----\t----\t-------", ...rows];
}

/** How long ago, and how often since when. */
export function lastSeen(event: KubeObject, now: number): string {
  const last = humanAge(now - timeOf(event, "lastTimestamp"));
  const count = Number(event["count"]);
  return count > 1 ? `${last} (x${count} over ${humanAge(now - timeOf(event, "firstTimestamp"))})` : last;
}

/** When an event was told last. */
export function lastTold(event: KubeObject): number {
  return timeOf(event, "lastTimestamp");
}

/** What an event is about. */
export function aboutOf(event: KubeObject): { kind: string; name: string } {
  const { kind, name } = Object(event["involvedObject"]);
  return { kind: String(kind), name: String(name) };
}

function timeOf(event: KubeObject, field: string): number {
  return Date.parse(String(event[field]));
}
