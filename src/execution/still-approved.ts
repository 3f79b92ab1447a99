import type { Command } from "#change/plan.ts";
import type { Bindings, BoundPlan } from "#change/preview.ts";
import { type WorkspaceDeps, whyFilesDiffer } from "#execution/workspace/copy.ts";
import { digestOf } from "#policy/digest.ts";
import type { Policy } from "#policy/document.ts";
import { judge } from "#policy/judge.ts";
import { refuseMissing } from "./environment-error.ts";
import { isUntold, kubectlTargets, whyElsewhere } from "./kubectl-identity.ts";
import type { Looks } from "./looks.ts";

/** Says why what was approved is not what would run now, in a sentence, or null. */
export type WhyVoid = (changeId: string, bound: BoundPlan, signal: AbortSignal) => Promise<string | null>;

/** What differs. `isCertain` false: it could not be looked at, and may be as it was. */
export type Difference = { reason: string; isCertain: boolean };

/**
 * Makes the check of docs/architecture.md's invariant 5: the rules, the bytes of every file the commands can read, and the clusters
 * they run against are those the digest was made from. Saved terraform plans are checked where they are laid out, and
 * terraform itself refuses one whose state has changed.
 */
export function createFindDifference(needs: { ground: WorkspaceDeps; policy: Policy; looks: Looks }) {
  return async (changeId: string, bound: BoundPlan, signal: AbortSignal): Promise<Difference | null> => {
    const here =
      whyOtherRules(bound, needs.policy) ??
      (await whyFilesDiffer(needs.ground, changeId, bound.bindings.files));
    if (here !== null) return { reason: here, isCertain: true };
    return findElsewhere(changeId, bound, needs.looks, signal);
  };
}

/** The same as a sentence: for a run, which does not begin in doubt either. */
export function createWhyVoid(needs: Parameters<typeof createFindDifference>[0]): WhyVoid {
  const find = createFindDifference(needs);
  return async (changeId, bound, signal) => (await find(changeId, bound, signal))?.reason ?? null;
}

/** The same for a command of the way back: of the files only what that command reads counts. */
export function createWhyBackVoid(needs: { ground: WorkspaceDeps; policy: Policy; looks: Looks }) {
  return async (
    changeId: string,
    bound: BoundPlan,
    command: Command,
    signal: AbortSignal,
  ): Promise<string | null> =>
    whyOtherRules(bound, needs.policy) ??
    (await whyFilesDiffer(needs.ground, changeId, filesOf(command, bound, needs.policy))) ??
    (await findElsewhere(changeId, bound, needs.looks, signal))?.reason ??
    null;
}

/**
 * What of the approved files counts for one command: none when it reads none, else all of them. Not only those its words
 * name: a kustomization reads files that only its content names.
 */
export function filesOf(command: Command, bound: BoundPlan, policy: Policy): Bindings["files"] {
  const verdict = judge(command, policy, null);
  return verdict.decision === "allow" && verdict.reads.length === 0 ? [] : bound.bindings.files;
}

function whyOtherRules(bound: BoundPlan, policy: Policy): string | null {
  const { plan, revision, bindings, digest } = bound;
  if (digestOf(plan, revision, policy, bindings) === digest) return null;
  return "The policy has changed since the plan was made.";
}

async function findElsewhere(
  changeId: string,
  bound: BoundPlan,
  looks: Looks,
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
