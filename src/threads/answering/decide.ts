import type { Change, Decision } from "#change/change.ts";
import { type Changes, type Decide, type Decided, MIN_BREAK_GLASS_REASON } from "#change/changes.ts";
import { isSamePerson, type Person } from "#change/person.ts";
import { type At, nowhere } from "#observe/crash-points.ts";
import { whyNotDecide } from "#policy/approvals/approvers.ts";
import type { Policy } from "#policy/document.ts";
import { insertApproval, lockChange } from "#store/approvals.ts";
import { findChange } from "#store/changes.ts";
import { answerQuestion, isLate } from "#store/decisions.ts";
import type { RecordEvents } from "#store/events.ts";
import { wantWork } from "#store/leases.ts";
import type { Database, Sql } from "#store/postgres/database.ts";
import { wake } from "#store/postgres/notify.ts";
import { beginRevision } from "#store/revisions.ts";
import { setStatus } from "#threads/running/progress.ts";
import { readDecisionText } from "./decision-text.ts";
import { expire } from "./expire.ts";
import { findOpenQuestion, inUtc, plansNext, questionOf, refuse } from "./open-question.ts";
import type { FindTerms } from "./terms.ts";
import { readSettlement } from "./unknown-step.ts";

/**
 * Whether what was approved is still what would run: the files it reads, the rules it was judged by. `voids`: it is not,
 * for certain; else it could not be told at this moment.
 */
export type IsCurrent = (
  change: Change,
) => Promise<{ ok: true } | { ok: false; reason: string; voids: boolean }>;

export type DecideNeeds = {
  database: Database;
  record: RecordEvents;
  policy: Policy;
  redact: (text: string) => string;
  findTerms: FindTerms;
  isCurrent: IsCurrent;
  now: () => Date;
  at?: At;
};

/**
 * Takes one person's answer. A yes is a row of its own; the question is answered by one conditional update once there are
 * as many of them as the rules ask for. Whatever can be looked at without the lock is looked at before it, and again in it.
 */
export async function decide(needs: DecideNeeds, given: Decide): Promise<Decided> {
  const change = await findChange(needs.database, given.changeId);
  if (change === null) return { kind: "unknown" };
  const question = findOpenQuestion(needs, change, given);
  if ("kind" in question) return withTerms(needs, question);
  if (given.answer === "approve") {
    // Before the transaction: it may read files and take a connection of its own, and fifty clicks wait for the lock.
    const current = await checkCurrent(needs, change, given);
    if ("kind" in current) return withTerms(needs, current);
    if (!current.ok) {
      const { reason, voids } = current;
      const after = voids ? await voidQuestion(needs, given, reason) : change;
      return withTerms(needs, "kind" in after ? after : { kind: "stale", change: after, reason });
    }
  }
  const { at = nowhere } = needs;
  const decided = await needs.database.transaction(async (sql) => {
    const found = await decideLocked(sql, needs, given);
    if (found.kind === "decided" || found.kind === "counted") at(`before ${commits[found.kind]}`);
    return found;
  });
  if (decided.kind === "decided" || decided.kind === "counted") at(`after ${commits[decided.kind]}`);
  return withTerms(needs, decided);
}

/**
 * What stands against this answer by the row as it is: who gives it, and whether the question is open. What they still
 * have to write (a reason, the target's name) and the files are looked at when they send it.
 */
export async function whyNotYet(needs: DecideNeeds, given: Decide): ReturnType<Changes["whyNotDecide"]> {
  const change = await findChange(needs.database, given.changeId);
  if (change === null) return null;
  const written = { reason: "-".repeat(MIN_BREAK_GLASS_REASON), target: needs.findTerms(change).typedTarget };
  const question = findOpenQuestion(needs, change, { ...given, ...written });
  if (!("kind" in question)) return null;
  return question.kind === "already" || question.kind === "stale" || question.kind === "refused"
    ? question
    : null;
}

/** A change that has ended since leaves no files to look at: then its answer is the answer. */
async function checkCurrent(
  needs: DecideNeeds,
  change: Change,
  given: Decide,
): Promise<Awaited<ReturnType<IsCurrent>> | Decided> {
  try {
    return await needs.isCurrent(change);
  } catch (error) {
    const question = findOpenQuestion(needs, await mustFind(needs.database, change.id), given);
    if ("kind" in question) return question;
    throw error;
  }
}

const commits = { decided: "decision commit", counted: "approval count commit" } as const;

/** Any difference voids the approval (docs/architecture.md, invariant 5): the question ends, instead of being asked for ever. */
async function voidQuestion(needs: DecideNeeds, given: Decide, reason: string): Promise<Change | Decided> {
  return needs.database.transaction(async (sql) => {
    await lockChange(sql, given.changeId);
    const change = await mustFind(sql, given.changeId);
    const question = findOpenQuestion(needs, change, given);
    if ("kind" in question) return question;
    const expiring = { record: needs.record, policyVersion: needs.policy.hash };
    await expire(sql, expiring, change.id, question, { reason, voids: true });
    return mustFind(sql, change.id);
  });
}

async function decideLocked(sql: Sql, needs: DecideNeeds, given: Decide): Promise<Decided> {
  await lockChange(sql, given.changeId);
  const change = await mustFind(sql, given.changeId);
  const question = findOpenQuestion(needs, change, given);
  if ("kind" in question) return question;
  const settlement = await readSettlement(sql, needs, change, given);
  if (!settlement.ok) return refuse(settlement.reason);
  const text = readDecisionText(needs.redact, change, question, given);
  if (!text.ok) return refuse(text.reason);
  const { reason, answers } = text;
  const brokeGlass = given.breaksGlass === true;
  const late = await whyTooLate(sql, given, question);
  if (late !== null) return late;
  const needed = given.answer === "approve" && !brokeGlass ? needs.findTerms(change).quorum : 0;
  const short =
    needed > 0 ? await countYes(sql, needs, change, question, { ...given, reason }, needed) : null;
  if (short !== null) return short;
  const { answer, by, gate, revision, round } = given;
  const won = await answerQuestion(
    sql,
    { ...question, changeId: change.id },
    { answer, by, reason, answers, approvals: needed, brokeGlass },
  );
  if (!won) {
    const reason = `The change is ${change.status} by now.`;
    return (await whyTooLate(sql, given, question)) ?? { kind: "stale", change, reason };
  }
  await settlement.settle();
  if (answer === "request_changes") await beginRevision(sql, change.id, revision + 1);
  // Until its owner has it, so that the card asks nothing any more.
  if (plansNext(answer)) await setStatus(sql, needs.record, change.id, "queued", null);
  await wantWork(sql, change.id);
  await needs.record(sql, change.id, {
    type: "decided",
    gate,
    revision,
    round,
    answer,
    by,
    reason,
    brokeGlass,
  });
  await wake(sql, "work");
  const after = await mustFind(sql, change.id);
  const decision = questionOf(after, given);
  if (decision === undefined)
    throw new Error(`The decision about ${change.id} was written and cannot be read back.`);
  return { kind: "decided", change: after, decision };
}

/** Writes one more yes; null once there are enough of them. */
async function countYes(
  sql: Sql,
  needs: DecideNeeds,
  change: Change,
  question: Decision,
  given: Decide,
  quorum: number,
): Promise<Decided | null> {
  const { by, reason } = given;
  const isNew = !question.approvals.some((one) => isSamePerson(one.by, by));
  if (isNew) await insertApproval(sql, { ...question, changeId: change.id }, { by, reason });
  const stillValid = question.approvals.filter((one) => mayStill(needs, change, one.by));
  const count = stillValid.length + (isNew ? 1 : 0);
  return count < quorum ? counted(sql, needs, given, { count, quorum, isNew }) : null;
}

/** Whether an earlier yes counts by the rules of now. Who is in which group only Slack knows, and it was asked then. */
function mayStill(needs: DecideNeeds, change: Change, by: Person): boolean {
  const terms = needs.findTerms(change);
  const about = { requester: change.requester, teamId: change.home?.teamId ?? null };
  const groups = terms.approvers.flatMap((approvers) => approvers.groups);
  return whyNotDecide(by, about, terms, groups) === null;
}

/** An expired question can still be rejected, which ends it. */
async function whyTooLate(sql: Sql, given: Decide, question: Decision): Promise<Decided | null> {
  const { answer, changeId } = given;
  const goesOn = answer === "approve" || plansNext(answer);
  if (!goesOn || !(await isLate(sql, { ...question, changeId }))) return null;
  const what =
    question.gate === "answers" ? "The time for an answer is over" : "This request for approval has expired";
  return refuse(`${what} (${inUtc(question.expiresAt)}). Ask for the change again.`);
}

async function counted(
  sql: Sql,
  needs: DecideNeeds,
  given: Decide,
  so: { count: number; quorum: number; isNew: boolean },
): Promise<Decided> {
  const { changeId, gate, revision, round, by } = given;
  const { count, quorum } = so;
  if (so.isNew)
    await needs.record(sql, changeId, { type: "approved", gate, revision, round, by, count, quorum });
  return { kind: "counted", change: await mustFind(sql, changeId), ...so };
}

function withTerms(needs: DecideNeeds, decided: Decided): Decided {
  if (!("change" in decided)) return decided;
  return { ...decided, change: { ...decided.change, terms: needs.findTerms(decided.change) } };
}

async function mustFind(sql: Sql, id: string): Promise<Change> {
  const change = await findChange(sql, id);
  if (change === null) throw new Error(`Change ${id} was just written and cannot be read back.`);
  return change;
}
