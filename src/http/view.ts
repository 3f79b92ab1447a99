import { type Change, type Decision, openDecision } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import { argvOf } from "#change/plan.ts";
import type { Preview } from "#change/preview.ts";
import { stillApprovers } from "#change/still-approve.ts";
import { titleOf } from "#change/titles/title.ts";

/** A change as programs read it. */
export function viewOf(change: Change, steps: readonly StepRecord[]): object {
  return {
    thread_id: change.id,
    status: change.status,
    request: change.request,
    title: titleOf(change),
    requester: change.requester,
    plan_only: change.planOnly,
    queue_place: change.queuePlace,
    revision: change.revision,
    plan: change.plan,
    refused_plan: change.refusedPlan,
    answer: change.answer === null ? null : { text: change.answer.text, rests_on: change.answer.restsOn },
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
      changes_nothing: preview.changesNothing ?? false,
      rollback: madeView(preview.made),
      plan_text: planTextView(change.id, preview.planText),
    })),
    digest: change.digest,
    blocked: blockedOf(change),
    open_here: change.openHere.map(({ changeId, requester }) => ({ thread_id: changeId, requester })),
    questions: questionsOf(change),
    approval: approvalOf(change),
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
    later_looks: change.laterLooks,
    error: change.error,
    cancel: change.cancel,
    decisions: change.decisions.map(decisionOf),
    unlocks: change.unlocks,
    created_at: change.createdAt,
    ended_at: change.endedAt,
  };
}

function decisionOf(decision: Decision): object {
  return {
    gate: decision.gate,
    revision: decision.revision,
    round: decision.round,
    answer: decision.answer,
    by: decision.by,
    reason: decision.reason,
    questions: decision.questions.map(({ text }, index) => ({
      question: text,
      answer: decision.answers[index] ?? null,
    })),
    broke_glass: decision.brokeGlass,
    approvals: decision.approvals,
    expires_at: decision.expiresAt,
    escalated_at: decision.escalatedAt,
    escalated: decision.escalated,
    asked_at: decision.askedAt,
    decided_at: decision.decidedAt,
  };
}

/** Whom it waits for, and whom or what that one waits for; null while it is not blocked. */
function blockedOf({ status, blocked }: Change): object | null {
  if (status !== "blocked" || blocked === null) return null;
  const { by, requester, target, since, heldSince, freeAt, canAnswer } = blocked;
  return {
    ...{
      thread_id: by,
      waits_for_person: blocked.waitsForPerson,
      requester,
      target,
      since,
      held_since: heldSince,
    },
    free_at: freeAt,
    can_answer:
      canAnswer?.map(({ environments, users, groups, tokens }) => {
        return { environments, users, groups, tokens };
      }) ?? null,
  };
}

/** The rollback that Greenlight made; null where the plan's own counts. */
function madeView(made: Preview["made"]): object | null {
  if (made === undefined) return null;
  return { commands: made.commands.map(argvOf), stands: made.stands, with_steps: made.coveredBy };
}

/** How long terraform's own text of the saved plan is, and where it is read; null where there is none. */
function planTextView(id: string, text: Preview["planText"]): object | null {
  if (text === undefined) return null;
  return { lines: text.lines, omitted_lines: text.omitted, path: `/infra-change/${id}/plan-text` };
}

/** The Planner's questions that are open now, with what an answer has to name, or null. */
function questionsOf(change: Change): object | null {
  const open = openDecision(change);
  if (open === null || open.gate !== "answers") return null;
  const { revision, digest, expiresAt, questions } = open;
  return {
    revision,
    digest,
    expires_at: expiresAt,
    questions: questions.map(({ text, choices }) => ({ question: text, choices })),
  };
}

/** The approval that is open now: how many have said yes, how many it takes, until when, who can. */
function approvalOf(change: Change): object | null {
  const open = openDecision(change);
  const { terms } = change;
  if (open === null || open.gate !== "approval" || terms === null) return null;
  return {
    approvals: open.approvals.length,
    quorum: terms.quorum,
    expires_at: open.expiresAt,
    approvers: terms.approvers,
    can_still_approve: stillApprovers(change, terms).map(({ environments, users, groups, tokens }) => {
      return { environments, users, groups, tokens };
    }),
    requester_may_approve: terms.requesterMayApprove,
    freezes: terms.freezes,
    typed_target: terms.typedTarget,
    destroys: terms.destroys,
    problem: terms.problem,
  };
}
