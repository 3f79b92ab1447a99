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
import type { Database } from "#store/postgres/database.ts";

type Judged = Extract<Assessment, { ok: true }>;

/** The rules that rest on who asked and on the clock, held against one change. */
export type RulesNow = {
  /**
   * Why a plan is not even previewed, by its commands alone, or null: its requester may not ask for it, or it would have
   * terraform run code and lock a state in a freeze that outlasts every answer.
   */
  whyNotPreview(changeId: string, plan: Plan, assessment: Judged): Promise<string | null>;
  /** Refuses a plan its requester may not ask for, and lets nothing run by itself in a freeze. */
  hold(changeId: string, assessment: Assessment): Promise<Assessment>;
  /** Why an approved plan does not start now, or null. Whoever broke the glass broke it for the run too. */
  whyFrozen(changeId: string, bound: BoundPlan): Promise<string | null>;
};

/** Makes them; both read the change's row. */
export function createRulesNow(needs: { database: Database; policy: Policy; now: () => Date }): RulesNow {
  const { database, policy, now } = needs;
  const findPlanned = async (changeId: string): Promise<Change> => {
    const change = await findChange(database, changeId);
    if (change === null) throw new Error(`Change ${changeId} is planned and is not there.`);
    return change;
  };
  const whyNotAsked = ({ requester, home }: Change, { environments, risk }: Judged): string | null =>
    whyNotAsk(policy, {
      requester,
      channelId: home?.channelId ?? null,
      planned: { environments, risk },
    });
  return {
    whyNotPreview: async (changeId, plan, assessment) => {
      const change = await findPlanned(changeId);
      return whyNotAsked(change, assessment) ?? whyFrozenOut(policy, change, plan, assessment, now());
    },
    hold: async (changeId, assessment) => {
      if (!assessment.ok) return assessment;
      const refusal = whyNotAsked(await findPlanned(changeId), assessment);
      if (refusal !== null) return { ok: false, reason: refusal };
      const { environments, risk } = assessment;
      const isFrozen = freezeOf(policy, { environments, risk }, now()) !== null;
      return { ...assessment, asksPerson: assessment.asksPerson || isFrozen };
    },
    whyFrozen: async (changeId, bound) => {
      const change = await findChange(database, changeId);
      const { risk, environments } = change ?? {};
      if (risk === undefined || risk === null || environments === undefined) return null;
      const freeze = freezeOf(policy, { environments, risk }, now());
      if (freeze === null) return null;
      const permission = await findPermission(database, changeId, bound.revision, bound.digest);
      if (permission?.brokeGlass === true) return null;
      return `A freeze holds until ${freeze.until.toISOString()}: ${freeze.reason}. It began after this was approved.`;
    },
  };
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
