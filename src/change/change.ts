import { z } from "zod";
import { Approval, ApprovalTerms } from "./approval.ts";
import { Blocked, OpenHere } from "./blocked.ts";
import { Cancel } from "./cancel.ts";
import { LaterLook } from "./fact.ts";
import { Person } from "./person.ts";
import { PlannerOutput, Risk } from "./plan.ts";
import { GivenAnswer } from "./planning/given-answer.ts";
import { Question } from "./planning/question.ts";
import { RefusedPlan } from "./planning/refused-plan.ts";
import { Preview } from "./preview.ts";
import { Unlock } from "./unlock.ts";
import { Review } from "./verdict.ts";

/**
 * Where a change stands. `queued`: no worker has it yet. `asking`: the Planner has questions. `waiting`: an approver is
 * asked. `blocked`: another change holds a target of it. `needs_person`: an operator is asked. `answered`: it was a
 * question. `cancelled`, `expired`: it ended before it ran to its end.
 */
export const ChangeStatus = z.enum([
  "queued",
  "planning",
  "asking",
  "waiting",
  "blocked",
  "running",
  "reviewing",
  "rolling_back",
  "needs_person",
  "done",
  "accepted",
  "rolled_back",
  "rejected",
  "planned",
  "answered",
  "failed",
  "cancelled",
  "expired",
]);
export type ChangeStatus = z.infer<typeof ChangeStatus>;

const ended: ReadonlySet<ChangeStatus> = new Set([
  "done",
  "accepted",
  "rolled_back",
  "rejected",
  "planned",
  "answered",
  "failed",
  "cancelled",
  "expired",
]);

/** Whether nothing will happen to a change in this status any more. */
export function isEnded(status: ChangeStatus): boolean {
  return ended.has(status);
}

/** What a change can put to people: the Planner's questions, the request for approval, the operator's question. */
export const Gate = z.enum(["answers", "approval", "operator"]);
export type Gate = z.infer<typeof Gate>;

/**
 * What can be answered. To the Planner's questions `answered`. At the approval `approve`, `reject`, or `request_changes`,
 * which has it planned anew; by the operator `accept` and `roll_back`, and about a step
 * nobody saw the end of `happened` or `did_not_happen`. `cancel` is anybody's who may stop the change, `expire` the clock's.
 */
export const Answer = z.enum([
  "answered",
  "approve",
  "reject",
  "request_changes",
  "accept",
  "roll_back",
  "happened",
  "did_not_happen",
  "cancel",
  "expire",
]);
export type Answer = z.infer<typeof Answer>;

/** Which answers of a person a gate takes at all by `decide`; operator.ts says which now. `cancel` and `expire` have ways of their own. */
export const answersOf: Record<Gate, readonly Answer[]> = {
  answers: ["answered"],
  approval: ["approve", "reject", "request_changes"],
  operator: ["accept", "roll_back", "happened", "did_not_happen"],
};

/**
 * One question put to a person, and its answer once there is one. It never changes after that. `questions` are the
 * Planner's, `answers` what was said to each; the `reason` of `request_changes` is what should change. `approvals`: who has said
 * yes so far, the oldest first; `by` is whoever completed them, or broke the glass. `expiresAt` null: it stays open.
 * `escalated`: the environments that have more approvers since `escalatedAt`.
 */
export const Decision = z.object({
  gate: Gate,
  revision: z.int(),
  round: z.int(),
  digest: z.string(),
  answer: Answer.nullable(),
  by: Person.nullable(),
  reason: z.string().nullable(),
  questions: z.array(Question).default([]),
  answers: z.array(z.string()).default([]),
  approvals: z.array(Approval).default([]),
  brokeGlass: z.boolean().default(false),
  askedAt: z.date(),
  expiresAt: z.date().nullable().default(null),
  remindedAt: z.date().nullable().default(null),
  warnedAt: z.date().nullable().default(null),
  escalatedAt: z.date().nullable().default(null),
  escalated: z.array(z.string()).default([]),
  decidedAt: z.date().nullable(),
});
export type Decision = z.infer<typeof Decision>;

/** Where in Slack a change was asked for and reports back to; null for a change asked for by API. */
export const SlackHome = z.object({ teamId: z.string(), channelId: z.string() });
export type SlackHome = z.infer<typeof SlackHome>;

/** A message in Slack of our own workspace. */
export const SlackMessage = z.object({ channelId: z.string(), ts: z.string() });
export type SlackMessage = z.infer<typeof SlackMessage>;

/** One change as everybody outside the worker sees it: the row, with its decisions. `id` is the LangGraph thread's id too. */
export const Change = z.object({
  id: z.uuid(),
  status: ChangeStatus,
  request: z.string(),
  requester: Person,
  home: SlackHome.nullable(),
  /** The message it was asked for with, where there was one. */
  source: SlackMessage.nullable().default(null),
  planOnly: z.boolean(),
  revision: z.int(),
  plan: PlannerOutput.nullable(),
  /** The risk of each step with its way back, as policy and model together see it. */
  stepRisks: z.array(Risk),
  risk: Risk.nullable(),
  riskReasons: z.array(z.string()),
  environments: z.array(z.string()),
  /** What was seen of the plan's effects before anybody was asked. */
  previews: z.array(Preview),
  /** Where its commands run, a sentence for each place, as its approval covers them. */
  places: z.array(z.string()).default([]),
  digest: z.string().nullable(),
  /** What its approval takes by the rules as they are now; null where nobody asked the rules. */
  terms: ApprovalTerms.nullable().default(null),
  /** Whom it waits for while it is blocked. */
  blocked: Blocked.nullable().default(null),
  /** What still stood open on its targets when it was planned or took them, and does now. */
  openHere: z.array(OpenHere).default([]),
  /** How often its targets were taken away from it, the oldest first. */
  unlocks: z.array(Unlock).default([]),
  /** Who wanted it stopped: nothing of its plan goes forward any more. */
  cancel: Cancel.nullable().default(null),
  /** That is not done yet. */
  stopAsked: z.boolean().default(false),
  /** The last plan that was refused and made anew. It may be of an earlier revision. */
  refusedPlan: RefusedPlan.nullable().default(null),
  /** What a question was answered; null: it was none, or is not answered yet. */
  answer: GivenAnswer.nullable().default(null),
  currentStep: z.int(),
  review: Review.nullable(),
  /** The looks made after it was done. */
  laterLooks: z.array(LaterLook).default([]),
  /** A sentence for people: why it ended without doing what was asked, or why a person is needed. */
  error: z.string().nullable(),
  /** All questions so far, oldest first. */
  decisions: z.array(Decision),
  /** 1 is next; null when it is not queued. */
  queuePlace: z.int().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
  endedAt: z.date().nullable(),
});
export type Change = z.infer<typeof Change>;

/** The question a change is waiting on now, or null. */
export function openDecision(change: Change): Decision | null {
  return change.decisions.find((decision) => decision.answer === null) ?? null;
}

/** The last question of a gate, answered or not, or null. */
export function lastDecision(change: Change, gate: Gate): Decision | null {
  return change.decisions.findLast((decision) => decision.gate === gate) ?? null;
}
