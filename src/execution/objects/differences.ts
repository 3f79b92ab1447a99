import { z } from "zod";
import type { ClusterObject } from "#execution/previews/object-changes.ts";

/** One stretch of a path: a key, or an item of a list with its name and where it stands in the newer object. */
export type Stretch = string | { name: string; index: number };

/** A path that differs. `undefined`: there is nothing on that side. */
export type Difference = { path: readonly Stretch[]; before: unknown; after: unknown };

/** What the server or a controller keeps up by itself, and nobody asks for. */
const KEPT_UP = [
  "status",
  "metadata.managedFields",
  "metadata.resourceVersion",
  "metadata.generation",
  "metadata.uid",
  "metadata.creationTimestamp",
  "metadata.selfLink",
];
/** Annotations that controllers write for themselves. `change-cause` is a person's, and last-applied belongs to `apply`. */
const CONTROLLERS_OWN =
  /^metadata\.annotations\.(deployment\.kubernetes\.io\/.*|deprecated\.daemonset\.template\.generation|autoscaling\.alpha\.kubernetes\.io\/(conditions|current-metrics|behavior)|control-plane\.alpha\.kubernetes\.io\/leader)$/;

/** Maps that others write into too, so that a new one differs key by key. An empty one is none to the server. */
const MARKS = /(^|\.)(metadata\.(labels|annotations)|data)$/;

/**
 * Where two states of one object differ, path by path. Items of a list are told apart by their names, as long as none of
 * the older ones is missing and they stand in the same order; any other list differs as a whole.
 */
export function differencesOf(before: ClusterObject, after: ClusterObject): Difference[] {
  return differAt([], before, after);
}

/** A path as people write it: "spec.template.spec.containers.app.image". */
export function pathName(path: readonly Stretch[]): string {
  return path.map((stretch) => (typeof stretch === "string" ? stretch : stretch.name)).join(".");
}

/** Whether the server or a controller writes what stands under this name, whoever changes the object. */
export function isKeptUp(name: string): boolean {
  return KEPT_UP.includes(name) || CONTROLLERS_OWN.test(name);
}

/** Whether two values are the same, whatever the order of their keys. */
export function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function differAt(path: readonly Stretch[], before: unknown, after: unknown): Difference[] {
  const name = pathName(path);
  if (isKeptUp(name) || isSame(before, after)) return [];
  const was = before === undefined && MARKS.test(name) ? {} : before;
  if (isFields(was) && isFields(after)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(after)])];
    return keys.flatMap((key) => differAt([...path, key], valueAt(was, key), valueAt(after, key)));
  }
  const pairs = Array.isArray(before) && Array.isArray(after) ? pairsOf(before, after) : null;
  if (pairs === null) return [{ path, before, after }];
  return pairs.flatMap(({ name: item, index, was, is }) =>
    differAt([...path, { name: item, index }], was, is),
  );
}

type Pair = { name: string; index: number; was: unknown; is: unknown };

/** Items of both lists side by side; null when they cannot be told apart for sure. */
function pairsOf(before: readonly unknown[], after: readonly unknown[]): Pair[] | null {
  const old = namesOf(before);
  const fresh = namesOf(after);
  if (old === null || fresh === null) return null;
  const kept = fresh.filter((name) => old.includes(name));
  if (kept.length !== old.length || kept.some((name, index) => name !== old[index])) return null;
  return fresh.map((name, index) => {
    const at = old.indexOf(name);
    return { name, index, was: at === -1 ? undefined : before[at], is: after[index] };
  });
}

function namesOf(items: readonly unknown[]): string[] | null {
  const read = z.array(z.looseObject({ name: z.string() })).safeParse(items);
  if (!read.success) return null;
  const names = read.data.map(({ name }) => name);
  return new Set(names).size === names.length ? names : null;
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valueAt(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, part: unknown) =>
    isFields(part) ? Object.fromEntries(Object.entries(part).toSorted(byKey)) : part,
  );
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
