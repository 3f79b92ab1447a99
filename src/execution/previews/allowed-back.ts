import type { Plan, Step } from "#change/plan.ts";
import type { Preview } from "#change/preview.ts";
import type { Policy } from "#policy/document.ts";
import type { Files } from "#policy/files.ts";
import { judge } from "#policy/judge.ts";

type StepPreview = { step: Step; preview: Preview };

/**
 * A completed step without a rollback that the rules refuse: what runs may be more than anybody may ask for, and must not
 * keep from asking for less. A person looks at it then, since nothing takes it back.
 */
export function withAllowedBack({ step, preview }: StepPreview, policy: Policy, files: Files): StepPreview {
  // One that Greenlight made is made only where the policy allows it.
  if (preview.made !== undefined) return { step, preview };
  const verdict = step.rollback === null ? null : judge(step.rollback, policy, files);
  if (verdict?.decision !== "deny") return { step, preview };
  const reason = `nothing takes it back, since the policy refuses the rollback (${verdict.reasons.join("; ")})`;
  return {
    step: { ...step, rollback: null },
    preview: { ...preview, risk: "high", reasons: [...preview.reasons, reason] },
  };
}

/** A way back by terraform would be an apply nobody saw a plan of, so there is none: it is a change of its own. */
export function withoutTerraformBack(plan: Plan): Plan {
  const steps = plan.plan.map((step) =>
    step.tool === "terraform" || step.rollback?.tool === "terraform" ? { ...step, rollback: null } : step,
  );
  return { ...plan, plan: steps };
}
