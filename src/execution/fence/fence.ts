import type { HeldBack } from "#change/journal.ts";
import { maxRisk, type Step } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import { keptStates } from "#execution/objects/kept-states.ts";
import { type StepStates, statesOf } from "#execution/objects/state.ts";
import { rowsOf } from "#execution/previews/kubectl.ts";
import type { Look, NotSeen } from "#execution/previews/look.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { plannedFields } from "#execution/previews/planned-fields.ts";
import { nothingMatches, whatWasLookedFor } from "#execution/previews/reach.ts";
import { riskOf } from "#execution/previews/risk.ts";
import { dryRun, readCurrent } from "#execution/previews/see-step.ts";
import type { Files } from "#policy/files.ts";
import { judge } from "#policy/judge.ts";
import { type KubectlLine, readKubectl } from "#policy/kubectl/line.ts";
import { redactField } from "#redact/value.ts";
import { type LeftBefore, leftBefore } from "./left-before.ts";
import { type Fresh, type Other, othersOf } from "./others.ts";
import { whyNoLonger } from "./shown-again.ts";
import { beyondNamed, othersUnseen } from "./unseen.ts";
import { othersInWords } from "./words.ts";

/** What the fence is given. */
export type FenceDeps = Pick<ExecutionDeps, "policy" | "openStates" | "redact">;

/** Why a step must not run. */
export type Held = { reason: string; heldBack: HeldBack };

/**
 * The last look before a kubectl step: its preview is made again and held against the one that was approved. Null: it does
 * the same, or changes nothing. It narrows the time in which somebody else may change what the step writes to that between
 * this look and the step's own request; what kubectl sends has no condition on what it saw.
 */
export async function whyHeld(
  deps: FenceDeps,
  about: { changeId: string; bound: BoundPlan; step: Step; files: Files },
  look: Look,
): Promise<Held | null> {
  const { changeId, bound, step, files } = about;
  const verdict = judge(step, deps.policy, files);
  const { states: bindings, shown = [] } = bound.bindings;
  const isKept = bindings?.some((one) => one.step === step.step) === true;
  // What only reads had no preview. What is denied is refused right before the spawn.
  if (step.tool !== "kubectl" || verdict.decision === "deny" || (verdict.risk === "low" && !isKept))
    return null;
  const rests = shown.find((one) => one.step === step.step)?.shows ?? [];
  // Approved with an older version, which kept nothing of what it saw.
  if (bindings === undefined && rests.length === 0) return null;
  const read = readKubectl(step.args);
  if (!read.ok) return untold(read.reason);
  const kept = await keptStates(deps, changeId, bound, step.step);
  if (kept === null && isKept)
    return untold(
      "what was seen of it when it was planned is not kept any more, or was sealed with another GREENLIGHT_ENCRYPTION_KEY",
    );
  const seen = await seeAgain(read.line, step, look);
  const again: SeenAgain = { line: read.line, step, kept, seen };
  const alone = whyOther(deps, again, new Map());
  // What earlier steps were to leave is read only where something differs: mostly nothing does.
  const other = alone && whyOther(deps, again, await leftBefore(deps, changeId, bound, step.step));
  if (other !== null) return { reason: `${other} ${NOT_APPROVED}`, heldBack: "other" };
  if (!seen.ok) return untold(seen.problem);
  const looked = { line: read.line, now: seen.now, after: seen.dry, back: step.rollback };
  const missing = whyNoLonger(looked, rests);
  return missing === null ? null : { reason: missing, heldBack: "other" };
}

const NOT_APPROVED = "So the step would do something else than was approved.";

type Again = Fresh & { dry: readonly ClusterObject[] | null; planned: readonly ClusterObject[] | null };
/** `now` null: not even that could be looked at. */
type NotAgain = NotSeen & { now: readonly ClusterObject[] | null };
type SeenAgain = {
  line: KubectlLine;
  step: Step;
  kept: StepStates | null;
  seen: ({ ok: true } & Again) | NotAgain;
};

/** The look and the dry run of the preview once more, with who set what. */
async function seeAgain(line: KubectlLine, step: Step, look: Look): Promise<SeenAgain["seen"]> {
  const current = await readCurrent(line, step, look, ["--show-managed-fields"]);
  if (!current.ok) return { ...current, now: null };
  const now = current.objects;
  const sought = whatWasLookedFor(line, now);
  if (sought !== null) return { ...nothingMatches(sought), now };
  const dried = await dryRun(line, step, look);
  if (!dried.ok) return { ...dried, now };
  const planned = (await plannedFields(line, step, now, look))?.objects ?? null;
  const states = statesOf(line, { now, dry: dried.objects, planned });
  return { ok: true, now, states, dry: dried.objects, planned };
}

/** What it would do that was not approved, in words; null: nothing. `left`: by the earlier steps. */
function whyOther(deps: FenceDeps, { line, step, kept, seen }: SeenAgain, left: LeftBefore): string | null {
  if (!seen.ok) {
    // A dry run fails where a precondition is lost: then what is there says more than kubectl's words.
    const lost = kept === null || seen.now === null ? [] : othersUnseen(line, kept.objects, seen.now, left);
    return lost.length === 0 ? null : inWords(deps, lost);
  }
  const others = kept === null ? beyondNamed(line, seen.states) : othersOf(line, kept.objects, seen, left);
  if (others.length > 0) return inWords(deps, others);
  if (kept?.risk === undefined) return null;
  const rows = rowsOf(line, seen.now, seen.planned ?? seen.dry, (_name, value) => value);
  const { risk, reasons } = riskOf(line, seen.now, rows, step.rollback);
  return maxRisk(risk, kept.risk) === kept.risk ? null : `By now ${deps.redact(reasons.join("; "))}.`;
}

function inWords({ redact }: FenceDeps, others: readonly Other[]): string {
  return othersInWords(others, (name, value) => redactField(name, value, redact));
}

function untold(problem: string): Held {
  return {
    reason: `What it would do by now could not be told just before it: ${problem.replace(/\.$/, "")}.`,
    heldBack: "untold",
  };
}
