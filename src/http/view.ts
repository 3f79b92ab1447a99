import type { Change } from "../change/change.ts";
import type { StepRecord } from "../change/journal.ts";

/** A change as programs read it. */
export function viewOf(change: Change, steps: readonly StepRecord[]): object {
  return {
    thread_id: change.id,
    status: change.status,
    request: change.request,
    requester: change.requester,
    plan_only: change.planOnly,
    queue_place: change.queuePlace,
    revision: change.revision,
    plan: change.plan,
    risk: change.risk,
    risk_reasons: change.riskReasons,
    environments: change.environments,
    previews: change.previews.map((preview) => ({
      step: preview.step,
      before_change: preview.isBeforeChange,
      facts: preview.facts,
      rows: preview.rows,
      omitted: preview.omitted,
      risk: preview.risk,
      reasons: preview.reasons,
    })),
    digest: change.digest,
    steps: steps.map((step) => ({
      revision: step.revision,
      step: step.step,
      direction: step.direction,
      attempt: step.attempt,
      argv: step.argv,
      outcome: step.outcome,
      exit_code: step.exitCode,
      error: step.error,
      started_at: step.startedAt,
      finished_at: step.finishedAt,
    })),
    review: change.review,
    error: change.error,
    decisions: change.decisions.map((decision) => ({
      gate: decision.gate,
      revision: decision.revision,
      round: decision.round,
      answer: decision.answer,
      by: decision.by,
      reason: decision.reason,
      asked_at: decision.askedAt,
      decided_at: decision.decidedAt,
    })),
    created_at: change.createdAt,
    ended_at: change.endedAt,
  };
}
