import type { Plan } from "#change/plan.ts";
import type { AnsweredQuestion } from "#change/planning/question.ts";
import type { PreviewedPlan } from "#change/preview.ts";
import { judgeOnDisk } from "#execution/workspace/asked-files.ts";
import type { WorkspaceDeps } from "#execution/workspace/copy.ts";
import { nameContexts, needsContexts } from "#policy/kubectl/name-context.ts";
import { whyHoldsSecret } from "#redact/plan.ts";
import type { ExecutionDeps } from "./deps.ts";
import { findContexts } from "./kubeconfig.ts";
import type { Looks } from "./looks.ts";

/** What it is given. */
export type NameDeps = WorkspaceDeps &
  Pick<ExecutionDeps, "policy" | "redact"> & { looks: Pick<Looks, "kubeconfig"> };

/**
 * The plan with the context of every command that reaches a cluster, by the kubeconfig as it is now, or why not;
 * `questions` have to be answered first. Nothing but the kubeconfig and the manifests it names is read for it.
 */
export async function namePlan(
  deps: NameDeps,
  { changeId, signal }: { changeId: string; signal: AbortSignal },
  plan: Plan,
  answers: readonly AnsweredQuestion[],
): Promise<{ ok: true; plan: Plan } | Extract<PreviewedPlan, { ok: false }>> {
  const { policy, looks, redact } = deps;
  if (!needsContexts(plan)) return { ok: true, plan };
  // First, since what is refused is quoted.
  const secret = whyHoldsSecret(plan, redact);
  if (secret !== null) return { ok: false, reason: secret, isFinal: true };
  const found = await findContexts(policy, looks.kubeconfig(changeId, signal).view);
  if (!found.ok) {
    return {
      ok: false,
      reason: `In which cluster the plan would run cannot be told: ${redact(found.problem)}.`,
      isFinal: true,
    };
  }
  const { contexts } = found;
  const named = await judgeOnDisk(deps, policy, (files) =>
    nameContexts(plan, { policy, files, contexts, answers }),
  );
  return named.ok ? named.judged : named;
}
