import { type Freeze, freezeAt } from "#change/approval.ts";
import type { Risk } from "#change/plan.ts";
import type { Policy } from "#policy/document.ts";
import { UNNAMED_ENVIRONMENT } from "./approvers.ts";

/**
 * The freezes of these environments, past and future ones too. One that names no environment holds in all of them; a
 * place the policy does not name may be any of them, so every freeze holds there.
 */
export function freezesOf(policy: Policy, environments: readonly string[]): Freeze[] {
  const isUnnamed = environments.length === 0 || environments.includes(UNNAMED_ENVIRONMENT);
  return policy.freezes
    .filter((freeze) => {
      const named = freeze.environments;
      return isUnnamed || named.length === 0 || named.some((name) => environments.includes(name));
    })
    .map(({ from, until, environments: where, reason }) => ({
      from: new Date(from),
      until: new Date(until),
      environments: where,
      reason,
    }));
}

/** The freeze that keeps this change from running by itself at this moment, or null. What only reads is never kept. */
export function freezeOf(
  policy: Policy,
  change: { environments: readonly string[]; risk: Risk },
  at: Date,
): Freeze | null {
  return change.risk === "low" ? null : freezeAt(freezesOf(policy, change.environments), at);
}
