import { type Difference, isSame, type Stretch } from "#execution/objects/differences.ts";
import { leafDifferences } from "#execution/objects/leaves.ts";
import { isByController } from "#execution/objects/managers.ts";
import { keyOf, type ObjectState } from "#execution/objects/state.ts";
import { valueIn } from "#execution/objects/values.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { canRecreate } from "#execution/rollbacks/recreate.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import { type LeftBefore, pathKey } from "./left-before.ts";
import { isAsAssigned, isGenerated, isStamp, isTime, withoutAssigned } from "./server-assigned.ts";

/** One thing that is not as it was when the plan was made. `sets`: what the step would make of the field. */
export type Other =
  | {
      kind: "field";
      object: ClusterObject;
      path: readonly Stretch[];
      now: unknown;
      was: unknown;
      sets: unknown;
    }
  | { kind: "made"; object: ClusterObject; path: readonly Stretch[]; now: unknown; was: unknown }
  | { kind: "gone" | "anew" | "there" | "new" | "unseen"; object: ClusterObject };

/** What was seen just before a step: what is there, and with its dry run. */
export type Fresh = { now: readonly ClusterObject[]; states: readonly ObjectState[] };

/**
 * What a step would do by now that it would not have done when it was approved: other objects, other fields, or another
 * value before or after. What it does not touch may be as it likes, and a value before may be what an earlier step left.
 */
export function othersOf(
  line: KubectlLine,
  kept: readonly ObjectState[],
  fresh: Fresh,
  left: LeftBefore,
): Other[] {
  const [was, is] = [keyed(kept), keyed(fresh.states)];
  const now = new Map(fresh.now.map((object) => [keyOf(object), object]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [then, again] = [was.get(key), is.get(key)];
    if (then === undefined) return again === undefined ? [] : beside(line, again);
    if (then.isRemade === true) return [];
    const about = then.before ?? then.after;
    return about === null ? [] : otherAt(line, then, again, { about, now: now.get(keyOf(about)), left });
  });
}

/** What it would touch beside what was approved; what it leaves as it is harms nobody. */
function beside(line: KubectlLine, { before, after }: ObjectState): Other[] {
  const object = before ?? after;
  if (object === null) return [];
  const isTouched = before === null || after === null || leavesOf(line, before, after).length > 0;
  return isTouched ? [{ kind: "new", object }] : [];
}

type Place = { about: ClusterObject; now: ClusterObject | undefined; left: LeftBefore };

function otherAt(
  line: KubectlLine,
  approved: ObjectState,
  again: ObjectState | undefined,
  { about, now, left }: Place,
): Other[] {
  const { before, after, isKnown } = approved;
  if (before === null) return otherMade(after ?? about, again, now);
  if (now === undefined) {
    const isLeftAlone = isKnown && after !== null && leavesOf(line, before, after).length === 0;
    return isLeftAlone && again === undefined ? [] : [{ kind: "gone", object: about }];
  }
  const hasDryRun = isKnown && after !== null;
  const isAnother = !hasDryRun && now.metadata["uid"] !== before.metadata["uid"];
  if (isAnother) return [{ kind: "anew", object: now }];
  const values = left.get(keyOf(about)) ?? new Map<string, unknown>();
  if (isKnown && after === null) return otherDeleted(before, now, values);
  return after === null
    ? otherWritten(line, before, now, values)
    : otherChanged(line, { before, after, now, values }, again);
}

/**
 * Its rollback makes again what the preview saw: what somebody changed since would be lost, and "as it was" would not be so.
 * What the cluster's own controllers write, as an autoscaler the count, is nobody's work. What nothing makes again is deleted
 * as it is.
 */
function otherDeleted(
  before: ClusterObject,
  object: ClusterObject,
  values: ReadonlyMap<string, unknown>,
): Other[] {
  if (!canRecreate(before)) return [];
  return leafDifferences(before, object, false)
    .filter(({ path, after }) => !isLeft(values, path, after))
    .filter(({ path, before: was, after }) => !isStamp(path, was, after) && !isByController(object, path))
    .map(({ path, before: was, after }) => ({
      ...{ kind: "field", object, path, now: after, was },
      sets: undefined,
    }));
}

function otherChanged(
  line: KubectlLine,
  approved: {
    before: ClusterObject;
    after: ClusterObject;
    now: ClusterObject;
    values: ReadonlyMap<string, unknown>;
  },
  again: ObjectState | undefined,
): Other[] {
  const { before, after, now, values } = approved;
  // What would be left as it is, a dry run may not print.
  const result = again === undefined ? now : again.after;
  if (result === null) return [{ kind: "unseen", object: now }];
  const about = { object: now, was: before, wanted: after, values };
  return otherLeaves(about, leavesOf(line, before, after), leavesOf(line, now, result));
}

function leavesOf({ flags }: KubectlLine, before: ClusterObject, after: ClusterObject): Difference[] {
  return leafDifferences(before, after, flags.has("--subresource"));
}

/** What would be made has to be absent still, and to be made the same, but for what the server chooses each time. */
function otherMade(
  made: ClusterObject,
  again: ObjectState | undefined,
  now: ClusterObject | undefined,
): Other[] {
  if (now !== undefined || (again !== undefined && again.before !== null))
    return [{ kind: "there", object: now ?? made }];
  if (again === undefined || again.after === null) return [{ kind: "unseen", object: made }];
  const object = again.after;
  return leafDifferences(withoutAssigned(made), withoutAssigned(object), false)
    .filter(({ path, before, after }) => !isAsAssigned(object, path, before, after))
    .map(({ path, before, after }) => ({ kind: "made", object, path, now: after, was: before }));
}

/** Where nobody can say what a verb leaves, these are the fields it writes. Of any other, all of the object has to be as it was. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  "rollout restart": ["spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"],
  "rollout undo": ["spec", "template"],
};

function otherWritten(
  { verb }: KubectlLine,
  was: ClusterObject,
  object: ClusterObject,
  values: ReadonlyMap<string, unknown>,
): Other[] {
  const written = Object.hasOwn(WRITTEN, verb) ? (WRITTEN[verb] ?? []) : [];
  return (
    leafDifferences(was, object, verb.startsWith("certificate "))
      .filter(({ path }) => written.every((name, index) => path[index] === undefined || path[index] === name))
      // Somebody's restart keeps nobody from another: two changes wait for each other's targets, and each restarts.
      .filter(
        ({ path, after }) => !isLeft(values, path, after) && !(verb === "rollout restart" && isTime(after)),
      )
      .map(({ path, before, after }) => ({
        ...{ kind: "field", object, path, now: after, was: before },
        sets: undefined,
      }))
  );
}

/** What is there, what stood there and what was wanted when the plan was made, and what earlier steps were to leave. */
type About = {
  object: ClusterObject;
  was: ClusterObject;
  wanted: ClusterObject;
  values: ReadonlyMap<string, unknown>;
};

function otherLeaves(about: About, approved: readonly Difference[], found: readonly Difference[]): Other[] {
  const [old, fresh] = [byPath(approved), byPath(found)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key): Other[] => {
    const [then, now] = [old.get(key), fresh.get(key)];
    const path = (now ?? then)?.path ?? [];
    if (isSo(about, path, then, now)) return [];
    const { object, was, values } = about;
    const value = now === undefined ? valueIn(object, path) : now.before;
    const before = values.has(key) ? values.get(key) : valueIn(was, path);
    return [{ kind: "field", object, path, now: value, was: before, sets: now?.after }];
  });
}

/** The same value after, and before it the one that was seen, or that an earlier step was to leave. */
function isSo(
  { object, wanted, values }: About,
  path: readonly Stretch[],
  then: Difference | undefined,
  now: Difference | undefined,
): boolean {
  // An earlier step has left it already as this one wants it.
  if (now === undefined) return then !== undefined && isLeft(values, path, then.after);
  // It undoes what an earlier step does: a resume after a pause, a scale back after a scale to 0.
  if (then === undefined) return isLeft(values, path, now.before) && isSame(valueIn(wanted, path), now.after);
  if (!isAsAssigned(object, path, then.after, now.after)) return false;
  if (isStamp(path, then.after, now.after)) return true;
  return isSame(then.before, now.before) || isLeft(values, path, now.before);
}

function isLeft(values: ReadonlyMap<string, unknown>, path: readonly Stretch[], value: unknown): boolean {
  const key = pathKey(path);
  return values.has(key) && isSame(values.get(key), value);
}

function byPath(differences: readonly Difference[]): Map<string, Difference> {
  return new Map(differences.map((one) => [pathKey(one.path), one]));
}

/** A manifest may hold one object twice; each of them counts. */
function keyed(states: readonly ObjectState[]): Map<string, ObjectState> {
  const found = new Map<string, ObjectState>();
  for (const state of states) {
    const object = state.before ?? state.after;
    if (object === null) continue;
    const name = isGenerated(object) ? { ...object, metadata: { ...object.metadata, name: "" } } : object;
    let key = keyOf(name);
    while (found.has(key)) key = `${key} again`;
    found.set(key, state);
  }
  return found;
}
