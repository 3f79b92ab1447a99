import { keyOf, type ObjectState, type StepStates } from "./state.ts";

/** What the previews of one cluster's earlier steps saw. */
export type EarlierStates = { context: string | null; states: StepStates }[];

/**
 * The states of a step, where an object that an earlier step makes or deletes says of itself that nobody could see what this
 * step will find: the dry run was made against what stood there before either. Adds them to the earlier ones.
 */
export function amongEarlier(
  states: StepStates | null,
  context: string | null,
  earlier: EarlierStates,
): StepStates | null {
  if (states === null) return null;
  const remade = new Set(
    earlier
      .filter((one) => one.context === context)
      .flatMap((one) => one.states.objects.flatMap((state) => keyOfRemade(state))),
  );
  const objects = states.objects.map((state): ObjectState => {
    const object = state.after === null ? null : (state.before ?? state.after);
    return object !== null && remade.has(keyOf(object))
      ? { ...state, isKnown: false, isRemade: true }
      : state;
  });
  const own = { ...states, objects };
  earlier.push({ context, states: own });
  return own;
}

function keyOfRemade({ before, after, isKnown, isRemade }: ObjectState): string[] {
  const object = before ?? after;
  const isMadeOrDeleted = isRemade === true || (isKnown && (before === null || after === null));
  return object !== null && isMadeOrDeleted ? [keyOf(object)] : [];
}
