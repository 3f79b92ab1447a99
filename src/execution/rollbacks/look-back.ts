import type { StepRecord } from "#change/journal.ts";
import type { Command, Step } from "#change/plan.ts";
import { type BoundPlan, madeFor } from "#change/preview.ts";
import type { FactsDeps } from "#execution/facts/deps.ts";
import { lookAtGroup } from "#execution/facts/read-objects.ts";
import { pathName } from "#execution/objects/differences.ts";
import { keptStates } from "#execution/objects/kept-states.ts";
import { keyOf } from "#execution/objects/state.ts";
import { valueWords } from "#execution/objects/values.ts";
import { type ClusterObject, nameOf } from "#execution/previews/object-changes.ts";
import { findElsewhere } from "#execution/still-approved.ts";
import { clusterLineOf } from "#policy/kubectl/name-context.ts";
import { redactField } from "#redact/value.ts";
import { type Chain, chainsOf, type SeenStep } from "./chain.ts";
import { type OwnedObject, ownedBy, type Way } from "./commands.ts";
import { whyHolding } from "./inside.ts";
import { standsOf } from "./standing.ts";
import type { Others, Ran } from "./stands.ts";

/**
 * What became of the object of a rollback that Greenlight made, by a look right before. `as before`: nothing of the plan
 * stands there. `ours`: this takes it back, by this file. `other`: why it is not touched, for a person; it names the object.
 */
export type BackLook =
  | { kind: "as before" }
  | { kind: "ours"; file: { name: string; bytes: Buffer } | null }
  | { kind: "other"; says: string };

/** What it is given. */
export type BackDeps = Pick<FactsDeps, "openStates" | "redact" | "looks">;

/** One command of a step's rollback, with the attempts of this revision. */
export type BackOf = {
  changeId: string;
  bound: BoundPlan;
  step: Step;
  command: Command;
  records: readonly StepRecord[];
};

/** Looks at the object that one command of a rollback is for, and makes the file it reads from the states that were approved. */
export async function lookBack(deps: BackDeps, back: BackOf, signal: AbortSignal): Promise<BackLook> {
  const { changeId, bound, step, command, records } = back;
  const seen = await seenSteps(deps, changeId, bound);
  const not = (why: string): BackLook => ({ kind: "other", says: `Step ${step.step}: ${why}.` });
  if (typeof seen === "string") return not(seen);
  const owned = ownedObject(step.step, command, seen);
  if (typeof owned === "string") return not(owned);
  const { chain, way, ways } = owned;
  const target = nameOf(chain.object);
  const other = (says: string): BackLook => ({ kind: "other", says: `${target}: ${says}.` });
  const elsewhere = await findElsewhere(changeId, bound, deps.looks, signal);
  if (elsewhere !== null) return other(`it could not be looked at: ${elsewhere.reason.replace(/\.$/, "")}`);
  const look = deps.looks.cluster(changeId, signal);
  const named = { context: chain.context, object: chain.object, command };
  const looked = await lookAtGroup(look, [named]);
  if (!looked.ok) return other(`it could not be looked at: ${deps.redact(looked.problem).slice(0, 300)}`);
  const now = looked.now.get(keyOf(chain.object)) ?? null;
  const ran = (number: number) =>
    records.findLast((one) => one.step === number && one.direction === "forward");
  const stands = standsOf(chain, now, ran, isOpen(chain, bound, ran));
  if (stands.kind === "as before") return stands;
  if (stands.kind === "other") return other(othersWords(stands.says, now ?? chain.object, deps));
  if (stands.verb !== way.verb) {
    // Another of its commands takes it back; where there is none, nothing does.
    const isOthers = ways.some(({ verb }) => verb === stands.verb);
    return isOthers ? { kind: "as before" } : other("it was deleted, and nothing makes it again as it was");
  }
  if (stands.verb === "delete") {
    const isOurs = (found: ClusterObject) =>
      chainsOf(seen).some(
        (one) =>
          one.context === chain.context &&
          keyOf(one.object) === keyOf(found) &&
          standsOf(one, found, ran, isOpen(one, bound, ran)).kind === "ours",
      );
    const holding = await whyHolding(look, named, isOurs);
    if (holding !== null) return other(deps.redact(holding).slice(0, 400));
  }
  if (way.file === null) return { kind: "ours", file: null };
  return { kind: "ours", file: { name: way.file, bytes: Buffer.from(JSON.stringify(stands.content)) } };
}

/** Whether a step ran that changes an object of the plan's making, so that nobody could see what it leaves (`coveredBy`). */
function isOpen(
  { context, object }: Chain,
  { bindings, plan }: BoundPlan,
  ran: (step: number) => Ran | undefined,
): boolean {
  return plan.plan.some((step) => {
    const isSeen = bindings.states?.some((one) => one.step === step.step) === true;
    const line = isSeen ? null : clusterLineOf(step);
    const isCovered = madeFor(bindings, step.step)?.length === 0;
    if (line === null || !isCovered || line.context !== context) return false;
    const hasRun = (ran(step.step)?.outcome ?? "not run") !== "not run";
    return hasRun && line.resources.some(({ name }) => name === object.metadata.name);
  });
}

/** What the previews of the steps saw that have such rollbacks, or why that is not known. */
async function seenSteps(deps: BackDeps, changeId: string, bound: BoundPlan): Promise<SeenStep[] | string> {
  const seen: SeenStep[] = [];
  for (const step of bound.plan.plan) {
    const isKept = bound.bindings.states?.some((one) => one.step === step.step) === true;
    const line = clusterLineOf(step);
    if (!isKept || line === null || madeFor(bound.bindings, step.step) === null) continue;
    const states = await keptStates(deps, changeId, bound, step.step);
    if (states === null)
      return "what stood before is not kept any more as it was approved, or it was sealed with another GREENLIGHT_ENCRYPTION_KEY";
    seen.push({ step: step.step, line, context: line.context ?? "", states });
  }
  return seen;
}

/** The object of a command, by making the rollback once more: what was approved has to be just that. */
function ownedObject(
  step: number,
  command: Command,
  seen: readonly SeenStep[],
): (OwnedObject & { way: Way }) | string {
  const line = JSON.stringify(command.args);
  for (const isPlaced of [true, false]) {
    for (const owned of ownedBy(step, seen, isPlaced)) {
      const way = owned.ways.find((one) => JSON.stringify(one.command.args) === line);
      if (way !== undefined) return { ...owned, way };
    }
  }
  return "its rollback is none that this version of Greenlight makes of what was seen";
}

function othersWords(says: Others, object: ClusterObject, { redact }: BackDeps): string {
  if (typeof says === "string") return says;
  const { path, now, left, by } = says;
  const show = (value: unknown) =>
    valueWords(object, path, value, (name, text) => redactField(name, text, redact));
  const at = by?.at == null ? "" : ` at ${by.at}`;
  const who = by === null ? "" : `, set by ${redact(by.manager)}${at}`;
  return `${pathName(path)} is ${show(now)}${who}, and not ${show(left)} as the plan left it, so it was not touched`;
}
