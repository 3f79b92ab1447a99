import { z } from "zod";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { type Difference, isKeptUp, isSame, pathName, type Stretch } from "./differences.ts";

/** What `kubectl apply` writes for itself. It follows from the file's bytes, which the approval covers. */
const LAST_APPLIED = "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration";

/**
 * Where two states of one object differ, down to single values. `differencesOf` says "the list is new"; here each item of
 * it counts for itself, so that two steps which each add one to the same list can be told apart. What `apply` remembers of
 * itself is left out. `withStatus`: the step writes the status, so that counts too.
 */
export function leafDifferences(
  before: ClusterObject | undefined,
  after: ClusterObject | undefined,
  withStatus: boolean,
): Difference[] {
  return differAt([], before, after, withStatus);
}

function differAt(
  path: readonly Stretch[],
  before: unknown,
  after: unknown,
  withStatus: boolean,
): Difference[] {
  const name = pathName(path);
  const isStatus = path.length === 1 && name === "status";
  if ((isKeptUp(name) && !(isStatus && withStatus)) || name === LAST_APPLIED || isSame(before, after))
    return [];
  const parts = fieldsOf(before, after) ?? itemsOf(before, after);
  // An empty map or list is a value of its own: `emptyDir: {}`.
  if (parts === null || parts.length === 0) return [{ path, before, after }];
  return parts.flatMap(({ stretch, was, is }) => differAt([...path, stretch], was, is, withStatus));
}

type Part = { stretch: Stretch; was: unknown; is: unknown };

const Fields = z.record(z.string(), z.unknown());

/** Key by key, where each side is a map or nothing. */
function fieldsOf(before: unknown, after: unknown): Part[] | null {
  const [was, is] = [Fields.safeParse(before ?? {}), Fields.safeParse(after ?? {})];
  if (!was.success || !is.success) return null;
  const keys = [...new Set([...Object.keys(was.data), ...Object.keys(is.data)])];
  const at = (fields: Record<string, unknown>, key: string) =>
    Object.hasOwn(fields, key) ? fields[key] : undefined;
  return keys.map((key) => ({ stretch: key, was: at(was.data, key), is: at(is.data, key) }));
}

const Named = z.array(z.looseObject({ name: z.string() }));

/** Item by item, where each side is nothing or a list of items with names of their own, and no item changes places. */
function itemsOf(before: unknown, after: unknown): Part[] | null {
  const [was, is] = [Named.safeParse(before ?? []), Named.safeParse(after ?? [])];
  if (!was.success || !is.success) return null;
  const [old, fresh] = [was.data.map(({ name }) => name), is.data.map(({ name }) => name)];
  if (new Set(old).size !== old.length || new Set(fresh).size !== fresh.length) return null;
  const kept = (names: string[], others: string[]) => names.filter((name) => others.includes(name));
  if (!isSame(kept(old, fresh), kept(fresh, old))) return null;
  const names = [...new Set([...old, ...fresh])];
  return names.map((name) => ({
    stretch: { name, index: fresh.indexOf(name) },
    was: was.data.find((item) => item.name === name),
    is: is.data.find((item) => item.name === name),
  }));
}
