import type { Change } from "#change/change.ts";
import type { Plan } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import { requirementOf } from "#policy/approvals/approvers.ts";
import { whyNotAsk } from "#policy/approvals/asking.ts";
import { freezeOf } from "#policy/approvals/freezes.ts";
import type { Assessment } from "#policy/assess.ts";
import type { Policy } from "#policy/document.ts";
import { findChange } from "#store/changes.ts";
import { findPermission } from "#store/decisions.ts";
import type { ThreadDeps } from "#threads/deps.ts";

type Judged = Extract<Assessment, { ok: true }>;

/** What the rules that rest on who asked and on the clock are held against; each reads the change's row. */
type RulesDeps = Pick<ThreadDeps, "database" | "policy" | "now">;

/**
 * Why a plan is not even previewed, by its commands alone, or null: its requester may not ask for it, or it would have
 * terraform run code and lock a state in a freeze that outlasts every answer.
 */
export async function whyNotPreview(
  deps: RulesDeps,
  changeId: string,
  plan: Plan,
  assessment: Judged,
): Promise<string | null> {
  const change = await findPlanned(deps, changeId);
  return (
    whyNotAsked(deps, change, assessment) ?? whyFrozenOut(deps.policy, change, plan, assessment, deps.now())
  );
}

/** Refuses a plan its requester may not ask for, and lets nothing run by itself in a freeze. */
export async function holdToRules(
  deps: RulesDeps,
  changeId: string,
  assessment: Assessment,
): Promise<Assessment> {
  if (!assessment.ok) return assessment;
  const refusal = whyNotAsked(deps, await findPlanned(deps, changeId), assessment);
  if (refusal !== null) return { ok: false, reason: refusal };
  const { environments, risk } = assessment;
  const isFrozen = freezeOf(deps.policy, { environments, risk }, deps.now()) !== null;
  return { ...assessment, asksPerson: assessment.asksPerson || isFrozen };
}

/** Why an approved plan does not start now, or null. Whoever broke the glass broke it for the run too. */
export async function whyFrozen(
  { database, policy, now }: RulesDeps,
  changeId: string,
  bound: BoundPlan,
): Promise<string | null> {
  const change = await findChange(database, changeId);
  const { risk, environments } = change ?? {};
  if (risk === undefined || risk === null || environments === undefined) return null;
  const freeze = freezeOf(policy, { environments, risk }, now());
  if (freeze === null) return null;
  const permission = await findPermission(database, changeId, bound.revision, bound.digest);
  if (permission?.brokeGlass === true) return null;
  return `A freeze holds until ${freeze.until.toISOString()}: ${freeze.reason}. It began after this was approved.`;
}

async function findPlanned({ database }: RulesDeps, changeId: string): Promise<Change> {
  const change = await findChange(database, changeId);
  if (change === null) throw new Error(`Change ${changeId} is planned and is not there.`);
  return change;
}

function whyNotAsked(
  { policy }: RulesDeps,
  { requester, home }: Change,
  { environments, risk }: Judged,
): string | null {
  const channelId = home?.channelId ?? null;
  return whyNotAsk(policy, { requester, channelId, planned: { environments, risk } });
}

/**
 * Why a terraform change is not planned now. In a freeze a preview is as welcome as any look, where somebody may break the
 * glass on what it shows, or the freeze ends while the question is open; else the state would be locked for nobody.
 */
function whyFrozenOut(
  policy: Policy,
  change: Change,
  plan: Plan,
  { environments, risk }: Judged,
  at: Date,
): string | null {
  if (change.planOnly || !plan.plan.some(({ tool }) => tool === "terraform")) return null;
  const freeze = freezeOf(policy, { environments, risk }, at);
  // By API nobody breaks the glass.
  if (freeze === null || (policy.break_glass.length > 0 && change.home !== null)) return null;
  const { openMinutes } = requirementOf(policy, { environments, risk });
  if (freeze.until.getTime() <= at.getTime() + openMinutes * 60_000) return null;
  return `A freeze holds until ${freeze.until.toISOString()}: ${freeze.reason}. Nobody could approve this before its question ends, so terraform was not asked for a plan. Ask again by then, or for a plan only.`;
}
