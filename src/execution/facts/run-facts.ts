import type { Fact } from "#change/fact.ts";
import type { StepRecord } from "#change/journal.ts";
import type { Command, Step } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { RunSignals } from "#change/run-signals.ts";
import { keptStates } from "#execution/objects/kept-states.ts";
import { keyOf, type ObjectState } from "#execution/objects/state.ts";
import { namedArgs, placeArgs } from "#execution/previews/kubectl-args.ts";
import { type ClusterObject, readObjects } from "#execution/previews/object-changes.ts";
import { findElsewhere } from "#execution/still-approved.ts";
import { reopenCopy } from "#execution/workspace/copy.ts";
import { clusterLineOf } from "#policy/kubectl/name-context.ts";
import { onlyReads } from "#policy/only-reads.ts";
import { type FactsDeps, readWith, unread } from "./deps.ts";
import { expectedOf, type Left } from "./expected.ts";
import { factsOfFailed } from "./failed-facts.ts";
import { targetName } from "./judge.ts";
import { type FactsRead, type MadeObject, type Read, readFacts } from "./read-facts.ts";
import { factsOfApply, factsOfFailedApply, type TerraformFactsDeps } from "./terraform-facts.ts";

/** What facts of a run are read with: terraform's too. */
export type RunFactsDeps = FactsDeps & TerraformFactsDeps;

/**
 * Reads back what a run left: of the steps that are done and may have changed something, and of the one that failed. `records`
 * are the attempts of this revision. Looks until `settle_seconds` after the last step's end, whoever carries the change by then.
 */
export async function factsOfRun(
  deps: RunFactsDeps,
  changeId: string,
  bound: BoundPlan,
  records: readonly StepRecord[],
  signals: Pick<RunSignals, "stop" | "pause">,
): Promise<FactsRead> {
  const read = await factsOfDone(deps, changeId, bound, records, signals);
  if (read.wasStopped) return read;
  const over = AbortSignal.any([signals.stop, signals.pause]);
  const applied: Fact[] = [];
  for (const step of bound.plan.plan) {
    const last = records.findLast((one) => one.step === step.step && one.direction === "forward");
    if (last === undefined || step.tool !== "terraform" || onlyReads(step, deps.policy)) continue;
    const apply = { changeId, bound, step, last };
    if (last.outcome === "done") applied.push(...(await factsOfApply(deps, apply, over)));
    if (last.outcome === "failed") applied.push(...(await factsOfFailedApply(deps, apply, over)));
  }
  signals.pause.throwIfAborted();
  const failed = await factsOfFailed(deps, changeId, bound, records, signals.pause);
  const facts = inOrder([...applied, ...read.facts, ...failed]);
  return { ...read, facts, wasStopped: signals.stop.aborted };
}

async function factsOfDone(
  deps: FactsDeps,
  changeId: string,
  bound: BoundPlan,
  records: readonly StepRecord[],
  { stop, pause }: Pick<RunSignals, "stop" | "pause">,
): Promise<FactsRead> {
  const ran = bound.plan.plan.flatMap((step) => {
    const last = records.findLast((one) => one.step === step.step && one.direction === "forward");
    return last?.outcome === "done" && !onlyReads(step, deps.policy) ? [{ step, last }] : [];
  });
  const steps = ran.map(({ step }) => step);
  const objects = steps.filter(({ tool }) => tool === "kubectl");
  // A plan of an older version kept nothing of what it would do, and its commands may name no cluster.
  if (objects.length === 0 || bound.bindings.states === undefined) return { facts: [], wasStopped: false };
  const elsewhere = await findElsewhere(changeId, bound, deps.looks, pause);
  if (elsewhere !== null) {
    const facts = objects.map(({ step }) => unread(step, elsewhere.reason));
    return { facts, wasStopped: false };
  }
  const lefts: Left[] = [];
  const blind: Fact[] = [];
  for (const step of objects) {
    const states = await statesLeft(deps, changeId, bound, step, pause);
    if (typeof states === "string") blind.push(unread(step.step, states));
    else if (states !== null) lefts.push(states);
  }
  const ended = Math.max(0, ...ran.map(({ last }) => last.finishedAt?.getTime() ?? 0));
  const until = ended + 1_000 * deps.policy.deadlines.settle_seconds;
  const commandOf = (number: number): Command => objects.find(({ step }) => step === number) ?? NO_COMMAND;
  const reads = expectedOf(lefts).map((one): Read => ({ ...one, command: commandOf(one.step) }));
  const made = new Map<string, MadeObject>();
  const onSeen = (seen: Read, now: ClusterObject): void => {
    const step = makerOf(lefts, seen);
    const uid = now.metadata["uid"];
    const target = targetName(seen.object);
    if (step !== null && typeof uid === "string" && !made.has(target))
      made.set(target, { step, target, uid });
  };
  const read = await readFacts({ ...readWith(deps, changeId, pause), onSeen }, reads, until, { stop, pause });
  return { ...read, facts: [...blind, ...read.facts], made: [...made.values()] };
}

/** The step that made an object, where its preview found none of that name; null: it was there. */
function makerOf(lefts: readonly Left[], { context, object }: Read): number | null {
  const key = keyOf(object);
  for (const left of lefts) {
    const own = left.context !== context ? undefined : left.states.objects.find((one) => keyed(one) === key);
    if (own !== undefined) return own.before === null ? left.step : null;
  }
  return null;
}

function keyed({ before, after }: ObjectState): string | null {
  const object = before ?? after;
  return object === null ? null : keyOf(object);
}

const NO_COMMAND: Command = { tool: "kubectl", args: [], dir: "" };

function inOrder(facts: readonly Fact[]): Fact[] {
  return facts.toSorted((one, other) => one.step - other.step);
}

/** What a step left, by its preview; where that saw nothing yet, what its words name now. A sentence: neither can be told. */
async function statesLeft(
  deps: FactsDeps,
  changeId: string,
  bound: BoundPlan,
  step: Step,
  signal: AbortSignal,
): Promise<Left | null | string> {
  const line = clusterLineOf(step);
  if (line === null) return null;
  const context = line.context ?? "";
  const { bindings } = bound;
  const states = await keptStates(deps, changeId, bound, step.step);
  if (states !== null) return { step: step.step, context, states };
  const named = namedArgs(line);
  if (named === null) return "its words name nothing to look at";
  const opened = await reopenCopy(deps, changeId, bound.plan, bindings.files, step);
  if (!opened.ok) return opened.reason;
  const args = ["get", ...named, ...placeArgs(line), "-o", "json", "--ignore-not-found"];
  const looked = await deps.looks.kubectl(opened.copy, signal)(args, step);
  if (!looked.ok) return deps.redact(looked.problem).slice(0, 300);
  const objects = readObjects(looked.stdout).map((before) => ({ before, after: null, isKnown: false }));
  if (objects.length === 0) return "nothing of what it names is there";
  return { step: step.step, context, states: { objects } };
}
