import { isSame } from "#execution/objects/differences.ts";
import { leafDifferences } from "#execution/objects/leaves.ts";
import { keyOf, type ObjectState } from "#execution/objects/state.ts";
import { valueIn } from "#execution/objects/values.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import { type LeftBefore, pathKey } from "./left-before.ts";
import type { Other } from "./others.ts";

/** Where the dry run fails by now: the fields the step was to write that are not as they were, by the look alone. */
export function othersUnseen(
  { flags }: KubectlLine,
  kept: readonly ObjectState[],
  now: readonly ClusterObject[],
  left: LeftBefore,
): Other[] {
  const there = new Map(now.map((object) => [keyOf(object), object]));
  return kept.flatMap(({ before, after, isKnown, isRemade }): Other[] => {
    if (before === null || isRemade === true) return [];
    const object = there.get(keyOf(before));
    if (object === undefined) return [{ kind: "gone", object: before }];
    if (after === null || !isKnown) return [];
    const values = left.get(keyOf(before));
    return leafDifferences(before, after, flags.has("--subresource")).flatMap((one): Other[] => {
      const [value, earlier] = [valueIn(object, one.path), values?.get(pathKey(one.path))];
      if (isSame(value, one.before) || (earlier !== undefined && isSame(value, earlier))) return [];
      return [
        { kind: "field", object, path: one.path, now: value, was: earlier ?? one.before, sets: undefined },
      ];
    });
  });
}

/**
 * Of a step that nothing could be seen of when it was planned: what it would touch and does not name. A selector names
 * nothing, so what it finds is what was approved.
 */
export function beyondNamed({ resources }: KubectlLine, states: readonly ObjectState[]): Other[] {
  const names = resources.flatMap(({ name }) => name ?? []);
  if (names.length === 0 || names.length < resources.length) return [];
  return states.flatMap(({ before, after }): Other[] => {
    const object = before ?? after;
    return object === null || names.includes(object.metadata.name) ? [] : [{ kind: "new", object }];
  });
}
