import type { KubeObject } from "./cluster-state.ts";

/** The annotation in which apply keeps the file it applied last. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What apply does: the file's fields win, fields that a former file had and this one lacks go, all others stay. */
export function merge(object: KubeObject, last: Partial<KubeObject>, wanted: KubeObject): void {
  const labels = { last: last.metadata?.labels, wanted: wanted.metadata.labels };
  const notes = { last: last.metadata?.annotations, wanted: wanted.metadata.annotations };
  object.metadata.labels = threeWay(object.metadata.labels, labels.last, labels.wanted ?? {}) as Record<
    string,
    string
  >;
  const annotations = threeWay(object.metadata.annotations, notes.last, notes.wanted ?? {}) as Record<
    string,
    string
  >;
  object.metadata.annotations = { ...annotations, [LAST_APPLIED]: JSON.stringify(wanted) };
  if (wanted.spec !== undefined)
    object.spec = threeWay(object.spec, last.spec, wanted.spec) as Record<string, unknown>;
  if (wanted.data !== undefined)
    object.data = threeWay(object.data, last.data, wanted.data) as Record<string, string>;
}

function threeWay(live: unknown, last: unknown, wanted: unknown): unknown {
  if (!isPlain(wanted) || !isPlain(live)) return wanted;
  const gone = isPlain(last) ? Object.keys(last).filter((key) => !(key in wanted)) : [];
  const kept = Object.entries(live).filter(([key]) => !gone.includes(key));
  const base = Object.fromEntries(kept);
  const inner = isPlain(last) ? last : {};
  const merged = Object.entries(wanted).map(
    ([key, value]) => [key, threeWay(base[key], inner[key], value)] as const,
  );
  return { ...base, ...Object.fromEntries(merged) };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
