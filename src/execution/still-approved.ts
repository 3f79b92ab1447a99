import type { Command } from "#change/plan.ts";
import { type Bindings, type BoundPlan, isMade } from "#change/preview.ts";
import { type WorkspaceDeps, whyFilesDiffer } from "#execution/workspace/copy.ts";
import { digestOf } from "#policy/digest.ts";
import type { Policy } from "#policy/document.ts";
import { judge } from "#policy/judge.ts";
import { refuseMissing } from "./environment-error.ts";
import { isUntold, kubectlTargets, whyElsewhere } from "./kubectl-identity.ts";
import type { Looks } from "./looks.ts";

/** What differs. `isCertain` false: it could not be looked at, and may be as it was. */
export type Difference = { reason: string; isCertain: boolean };

/** What the check is given. */
export type DifferenceDeps = WorkspaceDeps & { policy: Policy; looks: Pick<Looks, "kubeconfig"> };

/**
 * Whether what was approved is still what would run, asked at the click, before the run, before each step and before each
 * way back: the rules, the bytes of every file the commands can read, and the clusters they run against are those the
 * digest was made from (docs/architecture.md, invariant 5). Saved terraform plans are checked where they are laid out, and
 * terraform itself refuses one whose state has changed. `wayBack`: the command of a way back, and `step` whose it is, of whose files only what it
 * reads counts, and of the rules only what they deny now, which is asked right before the spawn: a policy that was edited
 * since must not keep a half-run change as it is. `wayBack` null: the whole plan. Null: nothing differs.
 */
export async function findDifference(
  deps: DifferenceDeps,
  approved: { changeId: string; bound: BoundPlan; step?: number; wayBack: Command | null },
  signal: AbortSignal,
): Promise<Difference | null> {
  const { changeId, bound, step, wayBack } = approved;
  const isOwn = wayBack !== null && step !== undefined && isMade(bound.bindings, step, wayBack);
  const files = isOwn ? [] : filesFor(wayBack, bound, deps.policy);
  const rules = wayBack === null ? whyOtherRules(bound, deps.policy) : whyOtherPlan(bound, deps.policy);
  const here = rules ?? (await whyFilesDiffer(deps, changeId, files));
  if (here !== null) return { reason: here, isCertain: true };
  return findElsewhere(changeId, bound, deps.looks, signal);
}

/**
 * What of the approved files counts for a run (`wayBack` null: all) or for the command of a way back: none when it reads
 * none, else all of them. Not only those its words name: a kustomization reads files that only its content names.
 */
export function filesFor(wayBack: Command | null, bound: BoundPlan, policy: Policy): Bindings["files"] {
  if (wayBack === null) return bound.bindings.files;
  const verdict = judge(wayBack, policy, null);
  return verdict.decision === "allow" && verdict.reads.length === 0 ? [] : bound.bindings.files;
}

function whyOtherRules(bound: BoundPlan, policy: Policy): string | null {
  const { policy: hash = policy.hash } = bound.bindings;
  return whyOtherPlan(bound, policy) ?? (hash === policy.hash ? null : OTHER_RULES);
}

/** Why the plan is not the one its digest names, or null. Of an older plan only the rules of now can tell. */
function whyOtherPlan({ plan, revision, bindings, digest }: BoundPlan, policy: Policy): string | null {
  if (digestOf(plan, revision, policy, bindings) === digest) return null;
  return bindings.policy === undefined ? OTHER_RULES : "The plan is not the one that was approved.";
}

const OTHER_RULES = "The policy has changed since the plan was made.";

/** Why the kubeconfig does not lead where it led when the plan was made, or null. */
export async function findElsewhere(
  changeId: string,
  bound: BoundPlan,
  looks: DifferenceDeps["looks"],
  signal: AbortSignal,
): Promise<Difference | null> {
  const looked = await refuseMissing(async () => ({
    ok: true as const,
    targets: await kubectlTargets(bound.plan, looks.kubeconfig(changeId, signal)),
  }));
  if (!looked.ok) return { reason: looked.reason, isCertain: false };
  const others = looked.targets.filter((target) => !bound.bindings.targets.includes(target));
  const other = others.find((target) => !isUntold(target)) ?? others[0];
  if (other === undefined) return null;
  return { reason: whyElsewhere(other, bound.bindings.targets), isCertain: !isUntold(other) };
}
