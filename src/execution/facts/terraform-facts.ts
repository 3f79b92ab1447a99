import type { Fact } from "#change/fact.ts";
import type { StepRecord } from "#change/journal.ts";
import type { Step } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import { againOf } from "#execution/applies/again.ts";
import { Applied, against } from "#execution/applies/applied.ts";
import { keptPlanned } from "#execution/applies/kept-planned.ts";
import { type AgainDeps, listState, planAgain } from "#execution/applies/plan-again.ts";
import type { PlannedApply } from "#execution/applies/planned.ts";
import { counted, doneInPart } from "#execution/applies/words.ts";
import type { ExecutionDeps } from "#execution/deps.ts";

/** What facts about terraform are read with. */
export type TerraformFactsDeps = AgainDeps & Pick<ExecutionDeps, "policy" | "openStates" | "openApplied">;

/** A step that applied a saved plan, and the last attempt at it. */
export type Apply = { changeId: string; bound: BoundPlan; step: Step; last: StepRecord };

/**
 * What came of an apply that ended well: its own output against the saved plan, address by address, and one more plan
 * (`terraform.verify`). Of what nothing is kept only its end is known.
 */
export async function factsOfApply(
  deps: TerraformFactsDeps,
  apply: Apply,
  signal: AbortSignal,
): Promise<Fact[]> {
  const planned = await keptPlanned(deps, apply.changeId, apply.bound, apply.step.step);
  if (planned === null) return [factOf(apply, "good", "terraform ended without an error")];
  const applied = await appliedBy(deps, apply);
  const told = applied === null ? [] : heldAgainst(deps, apply, planned, applied);
  const seen = deps.policy.terraform.verify ? await verified(deps, apply, planned, signal) : null;
  const said = applied === null ? "nobody saw what it did" : wellSaid(planned, applied);
  const isSeen = applied !== null || seen?.isVerified === true;
  const whole = [said, ...(seen?.note === undefined ? [] : [seen.note])].join("; ");
  return [factOf(apply, isSeen ? "good" : "unknown", whole), ...told, ...(seen?.facts ?? [])];
}

/** What an apply that failed made all the same: "created: a, b; not created: c". None where nothing is kept of it. */
export async function factsOfFailedApply(
  deps: TerraformFactsDeps,
  apply: Apply,
  signal: AbortSignal,
): Promise<Fact[]> {
  const planned = await keptPlanned(deps, apply.changeId, apply.bound, apply.step.step);
  const applied = planned === null ? null : await appliedBy(deps, apply);
  if (planned === null || applied === null) return [];
  if (applied.begun.length > 0) {
    const state = await listState(deps, apply, signal);
    return [{ ...factOf(apply, "failed", doneInPart(planned, applied, state, deps.redact)), changed: true }];
  }
  const says = "nothing was begun, so all is as it was";
  // What only leaves the state, or gets another address there, is done without a word.
  if (planned.resources.some(({ isSilent }) => isSilent)) return [];
  return [{ ...factOf(apply, "failed", says), changed: false }];
}

async function appliedBy(deps: TerraformFactsDeps, { last }: Apply): Promise<Applied | null> {
  const { changeId, revision, step, direction, attempt } = last;
  const bytes = await deps.openApplied({ changeId, revision, step, direction, attempt });
  return bytes === null ? null : Applied.parse(JSON.parse(bytes.toString("utf8")));
}

function wellSaid(planned: PlannedApply, applied: Applied): string {
  const { missing, extra, hadNothingToDo } = against(planned, applied);
  const did = counted(applied.done);
  const none = hadNothingToDo.length === 0 ? "" : `, ${hadNothingToDo.length} turned out to be up to date`;
  const as = missing.length + extra.length === 0 ? "applied as planned" : "terraform ended without an error";
  return `${as}: ${did === "" ? "no object touched" : did}${none}`;
}

function heldAgainst(
  { redact }: TerraformFactsDeps,
  apply: Apply,
  planned: PlannedApply,
  applied: Applied,
): Fact[] {
  const { missing, extra } = against(planned, applied);
  return [
    ...missing.map(({ address, did }) =>
      factOf(apply, "unknown", `its output does not say that the ${NOUN[did]} was done`, redact(address)),
    ),
    ...extra.map(({ address, did }) =>
      factOf(apply, "failed", `a ${NOUN[did]} that was not in the saved plan`, redact(address)),
    ),
  ];
}

const NOUN = { create: "creation", update: "update", destroy: "destruction", import: "import" } as const;
const MOST_NAMED = 5;

type Verified = { isVerified: boolean; note?: string; facts: Fact[] };

async function verified(
  deps: TerraformFactsDeps,
  apply: Apply,
  planned: PlannedApply,
  signal: AbortSignal,
): Promise<Verified> {
  const seen = await planAgain(deps, apply, planned, signal);
  if (!seen.ok) {
    const says = `not verified: ${seen.problem.replace(/\.$/, "").slice(0, 500)}`;
    return { isVerified: false, facts: [factOf(apply, "unknown", says)] };
  }
  const { again, more } = againOf(planned, seen.resources);
  const facts = again.map(({ address, why }) =>
    factOf(apply, "failed", `one more plan would ${why} again what was applied`, deps.redact(address)),
  );
  if (more.length === 0)
    return {
      isVerified: true,
      facts,
      ...(again.length === 0 ? { note: "one more plan shows no changes" } : {}),
    };
  const names = more.slice(0, MOST_NAMED).map((address) => deps.redact(address));
  const rest = more.length > MOST_NAMED ? ` and ${more.length - MOST_NAMED} more` : "";
  return { isVerified: true, facts, note: `one more plan would also change ${names.join(", ")}${rest}` };
}

function factOf({ step }: Apply, state: Fact["state"], says: string, address: string | null = null): Fact {
  const root = step.dir === "" ? "Terraform" : `Terraform root ${step.dir}`;
  return { step: step.step, target: address === null ? root : `${address} (${root})`, state, says };
}
