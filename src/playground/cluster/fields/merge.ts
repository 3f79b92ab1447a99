import type { KubeObject } from "#playground/cluster/state.ts";
import { listKey } from "./patches.ts";

/** The annotation in which apply keeps the file it applied last. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What apply does: the file's fields win, fields that a former file had and this one lacks go, all others stay. */
export function merge(object: KubeObject, last: Partial<KubeObject>, wanted: KubeObject): void {
  const labels = { last: last.metadata?.labels, wanted: wanted.metadata.labels };
  const notes = { last: last.metadata?.annotations, wanted: wanted.metadata.annotations };
  if (object.metadata.labels !== undefined || labels.wanted !== undefined)
    object.metadata.labels = threeWay(object.metadata.labels, labels.last, labels.wanted ?? {}) as Record<
      string,
      string
    >;
  const annotations = threeWay(object.metadata.annotations, notes.last, notes.wanted ?? {}) as Record<
    string,
    string
  >;
  object.metadata.annotations = { ...annotations, [LAST_APPLIED]: lastApplied(wanted) };
  const rest = Object.keys(wanted).filter((field) => !/^(apiVersion|kind|metadata|status)$/.test(field));
  for (const field of rest) object[field] = threeWay(object[field], last[field], wanted[field]);
}

/** What apply notes of a file: its object on one line, as kubectl writes it. */
export function lastApplied(wanted: KubeObject): string {
  return `${JSON.stringify(wanted)}\n`;
}

function threeWay(live: unknown, last: unknown, wanted: unknown, field = ""): unknown {
  if (Array.isArray(live) && Array.isArray(wanted)) return threeLists(live, last, wanted, field);
  if (!isPlain(wanted) || !isPlain(live)) return wanted;
  const gone = isPlain(last) ? Object.keys(last).filter((key) => !(key in wanted)) : [];
  const kept = Object.entries(live).filter(([key]) => !gone.includes(key));
  const base = Object.fromEntries(kept);
  const inner = isPlain(last) ? last : {};
  const merged = Object.entries(wanted).map(
    ([key, value]) => [key, threeWay(base[key], inner[key], value, key)] as const,
  );
  return { ...base, ...Object.fromEntries(merged) };
}

/** Lists whose items have names are merged item by item; any other list is replaced. */
function threeLists(live: unknown[], last: unknown, wanted: unknown[], field: string): unknown[] {
  const former: unknown[] = Array.isArray(last) ? last : [];
  const key = listKey(field, [...live, ...wanted]);
  if (key === undefined) return wanted;
  const of = (list: unknown[], name: unknown) => list.find((one) => isPlain(one) && one[key] === name);
  const merged = live.filter(isPlain).flatMap((item) => {
    const next = of(wanted, item[key]);
    if (next !== undefined) return [threeWay(item, of(former, item[key]), next)];
    return of(former, item[key]) === undefined ? [item] : [];
  });
  const fresh = wanted.filter(isPlain).filter((item) => of(live, item[key]) === undefined);
  return [...merged, ...fresh];
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
