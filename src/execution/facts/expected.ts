import { type Difference, differencesOf, pathName } from "#execution/objects/differences.ts";
import { keyOf, type ObjectState, type StepStates } from "#execution/objects/state.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";

/** What a step left, by its preview. `context`: the cluster it ran in. */
export type Left = { step: number; context: string; states: StepStates };

/** What one object should be after the steps that ran: there or gone, and with these values. */
export type Expected = {
  /** The last step that touched it. */
  step: number;
  context: string;
  /** As the preview saw it last, to name it by. */
  object: ClusterObject;
  isGone: boolean;
  fields: Difference[];
};

/**
 * Puts what several steps leave together, object by object: where two set the same path the later one counts, and what an
 * object's own step says of being there or gone is the last word.
 */
export function expectedOf(lefts: readonly Left[]): Expected[] {
  const found = new Map<string, Expected>();
  for (const { step, context, states } of lefts) {
    for (const state of states.objects) {
      const object = state.after ?? state.before;
      if (object === null) continue;
      const key = JSON.stringify([context, keyOf(object)]);
      found.set(key, after(found.get(key)?.fields ?? [], state, { step, context, object }));
    }
  }
  return [...found.values()];
}

function after(
  earlier: readonly Difference[],
  { before, after: left, isKnown }: ObjectState,
  about: Pick<Expected, "step" | "context" | "object">,
): Expected {
  if (isKnown && left === null) return { ...about, isGone: true, fields: [] };
  const fields = isKnown && left !== null ? changedBy(before, left) : [];
  return { ...about, isGone: false, fields: merged(earlier, fields) };
}

/** Of what a step made anew there is nothing to compare: that it is there, and how it stands, says it. */
function changedBy(before: ClusterObject | null, after: ClusterObject): Difference[] {
  return before === null ? [] : differencesOf(before, after);
}

function merged(earlier: readonly Difference[], later: readonly Difference[]): Difference[] {
  const set = new Set(later.map(({ path }) => pathName(path)));
  return [...earlier.filter(({ path }) => !set.has(pathName(path))), ...later];
}
