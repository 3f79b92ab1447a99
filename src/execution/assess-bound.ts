import type { Plan } from "#change/plan.ts";
import type { Bindings, Preview } from "#change/preview.ts";
import { readFiles, type WorkspaceDeps } from "#execution/workspace/copy.ts";
import { type Assessment, assessPlan } from "#policy/assess.ts";
import { whyHoldsSecret } from "#redact/plan.ts";
import type { ExecutionDeps } from "./deps.ts";

/** Judges a completed plan with exactly the files its approval will cover; refuses when they are others by now. */
export async function assessBound(
  deps: WorkspaceDeps & Pick<ExecutionDeps, "policy" | "redact">,
  changeId: string,
  plan: Plan,
  previews: readonly Preview[],
  bindings: Bindings,
): Promise<Assessment> {
  // Once more: a way back is completed from what was observed, which may be a secret's old value.
  const secret = whyHoldsSecret(plan, deps.redact);
  if (secret !== null) return { ok: false, reason: secret };
  const read = await readFiles(deps, changeId, bindings.files);
  return read.ok ? assessPlan(plan, deps.policy, read.files, previews, bindings) : read;
}
