import { type ClusterObject, readField } from "#execution/previews/object-changes.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import { isSame } from "./differences.ts";
import { keyOf, type ObjectState, type StepStates } from "./state.ts";

/** What the previews of one cluster's earlier steps saw. */
export type EarlierStates = { context: string | null; states: StepStates }[];

/**
 * The states of a step, where an object that an earlier step makes or deletes says of itself that nobody could see what this
 * step will find: the dry run was made against what stood there before either. A scale to the count
 * that is there now begins at the one an earlier step leaves: it would count as changing nothing, and the facts would ask for
 * the earlier count. Adds them to the earlier ones.
 */
export function amongEarlier(
  states: StepStates | null,
  line: Pick<KubectlLine, "verb" | "context">,
  earlier: EarlierStates,
): StepStates | null {
  if (states === null) return null;
  const { context } = line;
  const before = earlier.filter((one) => one.context === context).flatMap((one) => one.states.objects);
  const remade = new Set(before.flatMap(keyOfRemade));
  const objects = states.objects.map((state): ObjectState => {
    const object = state.after === null ? null : (state.before ?? state.after);
    return object !== null && remade.has(keyOf(object))
      ? { ...state, isKnown: false, isRemade: true }
      : line.verb === "scale"
        ? fromCountLeft(state, before)
        : state;
  });
  const own = { ...states, objects };
  earlier.push({ context, states: own });
  return own;
}

/** The state of a scale to what is there now, from the count that the last of the earlier steps leaves which changes it. */
function fromCountLeft(state: ObjectState, earlier: readonly ObjectState[]): ObjectState {
  const { before, after } = state;
  if (before === null || after === null || !isSame(countOf(before), countOf(after))) return state;
  const last = earlier.findLast(
    (one) =>
      one.before !== null &&
      one.after !== null &&
      keyOf(one.before) === keyOf(before) &&
      !isSame(countOf(one.before), countOf(one.after)),
  );
  const spec = readField(before, ["spec"]);
  if (last === undefined || last.after === null || typeof spec !== "object" || spec === null) return state;
  return { ...state, before: { ...before, spec: { ...spec, replicas: countOf(last.after) } } };
}

function countOf(object: ClusterObject): unknown {
  return readField(object, ["spec", "replicas"]);
}

function keyOfRemade({ before, after, isKnown, isRemade }: ObjectState): string[] {
  const object = before ?? after;
  const isMadeOrDeleted = isRemade === true || (isKnown && (before === null || after === null));
  return object !== null && isMadeOrDeleted ? [keyOf(object)] : [];
}
