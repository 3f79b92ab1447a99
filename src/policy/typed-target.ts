import type { Destroyed } from "#change/approval.ts";
import type { Plan, Risk, Step } from "#change/plan.ts";
import type { Preview } from "#change/preview.ts";
import { destroyedByKubectl } from "#policy/kubectl/destroyed.ts";
import { destroyedByTerraform } from "#policy/terraform/destroyed.ts";
import type { Gone } from "./reach.ts";

/** What of a change says whether it destroys something; `places`: where it runs, as its approval covers it. */
export type Destructive = {
  risk: Risk | null;
  plan: Plan | null;
  previews: readonly Preview[];
  environments: readonly string[];
  places?: readonly string[];
};

/** Longer names are not typed by anybody: then it is the environment's. */
const LONGEST_NAME = 100;

/**
 * What an approver types before their approval of this change counts, and all that it takes away: the name of what reaches
 * farthest of all that a high-risk plan deletes, destroys or replaces. Null and nothing when it does none of that, or is
 * not high risk.
 */
export function typedTargetOf(change: Destructive): { typedTarget: string | null; destroys: Destroyed[] } {
  const { plan, risk, environments } = change;
  if (risk !== "high" || plan === null) return { typedTarget: null, destroys: [] };
  const gone = plan.plan
    .flatMap((step) => goneBy(step, change).map((one) => ({ ...one, step: step.step })))
    .toSorted((one, other) => other.reach - one.reach);
  const [widest] = gone;
  if (widest === undefined) return { typedTarget: null, destroys: [] };
  const typedTarget =
    typeable(widest.name) ?? environments.map(typeable).find((one) => one !== null) ?? "destroy";
  return {
    typedTarget,
    destroys: gone.map(({ step, what, namespace, place }) => ({ step, what, namespace, place })),
  };
}

function goneBy(step: Step, { previews, places = [] }: Destructive): Gone[] {
  const seen = previews.find((preview) => preview.step === step.step) ?? null;
  return step.tool === "kubectl"
    ? destroyedByKubectl(step, seen, places)
    : destroyedByTerraform(step, seen, places);
}

function typeable(name: string): string | null {
  return /^[\x21-\x7e]+$/.test(name) && name.length <= LONGEST_NAME ? name : null;
}
