import type { ApprovalTerms } from "#change/approval.ts";
import type { Change, ChangeStatus, Decision } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import type { ListedChange } from "#change/listed.ts";
import type { SlackPerson } from "#change/person.ts";
import { titleOf } from "#change/titles/title.ts";
import { aChange, aPlan, aQuestion, aRecord, aStep } from "./changes.ts";

/** One change at one place of its way, with its journal. */
export type Stage = { change: Change; steps: StepRecord[] };

export const AT = new Date("2026-11-23T03:00:00Z");
export const later = (minutes: number): Date => new Date(AT.getTime() + minutes * 60_000);

/** Ana asks, Ben and Cleo may approve, Gus is a guest. */
export const ANA: SlackPerson = { kind: "slack", teamId: "T1", userId: "U0ANA" };
export const BEN: SlackPerson = { kind: "slack", teamId: "T1", userId: "U0BEN" };
export const CLEO: SlackPerson = { kind: "slack", teamId: "T1", userId: "U0CLEO" };

const SCALE = "scale deployment/payment-api --replicas=5 -n production";
const BACK = "scale deployment/payment-api --replicas=3 -n production";

/** What an approval takes: one of Ben and Cleo, within an hour, unless something else is given. */
export function theTerms(given: Partial<ApprovalTerms> = {}): ApprovalTerms {
  const approvers = {
    ...{ environments: ["production"], users: ["U0BEN", "U0CLEO"], groups: [], tokens: null },
    escalated: null,
  };
  return {
    ...{ asksPerson: true, approvers: [approvers], quorum: 1, requesterMayApprove: false, openMinutes: 60 },
    ...{ nextEscalation: null, freezes: [], breakGlass: [], typedTarget: null, destroys: [], problem: null },
    ...given,
  };
}

/** The question of the approval, open for an hour. */
export function theApproval(given: Partial<Decision> = {}): Decision {
  return aQuestion({ expiresAt: later(60), ...given });
}

/** Scaling payment-api in production with a way back and a look, in its first revision. */
export function scaling(given: Partial<Change> = {}): Change {
  return aChange({
    requester: ANA,
    plan: aPlan([aStep(SCALE, BACK)], "Runs more pods of payment-api."),
    previews: [
      {
        ...{ step: 1, isBeforeChange: false, facts: [], omitted: 0, risk: "low", reasons: [] },
        rows: [{ target: "Deployment/payment-api spec.replicas", action: "update", before: "3", after: "5" }],
      },
    ],
    terms: theTerms(),
    ...given,
  });
}

const approvedByBen = theApproval({ answer: "approve", by: BEN, decidedAt: later(5) });
const operator = aQuestion({ gate: "operator", askedAt: later(6) });
const cancel = { by: ANA, reason: "wrong cluster", at: later(4) };
const ranDone = aRecord({
  argv: ["kubectl", ...SCALE.split(" ")],
  finishedAt: later(6),
  startedAt: later(5),
});
const ranBadly = { ...ranDone, outcome: "failed" as const, exitCode: 1, error: "It ended with exit code 1." };
const ranUnknown = { ...ranDone, outcome: "unknown" as const, exitCode: null, finishedAt: null };
const tookBack = { ...ranDone, argv: ["kubectl", ...BACK.split(" ")], direction: "rollback" as const };
const noPlan: Partial<Change> = {
  ...{ plan: null, digest: null, risk: null, riskReasons: [], stepRisks: [], previews: [], environments: [] },
  terms: null,
};
const ended = { endedAt: later(7), updatedAt: later(7) };

/** One change in each status there is. */
export const STAGES: Readonly<Record<ChangeStatus, Stage>> = {
  queued: stage({ ...noPlan, status: "queued", queuePlace: 3 }),
  planning: stage({ ...noPlan, status: "planning" }),
  asking: stage({
    ...{ ...noPlan, status: "asking" },
    decisions: [
      aQuestion({
        gate: "answers",
        expiresAt: later(60),
        questions: [{ text: "Which environment?", choices: ["production", "staging"] }],
      }),
    ],
  }),
  waiting: stage({ status: "waiting", decisions: [theApproval()] }),
  blocked: stage({
    ...{ status: "blocked", decisions: [approvedByBen] },
    blocked: {
      ...{ by: "01890000-0000-7000-8000-000000000002", requester: CLEO, cardTs: "1700000000.000002" },
      ...{ target: "kubectl place production deployments payment-api", since: AT, heldSince: AT },
      home: { teamId: "T1", channelId: "C1" },
      ...{ waitsForPerson: false, freeAt: null, canAnswer: null },
    },
  }),
  running: stage({ status: "running", decisions: [approvedByBen] }, [
    { ...ranDone, outcome: "running", exitCode: null, finishedAt: null },
  ]),
  reviewing: stage({ status: "reviewing", decisions: [approvedByBen] }, [ranDone]),
  rolling_back: stage({ status: "rolling_back", decisions: [approvedByBen] }, [
    ranDone,
    { ...tookBack, outcome: "running", exitCode: null, finishedAt: null },
  ]),
  needs_person: stage(
    {
      ...{ status: "needs_person", decisions: [approvedByBen, operator] },
      review: { result: "needs_human", notes: "The pods do not become ready." },
    },
    [ranDone],
  ),
  done: stage(
    {
      ...{ status: "done", decisions: [approvedByBen], ...ended },
      review: { result: "approved", notes: "Five pods are ready." },
    },
    [ranDone],
  ),
  accepted: stage(
    {
      ...{ status: "accepted", ...ended },
      decisions: [approvedByBen, { ...operator, answer: "accept", by: CLEO, decidedAt: later(7) }],
      review: { result: "needs_human", notes: "The pods do not become ready." },
    },
    [ranDone],
  ),
  answered: stage({
    ...{ ...noPlan, status: "answered", ...ended },
    answer: {
      text: "flaky-worker has restarted 12 times; its last words were: no queue to work on.",
      restsOn: [["kubectl", "get", "pods", "-n", "production"]],
    },
  }),
  rolled_back: stage(
    {
      ...{ status: "rolled_back", ...ended },
      decisions: [approvedByBen, { ...operator, answer: "roll_back", by: CLEO, decidedAt: later(6) }],
      review: { result: "rollback", notes: "The pods do not become ready." },
    },
    [ranDone, tookBack],
  ),
  rejected: stage({
    ...{ status: "rejected", ...ended },
    decisions: [theApproval({ answer: "reject", by: BEN, reason: "not today", decidedAt: later(5) })],
  }),
  planned: stage({ status: "planned", planOnly: true, ...ended }),
  failed: stage(
    {
      ...{ status: "failed", decisions: [approvedByBen], ...ended },
      error: "Step 1 failed: there is no such deployment.",
    },
    [ranBadly],
  ),
  cancelled: stage({
    ...{ status: "cancelled", cancel, ...ended },
    decisions: [theApproval({ answer: "cancel", by: ANA, reason: "wrong cluster", decidedAt: later(4) })],
    error: "Cancelled by Ana.",
  }),
  expired: stage({
    ...{ status: "expired", ...ended },
    decisions: [
      theApproval({ answer: "expire", by: { kind: "policy", version: "1" }, decidedAt: later(60) }),
    ],
    error: "Nobody approved it.",
  }),
};

/** A step that nobody saw the end of, asked about. */
export const UNKNOWN: Stage = stage(
  {
    ...{ status: "needs_person", decisions: [approvedByBen, operator] },
    error: "Nobody saw how step 1 ended.",
  },
  [{ ...ranUnknown, host: "node-7" }],
);

/** The change as a row of a list. */
export function listed({ change, steps }: Stage, given: Partial<ListedChange> = {}): ListedChange {
  return {
    ...change,
    title: titleOf(change),
    escalated: [],
    cardTs: "1700000000.000001",
    hasRun: steps.length > 0,
    ...given,
  };
}

function stage(given: Partial<Change>, steps: StepRecord[] = []): Stage {
  return { change: scaling(given), steps };
}
