import { randomUUID } from "node:crypto";
import type { StepKey } from "#change/journal.ts";
import type { Person } from "#change/person.ts";
import * as answers from "#store/answers.ts";
import * as approvals from "#store/approvals.ts";
import * as cancels from "#store/cancels.ts";
import * as changes from "#store/changes.ts";
import * as decisions from "#store/decisions.ts";
import * as events from "#store/events.ts";
import * as evidence from "#store/evidence.ts";
import * as feedback from "#store/feedback.ts";
import * as touched from "#store/find-touched.ts";
import * as homes from "#store/homes.ts";
import * as journal from "#store/journal.ts";
import * as laterLooks from "#store/later-looks.ts";
import * as leases from "#store/leases.ts";
import * as leftOpen from "#store/left-open.ts";
import * as logLines from "#store/log-lines.ts";
import * as looks from "#store/looks.ts";
import * as modelCalls from "#store/model-calls.ts";
import * as planTexts from "#store/plan-texts.ts";
import * as plans from "#store/plans.ts";
import type { Database } from "#store/postgres/database.ts";
import * as refusedPlans from "#store/refused-plans.ts";
import * as sealedFiles from "#store/sealed-files.ts";
import * as locks from "#store/target-locks.ts";
import * as timers from "#store/timers.ts";
import * as unlocks from "#store/unlocks.ts";
import { idOf, OPEN } from "./many-changes.ts";

/** What runs the statements of one exported function. */
export type Runs = Readonly<Record<string, (database: Database) => Promise<unknown>>>;

export const PERSON: Person = { kind: "slack", teamId: "T1", userId: "U7" };
const [RUNNING, BLOCKED, QUEUED] = [idOf(OPEN.running), idOf(OPEN.blocked), idOf(OPEN.queued)];
const [NEEDS_PERSON, WAITING, ENDED] = [idOf(OPEN.needsPerson), idOf(OPEN.waiting), idOf(4_321)];
const LEASE = { changeId: RUNNING, owner: "somebody", epoch: 1, workSeen: 1, heldUntilMs: 0 };
const LIMITS = { all: 10, perRequester: 5 };
const WIDE = { all: 1_000, perRequester: 1_000 };
const HERE = { host: "h", bootId: "b" };
const END = { outcome: "done", exitCode: 0, signal: null, error: null } as const;
const QUESTION = { changeId: WAITING, gate: "approval", revision: 1, round: 1, digest: "d" } as const;
const LOOK = { changeId: ENDED, number: 1, claim: "me" };
const SPAWNED = { key: keyOf(RUNNING), token: "t" };
const FILE = { changeId: RUNNING, revision: 1, step: 1, name: "plan" };
const CALL = {
  changeId: RUNNING,
  agent: "planner",
  try: 1,
  model: "m",
  effort: "low",
  inputTokens: 1,
  outputTokens: 1,
} as const;
const MADE = {
  outcome: "ok",
  isKnown: true,
  inputTokens: 1,
  outputTokens: 1,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  thinkingTokens: 0,
  durationMs: 1,
  requestId: "req_1",
  rateLimits: null,
};
const ALLOWANCE = { input: 1, cacheWrite: 1, cacheRead: 1, output: 1, change: 1e9, person: 1e9, day: 1e9 };

function keyOf(changeId: string, step = 1): StepKey {
  return { changeId, revision: 1, step, direction: "forward", attempt: 1 };
}

/** Every exported function of the store that reads or writes rows and is no list, by its name. */
export const STATEMENTS: Runs = {
  lockChange: (sql) => approvals.lockChange(sql, WAITING),
  insertApproval: (sql) => approvals.insertApproval(sql, QUESTION, { by: PERSON, reason: null }),
  findBoundPlan: (sql) => plans.findBoundPlan(sql, WAITING),
  findCancel: (sql) => cancels.findCancel(sql, RUNNING),
  markCancelled: (sql) => cancels.markCancelled(sql, RUNNING, { by: PERSON, reason: null, error: null }),
  takeUnowned: (sql) => cancels.takeUnowned(sql, WAITING),
  isStopAsked: (sql) => cancels.isStopAsked(sql, RUNNING),
  findStopAsked: (sql) =>
    cancels.findStopAsked(
      sql,
      Array.from({ length: LIMITS.all }, (_, index) => idOf(OPEN.running + index)),
    ),
  clearStop: (sql) => cancels.clearStop(sql, RUNNING),
  findChange: async (sql) => {
    for (const id of [RUNNING, BLOCKED, QUEUED, NEEDS_PERSON, WAITING, ENDED])
      await changes.findChange(sql, id);
  },
  findByIdempotencyKey: (sql) => changes.findByIdempotencyKey(sql, "4321"),
  findSameWords: (sql) =>
    changes.findSameWords(sql, { requester: PERSON, request: "x", channelId: "C1", planOnly: false }, 10),
  countWaiting: (sql) => changes.countWaiting(sql, PERSON),
  insertChange: (sql) => insert(sql),
  openQuestion: (sql) =>
    decisions.openQuestion(sql, {
      ...QUESTION,
      changeId: RUNNING,
      interruptId: "j",
      openMinutes: 1,
      escalateMinutes: 1,
    }),
  permitByPolicy: (sql) => decisions.permitByPolicy(sql, { ...QUESTION, changeId: RUNNING }, PERSON),
  answerQuestion: (sql) =>
    decisions.answerQuestion(sql, QUESTION, {
      answer: "reject",
      by: PERSON,
      reason: null,
      approvals: 0,
      brokeGlass: false,
    }),
  isLate: (sql) => decisions.isLate(sql, QUESTION),
  findAnswer: (sql) => decisions.findAnswer(sql, ENDED, "i"),
  findPermission: (sql) => decisions.findPermission(sql, ENDED, 1, "d"),
  createRecordEvents: (sql) => {
    const refs = [
      { name: "card", rank: 0, holdMs: 0 },
      { name: "step:1:9:forward:1", rank: 4, holdMs: 5 },
      { everyStanding: "card:dm:" },
      { besideEach: "card:dm:", prefix: "asked:dm:", suffix: ":1:1", rank: 0 },
    ];
    const record = events.createRecordEvents(() => refs);
    return record(sql, RUNNING, { type: "status", status: "running" });
  },
  markQueueStale: (sql) => events.markQueueStale(sql),
  settleByEvidence: (sql) => evidence.settleByEvidence(sql, SPAWNED, END),
  appendAsEvidence: async (sql) => {
    await journal.insertIntent(sql, SPAWNED.key, ["kubectl"], ".", {
      epoch: 1,
      here: HERE,
      token: SPAWNED.token,
    });
    await evidence.appendAsEvidence(sql, SPAWNED, [{ number: 1, stream: "out", text: "x" }]);
  },
  withdrawIntent: (sql) => evidence.withdrawIntent(sql, SPAWNED),
  putFeedback: (sql) => feedback.putFeedback(sql, ENDED, PERSON, "up"),
  markWaitingStale: (sql) => events.markWaitingStale(sql),
  replaceTouched: (sql) => touched.replaceTouched(sql, RUNNING, ["kubectl c p deployments web"]),
  markHomes: (sql) => homes.markHomes(sql),
  insertIntent: (sql) =>
    journal.insertIntent(sql, keyOf(RUNNING), ["kubectl"], ".", { epoch: 1, here: HERE, token: "t" }),
  markStarted: (sql) => journal.markStarted(sql, keyOf(ENDED), { ...HERE, pgid: 1, pidStart: "1" }, 5),
  markFinished: (sql) => journal.markFinished(sql, keyOf(ENDED), END),
  findOpenAttempts: (sql) => journal.findOpenAttempts(sql, NEEDS_PERSON),
  settleAttempt: (sql) =>
    journal.settleAttempt(sql, keyOf(NEEDS_PERSON), { answer: "happened", by: PERSON, round: 1 }),
  settleByLook: (sql) => journal.settleByLook(sql, keyOf(NEEDS_PERSON)),
  beginLook: (sql) =>
    looks.beginLook(sql, { changeId: RUNNING, revision: 1, number: 9 }, { argv: ["kubectl"], dir: "" }),
  finishLook: (sql) =>
    looks.finishLook(sql, { changeId: RUNNING, revision: 1, number: 9 }, 1, {
      ...{ outcome: "seen", ran: null, environments: [], text: "t", sha256: "s", ms: 1 },
    }),
  noteAnswer: (sql) => answers.noteAnswer(sql, ENDED, { text: "", restsOn: [] }),
  findLooks: (sql) => looks.findLooks(sql, ENDED, 1),
  hasLooks: (sql) => looks.hasLooks(sql, ENDED),
  noteRefusedPlan: (sql) =>
    refusedPlans.noteRefusedPlan(sql, RUNNING, { revision: 1, times: 1, reason: "r" }),
  noteMade: (sql) => journal.noteMade(sql, keyOf(NEEDS_PERSON), { "Deployment/web in shop": "u" }),
  mayStillRun: (sql) => journal.mayStillRun(sql, keyOf(NEEDS_PERSON)),
  mayRunAgain: (sql) => journal.mayRunAgain(sql, keyOf(NEEDS_PERSON), "d"),
  findSteps: (sql) => journal.findSteps(sql, ENDED),
  claimChange: async (sql) => {
    await leases.claimChange(sql, "me", 6_000, LIMITS, [RUNNING]);
    await leases.claimChange(sql, "me", 6_000, WIDE);
  },
  renewLease: (sql) => leases.renewLease(sql, { ...LEASE }, 6_000),
  assertOwned: (sql) => leases.assertOwned(sql, LEASE),
  isOwned: (sql) => leases.isOwned(sql, RUNNING),
  countFault: (sql) => leases.countFault(sql, LEASE, [1, 2], true),
  releaseLease: (sql) => leases.releaseLease(sql, LEASE, 1),
  wantWork: (sql) => leases.wantWork(sql, WAITING),
  appendLines: (sql) => logLines.appendLines(sql, keyOf(RUNNING), [{ number: 1, stream: "out", text: "x" }]),
  findExcerpt: (sql) => logLines.findExcerpt(sql, keyOf(NEEDS_PERSON, 2), { head: 5, tail: 10 }),
  bookModelCall: (sql) => modelCalls.bookModelCall(sql, CALL, ALLOWANCE),
  settleModelCall: async (sql) => {
    const booked = await modelCalls.bookModelCall(sql, CALL, null);
    if (booked.ok) await modelCalls.settleModelCall(sql, booked.id, MADE);
  },
  sumModelCalls: (sql) => modelCalls.sumModelCalls(sql, ENDED),
  findPreparedPlan: (sql) => plans.findPreparedPlan(sql, WAITING),
  beginRevision: (sql) => plans.beginRevision(sql, WAITING, 2),
  insertSealedFile: (sql) =>
    sealedFiles.insertSealedFile(sql, { ...FILE, sha256: "s", sealed: Buffer.of(0), path: "p" }),
  findSealedFile: (sql) => sealedFiles.findSealedFile(sql, FILE),
  findLatestSealedFile: (sql) => sealedFiles.findLatestSealedFile(sql, FILE),
  findErroredStates: (sql) => sealedFiles.findErroredStates(sql, idOf(10).toUpperCase()),
  deleteSealedFiles: (sql) => sealedFiles.deleteSealedFiles(sql, idOf(10)),
  findTargets: (sql) => locks.findTargets(sql, RUNNING),
  findAhead: (sql) => locks.findAhead(sql, BLOCKED),
  insertLocks: (sql) => locks.insertLocks(sql, QUEUED, ["one", "two"]),
  markBlocked: (sql) => locks.markBlocked(sql, QUEUED, { changeId: RUNNING, target: "one" }),
  releaseTargets: (sql) => locks.releaseTargets(sql, RUNNING),
  freeTargetsIn: (sql) => leftOpen.freeTargetsIn(sql, NEEDS_PERSON, 240),
  keepTargets: (sql) => leftOpen.keepTargets(sql, NEEDS_PERSON),
  findOverdue: (sql) => leftOpen.findOverdue(sql),
  insertLeftOpen: (sql) => leftOpen.insertLeftOpen(sql, NEEDS_PERSON, ["one"]),
  deleteLeftOpen: (sql) => leftOpen.deleteLeftOpen(sql, NEEDS_PERSON),
  findLeftOpen: (sql) => leftOpen.findLeftOpen(sql, WAITING),
  markOpenHere: (sql) => leftOpen.markOpenHere(sql, WAITING, [NEEDS_PERSON]),
  isAhead: (sql) => locks.isAhead(sql, RUNNING),
  sweepTargets: (sql) => locks.sweepTargets(sql),
  insertLaterLooks: (sql) => laterLooks.insertLaterLooks(sql, ENDED, [60_000, 600_000]),
  msUntilLaterLook: (sql) => laterLooks.msUntilLaterLook(sql),
  claimLaterLook: (sql) => laterLooks.claimLaterLook(sql, "me", 60_000),
  letGoLaterLook: (sql) => laterLooks.letGoLaterLook(sql, LOOK),
  finishLaterLook: async (sql) => {
    const claimed = await laterLooks.claimLaterLook(sql, "me", 60_000);
    await laterLooks.finishLaterLook(sql, claimed ?? LOOK, []);
  },
  findLookedAt: (sql) => laterLooks.findLookedAt(sql),
  deleteLaterLooks: (sql) => laterLooks.deleteLaterLooks(sql, [ENDED]),
  putPlanText: (sql) =>
    planTexts.putPlanText(sql, { changeId: idOf(10), revision: 1 }, { step: 1, text: "", omitted: 0 }),
  findPlanTexts: (sql) => planTexts.findPlanTexts(sql, { changeId: idOf(10), revision: 1 }),
  keepStatesForADay: (sql) => sealedFiles.keepStatesForADay(sql, idOf(10)),
  sweepSealedFiles: (sql) => sealedFiles.sweepSealedFiles(sql),
  lockDue: (sql) => timers.lockDue(sql, [WAITING]),
  msUntilTimer: (sql) => timers.msUntilTimer(sql, [WAITING]),
  markSaid: (sql) => timers.markSaid(sql, QUESTION, "reminded"),
  markEscalated: (sql) =>
    timers.markEscalated(sql, QUESTION, { environments: ["production"], nextInMinutes: null }),
  insertUnlock: (sql) => unlocks.insertUnlock(sql, WAITING, { by: PERSON, reason: "r", targets: [] }),
};

function insert(sql: Database): Promise<unknown> {
  const id = randomUUID();
  return changes.insertChange(sql, {
    id,
    request: "x",
    requester: PERSON,
    home: null,
    planOnly: false,
    idempotencyKey: id,
  });
}
