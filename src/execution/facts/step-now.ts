import type { BoundPlan } from "#change/preview.ts";
import { type Difference, differencesOf } from "#execution/objects/differences.ts";
import { keptStates } from "#execution/objects/kept-states.ts";
import { keyOf, type ObjectState } from "#execution/objects/state.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { findElsewhere } from "#execution/still-approved.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import { clusterLineOf } from "#policy/kubectl/name-context.ts";
import { onlyReads } from "#policy/only-reads.ts";
import { type Became, becameOf } from "./became.ts";
import { type FactsDeps, readWith } from "./deps.ts";
import { expectedOf, type Left } from "./expected.ts";
import { judgeObject, targetName } from "./judge.ts";
import { groupsOf, lookAtGroup, type Named } from "./read-objects.ts";

/** One object of a step as it is now; `says` is for people and redacted. */
export type ObjectNow = { target: string; became: Became; says: string };

/**
 * What the objects of a step are now, by one look. `untold`: nothing is kept of them, or what is kept does not say all that
 * the step may have changed. `unread`: they could not be looked at.
 */
export type StepNow =
  | { kind: "untold" }
  | { kind: "unread"; problem: string }
  | { kind: "seen"; objects: ObjectNow[] };

/** Looks once at what a kubectl step of a plan changes, where every changing step before it is done. */
export async function lookAtStep(
  deps: FactsDeps,
  changeId: string,
  bound: BoundPlan,
  number: number,
  signal: AbortSignal,
): Promise<StepNow> {
  const step = bound.plan.plan.find((one) => one.step === number);
  const line = step === undefined ? null : clusterLineOf(step);
  const left = line === null ? null : await leftBy(deps, changeId, bound, number, line);
  if (step === undefined || line === null || left === null || !isAllOfIt(line, left.states.objects))
    return { kind: "untold" };
  const elsewhere = await findElsewhere(changeId, bound, deps.looks, signal);
  if (elsewhere !== null) return { kind: "unread", problem: elsewhere.reason };
  const earlier = await earlierOf(deps, changeId, bound, number);
  const named = left.states.objects.flatMap((state): Looked[] => {
    const object = state.after ?? state.before;
    if (object === null) return [];
    const own = earlier.get(JSON.stringify([left.context, keyOf(object)])) ?? [];
    return [{ context: left.context, object, command: step, state, earlier: own }];
  });
  return look(deps, changeId, named, signal);
}

type Looked = Named & { state: ObjectState; earlier: readonly Difference[] };

async function look(
  deps: FactsDeps,
  changeId: string,
  named: readonly Looked[],
  signal: AbortSignal,
): Promise<StepNow> {
  const { look: get, redact } = readWith(deps, changeId, signal);
  const objects: ObjectNow[] = [];
  for (const group of groupsOf(named)) {
    const found = await lookAtGroup(get, group);
    if (!found.ok) return { kind: "unread", problem: deps.redact(found.problem).slice(0, 300) };
    for (const one of group) {
      const now = found.now.get(keyOf(one.object)) ?? null;
      const became = becameOf(one.state, now, one.earlier);
      if (became !== null) objects.push({ target: targetName(one.object), became, says: wordsOf(one, now) });
    }
  }
  return objects.length === 0 ? { kind: "untold" } : { kind: "seen", objects };

  function wordsOf({ state: { before, after, isKnown }, object }: Looked, now: ClusterObject | null): string {
    if (now === null) return "it is not there";
    const fields = isKnown && before !== null && after !== null ? differencesOf(before, after) : [];
    if (fields.length === 0) return isKnown ? "it is there" : "it is not as it was";
    return judgeObject({ step: 0, context: "", object, isGone: false, fields }, now, redact).says;
  }
}

/** Verbs without a dry run that change nothing but the objects they name. */
const ON_ITSELF =
  /^(rollout (restart|undo|pause|resume)|cordon|uncordon|scale|set .*|label|annotate|taint|patch)$/;

/** Whether what is kept holds all that the step may change: a drain evicts pods, and prune deletes what nobody named. */
function isAllOfIt(line: KubectlLine, objects: readonly ObjectState[]): boolean {
  if (["--prune", "--force", "--subresource"].some((name) => line.flags.has(name))) return false;
  // A dry run made up another name than the run.
  if (objects.some(({ before, after }) => before === null && after?.metadata["generateName"] !== undefined))
    return false;
  if (objects.some(({ isRemade }) => isRemade === true)) return false;
  return objects.every(({ isKnown }) => isKnown) || ON_ITSELF.test(line.verb);
}

/** What the steps before it left of each object, by its cluster and key. */
async function earlierOf(
  deps: FactsDeps,
  changeId: string,
  bound: BoundPlan,
  number: number,
): Promise<Map<string, Difference[]>> {
  const lefts: Left[] = [];
  for (const step of bound.plan.plan) {
    const line = step.step < number && !onlyReads(step, deps.policy) ? clusterLineOf(step) : null;
    const left = line === null ? null : await leftBy(deps, changeId, bound, step.step, line);
    if (left !== null) lefts.push(left);
  }
  return new Map(
    expectedOf(lefts).map(({ context, object, fields }) => [
      JSON.stringify([context, keyOf(object)]),
      [...fields],
    ]),
  );
}

async function leftBy(
  deps: FactsDeps,
  changeId: string,
  bound: BoundPlan,
  step: number,
  { context }: KubectlLine,
): Promise<Left | null> {
  const states = await keptStates(deps, changeId, bound, step);
  return states === null ? null : { step, context: context ?? "", states };
}
