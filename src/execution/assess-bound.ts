import type { Plan } from "#change/plan.ts";
import type { Bindings, Preview } from "#change/preview.ts";
import { readFiles, type WorkspaceDeps } from "#execution/workspace/copy.ts";
import { type Assessment, assessPlan } from "#policy/assess.ts";
import type { Policy } from "#policy/document.ts";
import { whyHoldsSecret } from "#redact/plan.ts";
import type { Redact } from "#redact/redact.ts";

/** Judges a completed plan with exactly the files its approval will cover; refuses when they are others by now. */
export function createAssess(needs: { ground: WorkspaceDeps; policy: Policy; redact: Redact }) {
  return async (
    changeId: string,
    plan: Plan,
    previews: readonly Preview[],
    bindings: Bindings,
  ): Promise<Assessment> => {
    // Once more: a way back is completed from what was observed, which may be a secret's old value.
    const secret = whyHoldsSecret(plan, needs.redact);
    if (secret !== null) return { ok: false, reason: secret };
    const read = await readFiles(needs.ground, changeId, bindings.files);
    return read.ok ? assessPlan(plan, needs.policy, read.files, previews, bindings.targets) : read;
  };
}
