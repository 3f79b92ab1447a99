import type { Plan } from "#change/plan.ts";
import type { Preview } from "#change/preview.ts";
import type { Policy } from "#policy/document.ts";
import { onlyReads } from "#policy/only-reads.ts";

/** So much of what was seen is told. */
const MAX_TOLD = 5;

/**
 * Says that a plan has nothing to do, and what was seen instead; null where a step changes something or nobody could
 * compare. A plan that only reads is run: its answer is what was asked for.
 */
export function whyNothing(plan: Plan, previews: readonly Preview[], policy: Policy): string | null {
  const looks = plan.plan
    .filter((step) => !onlyReads(step, policy))
    .map((step) => previews.find((preview) => preview.step === step.step));
  if (looks.length === 0 || looks.some((look) => look?.changesNothing !== true)) return null;
  const seen = looks.flatMap((look) => look?.facts.slice(0, 1) ?? []).slice(0, MAX_TOLD);
  const isMixed = looks.length < plan.plan.length;
  return [
    "Nothing to do: what was asked for is there already, so nobody was asked.",
    ...seen.map((fact) => `${fact.replace(/\.$/, "")}.`),
    isMixed ? "Nothing was run, the steps that only read included." : "Nothing was run.",
  ].join(" ");
}
