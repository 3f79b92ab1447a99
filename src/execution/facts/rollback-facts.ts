import type { Fact } from "#change/fact.ts";
import type { StepRecord } from "#change/journal.ts";
import type { Command } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { RunSignals } from "#change/run-signals.ts";
import { type Difference, differencesOf, isSame, pathName } from "#execution/objects/differences.ts";
import { keptStates } from "#execution/objects/kept-states.ts";
import { restoredOf } from "#execution/objects/restored.ts";
import { keyOf, type ObjectState } from "#execution/objects/state.ts";
import { type ClusterObject, nameOf } from "#execution/previews/object-changes.ts";
import { withoutItsAddresses } from "#execution/rollbacks/recreate.ts";
import { findElsewhere } from "#execution/still-approved.ts";
import { clusterLineOf } from "#policy/kubectl/name-context.ts";
import { onlyReads } from "#policy/only-reads.ts";
import { type FactsDeps, readWith, unread } from "./deps.ts";
import type { Left } from "./expected.ts";
import { type Standing, targetName } from "./judge.ts";
import { type FactsRead, readFacts } from "./read-facts.ts";

/** One object of a plan as it was before any step, and what the steps changed of it. */
type Before = {
  step: number;
  context: string;
  object: ClusterObject;
  before: ClusterObject | null;
  changed: Difference[];
  /** What steps would have changed that failed: it stands only where exactly their value is there. */
  tried: Difference[];
};

/** A deletion by a finalizer may take its time; nothing else is waited for. */
const PATIENCE_MS = 30_000;

/**
 * Holds every object the plan touched, also by steps that failed, against what stood before its first step. A plan of an
 * older version, which kept nothing of that, has no facts.
 */
export async function factsOfRollback(
  deps: FactsDeps,
  changeId: string,
  bound: BoundPlan,
  records: readonly StepRecord[],
  { stop, pause }: Pick<RunSignals, "stop" | "pause">,
): Promise<FactsRead> {
  if (bound.bindings.states === undefined) return { facts: [], wasStopped: false };
  const began = bound.plan.plan.filter(
    (step) =>
      step.tool === "kubectl" &&
      !onlyReads(step, deps.policy) &&
      records.some(
        (one) => one.step === step.step && one.direction === "forward" && one.outcome !== "not run",
      ),
  );
  const elsewhere = began.length === 0 ? null : await findElsewhere(changeId, bound, deps.looks, pause);
  if (elsewhere !== null)
    return { facts: began.map(({ step }) => unread(step, elsewhere.reason)), wasStopped: false };
  const outcomeOf = (number: number) =>
    records.findLast((one) => one.step === number && one.direction === "forward")?.outcome;
  const lefts: (Left & { hasFailed: boolean })[] = [];
  const blind: Fact[] = [];
  for (const step of began) {
    const states = await keptStates(deps, changeId, bound, step.step);
    const context = clusterLineOf(step)?.context ?? "";
    if (states === null) blind.push(unread(step.step, "the preview saw nothing of what was there before"));
    else lefts.push({ step: step.step, context, states, hasFailed: outcomeOf(step.step) === "failed" });
  }
  const commandOf = (number: number): Command =>
    began.find(({ step }) => step === number) ?? { tool: "kubectl", args: [], dir: "" };
  const reads = beforeAll(lefts).map((one) => ({
    ...one,
    isGone: one.before === null,
    fields: [],
    command: commandOf(one.step),
    judge: (now: ClusterObject | null) => judgeRestored(one, now),
  }));
  const read = await readFacts(readWith(deps, changeId, pause), reads, deps.now().getTime() + PATIENCE_MS, {
    stop,
    pause,
  });
  return { ...read, facts: [...blind, ...read.facts] };
}

/** What stood there before the first step that touched it, with all that the steps changed. */
function beforeAll(lefts: readonly (Left & { hasFailed: boolean })[]): Before[] {
  const found = new Map<string, Before>();
  for (const left of lefts) {
    for (const state of left.states.objects) {
      const object = state.before ?? state.after;
      if (object === null) continue;
      const key = JSON.stringify([left.context, keyOf(object)]);
      found.set(key, withStep(found.get(key), object, state, left));
    }
  }
  return [...found.values()];
}

function withStep(
  earlier: Before | undefined,
  object: ClusterObject,
  { before, after, isKnown }: ObjectState,
  { step, context, hasFailed }: Left & { hasFailed: boolean },
): Before {
  const first = earlier ?? { step, context, object, before, changed: [], tried: [] };
  const theirs = isKnown && before !== null && after !== null ? differencesOf(before, after) : ANYTHING;
  const kind = hasFailed ? "tried" : "changed";
  return { ...first, step, [kind]: [...first[kind], ...theirs] };
}

/** Where no dry run said what a step changes, every difference may be the step's. */
const ANYTHING: Difference[] = [{ path: [], before: undefined, after: undefined }];

function judgeRestored(one: Before, found: ClusterObject | null): Standing {
  const { step, object, changed, tried } = one;
  // Made again it is another object, and its addresses are new.
  const isAnew = found !== null && one.before?.metadata["uid"] !== found.metadata["uid"];
  const before = isAnew ? bare(one.before) : one.before;
  const now = isAnew ? bare(found) : found;
  const is = (state: Standing["state"], says: string): Standing => ({
    step,
    target: targetName(object),
    state,
    says,
  });
  if (before === null) return judgeUnmade(now, is);
  if (now === null) return is("failed", `${nameOf(before)} is not there`);
  const stands = differencesOf(before, now).filter((left) => tried.some((one) => isOf(one, left)));
  const restored = restoredOf(before, [...changed, ...stands], now);
  if (restored.kind === "not restored")
    return is("failed", `not as it was before: ${restored.fields.slice(0, 5).join(", ")}`);
  const { since } = restored;
  return is("good", since.length === 0 ? "restored" : `restored; since then ${since.slice(0, 5).join(", ")}`);
}

function judgeUnmade(
  now: ClusterObject | null,
  is: (state: Standing["state"], says: string) => Standing,
): Standing {
  if (now === null) return is("good", "it is gone again");
  const isGoing = now.metadata["deletionTimestamp"] !== undefined;
  return isGoing ? is("waiting", "it is being deleted") : is("failed", "it is still there");
}

function bare(object: ClusterObject | null): ClusterObject | null {
  return object === null ? null : withoutItsAddresses(object);
}

/** Whether what is there now is what the step that failed would have left; where that is not known, it may be. */
function isOf(tried: Difference, left: Difference): boolean {
  if (tried.path.length === 0) return true;
  return pathName(tried.path) === pathName(left.path) && isSame(tried.after, left.after);
}
