import { isAsAssigned, withoutAssigned } from "#execution/fence/server-assigned.ts";
import { type Difference, differencesOf, isSame, pathName } from "#execution/objects/differences.ts";
import type { ObjectState } from "#execution/objects/state.ts";
import { valueIn } from "#execution/objects/values.ts";
import { type ClusterObject, readField } from "#execution/previews/object-changes.ts";

/**
 * What is there of a step's object now: what stood before the step, what the step leaves, none of what it leaves (`other`:
 * somebody else set it), or a part of it.
 */
export type Became = "before" | "after" | "other" | "partly";

/**
 * Holds an object against what the preview saw around a step. `earlier`: what steps of the same plan that are done left of
 * it. Without a dry run nobody knows what the step leaves: what is not as it was is `other` then. Null: the step changes
 * nothing of it, or an earlier one makes it anew.
 */
export function becameOf(
  { before, after, isKnown, isRemade }: ObjectState,
  now: ClusterObject | null,
  earlier: readonly Difference[] = [],
): Became | null {
  // What stood before this step an earlier one made, or deleted.
  if (isRemade === true) return null;
  if (before === null) return after === null ? null : ofMade(after, now);
  if (now !== null && isAnother(before, now)) return isKnown && after === null ? "after" : "other";
  if (!isKnown) return now !== null && isAsLeft(before, now, earlier) ? "before" : "other";
  return after === null ? ofDeleted(now) : ofChanged(differencesOf(before, after), now, earlier);
}

/** What a step writes into an object that it makes (`before`), and is not there (`after`: what is), whatever else is. */
export function missingOf(made: ClusterObject, now: ClusterObject): Difference[] {
  return differencesOf(withoutAssigned(made), withoutAssigned(now)).filter(
    ({ path, before, after }) => before !== undefined && !isAsAssigned(made, path, before, after),
  );
}

function ofChanged(
  changed: readonly Difference[],
  now: ClusterObject | null,
  earlier: readonly Difference[],
): Became | null {
  if (changed.length === 0) return null;
  if (now === null) return "other";
  const isAfter = changed.filter((one) => isSame(valueIn(now, one.path), one.after));
  if (isAfter.length === changed.length) return "after";
  if (isAfter.length > 0) return "partly";
  const isBefore = changed.every((one) => isSame(valueIn(now, one.path), stoodAt(one, earlier)));
  return isBefore ? "before" : "other";
}

/** What stood at a path before the step: an earlier step's value where one set it. */
function stoodAt({ path, before }: Difference, earlier: readonly Difference[]): unknown {
  const left = earlier.find((one) => pathName(one.path) === pathName(path));
  return left === undefined ? before : left.after;
}

/** A step without a dry run may change any of it: it stood still only where nothing differs but what earlier steps left. */
function isAsLeft(before: ClusterObject, now: ClusterObject, earlier: readonly Difference[]): boolean {
  return differencesOf(before, now).every((left) =>
    earlier.some((one) => pathName(one.path) === pathName(left.path) && isSame(one.after, left.after)),
  );
}

/** Being deleted is past the point of return, whatever finalizers hold it. */
function ofDeleted(now: ClusterObject | null): Became {
  if (now === null) return "after";
  return now.metadata["deletionTimestamp"] === undefined ? "before" : "after";
}

/** One of the same name may be somebody else's: it is the step's only where it holds all that the step writes. */
function ofMade(after: ClusterObject, now: ClusterObject | null): Became {
  if (now === null) return "before";
  return missingOf(after, now).length === 0 ? "after" : "other";
}

function isAnother(before: ClusterObject, now: ClusterObject): boolean {
  const uid = (object: ClusterObject) => readField(object.metadata, ["uid"]);
  return uid(before) !== undefined && uid(before) !== uid(now);
}
