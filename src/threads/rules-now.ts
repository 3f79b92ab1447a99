import type { BoundPlan } from "../change/preview.ts";
import { whyNotAsk } from "../policy/asking.ts";
import type { Assessment } from "../policy/assess.ts";
import type { Policy } from "../policy/document.ts";
import { freezeOf } from "../policy/freezes.ts";
import { findChange } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import { findPermission } from "../store/decisions.ts";

/** The rules that rest on who asked and on the clock, held against one change. */
export type RulesNow = {
  /** Refuses a plan its requester may not ask for, and lets nothing run by itself in a freeze. */
  hold(changeId: string, assessment: Assessment): Promise<Assessment>;
  /** Why an approved plan does not start now, or null. Whoever broke the glass broke it for the run too. */
  whyFrozen(changeId: string, bound: BoundPlan): Promise<string | null>;
};

/** Makes them; both read the change's row. */
export function createRulesNow(needs: { database: Database; policy: Policy; now: () => Date }): RulesNow {
  const { database, policy, now } = needs;
  return {
    hold: async (changeId, assessment) => {
      if (!assessment.ok) return assessment;
      const change = await findChange(database, changeId);
      if (change === null) throw new Error(`Change ${changeId} is planned and is not there.`);
      const { environments, risk } = assessment;
      const channelId = change.home?.channelId ?? null;
      const refusal = whyNotAsk(policy, {
        requester: change.requester,
        channelId,
        planned: { environments, risk },
      });
      if (refusal !== null) return { ok: false, reason: refusal };
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
