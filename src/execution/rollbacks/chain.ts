import { withValue } from "#execution/objects/at-path.ts";
import { differencesOf } from "#execution/objects/differences.ts";
import { keyOf, type ObjectState, type StepStates } from "#execution/objects/state.ts";
import { type ClusterObject, readField } from "#execution/previews/object-changes.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";

/** What the preview of one changing step saw. `context`: the cluster it runs in. */
export type SeenStep = { step: number; line: KubectlLine; context: string; states: StepStates };

/** What one step makes of an object. `isRestart`: with a time that only kubectl knows. `isAlone`: the step has no other object. `isForced`: it may delete the object and make it again. */
export type Link = {
  step: number;
  state: ObjectState;
  isRestart: boolean;
  isAlone: boolean;
  isForced: boolean;
};

/** One object of a plan, with the steps that touch it, in order. The first of them owns its rollback. */
export type Chain = {
  key: string;
  context: string;
  object: ClusterObject;
  before: ClusterObject | null;
  links: Link[];
};

/** Stands for a time that only kubectl knows. */
export const SOME_TIME = "greenlight: some time";
const RESTARTED_AT = ["spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"];

/** The objects that these steps touch, each with all its steps. */
export function chainsOf(steps: readonly SeenStep[]): Chain[] {
  const found = new Map<string, Chain>();
  for (const { step, line, context, states } of steps) {
    for (const state of states.objects) {
      const object = state.before ?? state.after;
      if (object === null || isLeftAsIs(state, line)) continue;
      const key = JSON.stringify([context, keyOf(object)]);
      const chain = found.get(key) ?? { key, context, object, before: state.before, links: [] };
      const isAlone = states.objects.length === 1;
      chain.links.push({ step, ...withRestart(line, state), isAlone, isForced: line.flags.has("--force") });
      found.set(key, chain);
    }
  }
  return [...found.values()];
}

/** An `apply` of ten objects may change one. */
function isLeftAsIs({ before, after }: ObjectState, { verb }: KubectlLine): boolean {
  if (verb === "rollout restart" || before === null || after === null) return false;
  return differencesOf(before, after).length === 0;
}

/** No dry run of a restart is there, and what it writes is known but for the time. */
function withRestart({ verb }: KubectlLine, state: ObjectState): Pick<Link, "state" | "isRestart"> {
  const isRestart = verb === "rollout restart" && state.before !== null && !state.isKnown;
  if (!isRestart) return { state, isRestart };
  const after = withValue(state.before, RESTARTED_AT, SOME_TIME) as ClusterObject;
  return { state: { before: state.before, after, isKnown: true }, isRestart };
}

/** The time of a restart as an object has it, or undefined. */
export function restartedAt(object: ClusterObject): unknown {
  return readField(object, RESTARTED_AT);
}

/** What stands after each of some steps, the first of them on what stood before the plan. Null: the object is not there. */
export function composed(before: ClusterObject | null, links: readonly Link[]): (ClusterObject | null)[] {
  const all: (ClusterObject | null)[] = [];
  let stands = before;
  for (const { state } of links) {
    stands = afterStep(stands, state);
    all.push(stands);
  }
  return all;
}

/**
 * A later step is previewed against what was there before the earlier ones, so only what it changes itself is put on what
 * they left; where both set the same path the later one counts.
 */
function afterStep(stands: ClusterObject | null, { before, after }: ObjectState): ClusterObject | null {
  if (after === null || before === null || stands === null) return after;
  return differencesOf(before, after).reduce<ClusterObject>(
    (object, { path, after: value }) => withValue(object, path, value) as ClusterObject,
    stands,
  );
}
