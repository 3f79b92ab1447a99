import { Change, type Decision } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import type { Step } from "#change/plan.ts";

const AT = new Date("2026-11-23T03:00:00Z");

/** A change as its row gives it, with one step; what is given goes over it. */
export function aChange(given: Partial<Change> = {}): Change {
  return Change.parse({
    id: "01890000-0000-7000-8000-000000000001",
    status: "queued",
    request: "scale payment-api to 5 replicas in production",
    requester: { kind: "slack", teamId: "T1", userId: "U1" },
    home: { teamId: "T1", channelId: "C1" },
    planOnly: false,
    revision: 1,
    plan: aPlan([aStep("scale deployment/payment-api --replicas=5 -n production")]),
    stepRisks: ["medium"],
    risk: "medium",
    riskReasons: ["step 1: changes how many replicas run"],
    previews: [],
    environments: ["production"],
    digest: "a".repeat(64),
    currentStep: 0,
    review: null,
    error: null,
    decisions: [],
    queuePlace: null,
    createdAt: AT,
    updatedAt: AT,
    endedAt: null,
    ...given,
  });
}

/** A plan of these steps, numbered from 1. */
export function aPlan(steps: Step[], summary = "Does what was asked."): NonNullable<Change["plan"]> {
  const plan = steps.map((step, index) => ({ ...step, step: index + 1 }));
  return { summary, plan, risk_level: "medium", risk_reason: "", questions: [] };
}

/** One kubectl step, with a way back when its words are given. */
export function aStep(line: string, back: string | null = null): Step {
  const command = (words: string) => ({ tool: "kubectl" as const, args: words.split(" "), dir: "" });
  return {
    ...command(line),
    step: 1,
    description: "Do it",
    risk: "medium",
    rollback: back === null ? null : command(back),
  };
}

/** One attempt, done unless something else is given. */
export function aRecord(given: Partial<StepRecord> = {}): StepRecord {
  return {
    changeId: "01890000-0000-7000-8000-000000000001",
    revision: 1,
    step: 1,
    direction: "forward",
    attempt: 1,
    argv: ["kubectl", "version"],
    dir: "",
    outcome: "done",
    exitCode: 0,
    error: null,
    startedAt: AT,
    finishedAt: AT,
    host: null,
    mayRunUntil: null,
    settledBy: null,
    toldAt: null,
    ...given,
  };
}

/** An open question, of the approval unless something else is given. */
export function aQuestion(given: Partial<Decision> = {}): Decision {
  return {
    gate: "approval",
    revision: 1,
    round: 1,
    digest: "a".repeat(64),
    answer: null,
    by: null,
    reason: null,
    questions: [],
    answers: [],
    approvals: [],
    brokeGlass: false,
    askedAt: AT,
    expiresAt: null,
    remindedAt: null,
    warnedAt: null,
    escalatedAt: null,
    escalated: [],
    decidedAt: null,
    ...given,
  };
}
