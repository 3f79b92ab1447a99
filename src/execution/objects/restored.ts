import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { type Difference, differencesOf, pathName } from "./differences.ts";
import { managerOf } from "./managers.ts";

/**
 * What came of a way back, for one object. `restored`: it is as it was, or differs only where the plan changed nothing,
 * and `since` says what others changed there. `not restored`: these fields are not what they were.
 */
export type Restored = { kind: "restored"; since: string[] } | { kind: "not restored"; fields: string[] };

/** Holds an object after the way back against what stood before the plan. `changed`: what the plan changed of it. */
export function restoredOf(
  before: ClusterObject,
  changed: readonly Difference[],
  now: ClusterObject,
): Restored {
  const left = differencesOf(before, now);
  const ours = left.filter(({ path }) => changed.some((one) => meets(pathName(one.path), pathName(path))));
  if (ours.length > 0) return { kind: "not restored", fields: ours.map(({ path }) => pathName(path)) };
  const since = left.map(({ path }) => {
    const by = managerOf(now, path);
    return by === null ? pathName(path) : `${pathName(path)} was changed by ${by.manager}`;
  });
  return { kind: "restored", since };
}

/** Whether one path is the other, or lies below it; the empty one is the whole object. */
function meets(one: string, other: string): boolean {
  if (one === "") return true;
  return `${one}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${one}.`);
}
