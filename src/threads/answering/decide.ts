import type { Change, Decision } from "#change/change.ts";
import { type Changes, type Decide, type Decided, MIN_BREAK_GLASS_REASON } from "#change/changes.ts";
import { isSamePerson, type Person } from "#change/person.ts";
import type { Difference } from "#execution/still-approved.ts";
import { nowhere } from "#observe/crash-points.ts";
import { whyNotDecide } from "#policy/approvals/approvers.ts";
import { insertApproval, lockChange } from "#store/approvals.ts";
import { findChange } from "#store/changes.ts";
import { answerQuestion, isLate } from "#store/decisions.ts";
import { wantWork } from "#store/leases.ts";
import { beginRevision } from "#store/plans.ts";
import type { Sql } from "#store/postgres/database.ts";
import { wake } from "#store/postgres/notify.ts";
import type { DecideDeps } from "#threads/deps.ts";
import { setStatus } from "#threads/running/progress.ts";
import { readDecisionText } from "./decision-text.ts";
import { expire } from "./expire.ts";
import { findOpenQuestion, inUtc, plansNext, questionOf, refuse } from "./open-question.ts";
import { findTerms } from "./terms.ts";
import { readSettlement } from "./unknown-step.ts";

/**
 * Takes one person's answer. A yes is a row of its own; the question is answered by one conditional update once there are
 * as many of them as the rules ask for. Whatever can be looked at without the lock is looked at before it, and again in it.
 */
export async function decide(deps: DecideDeps, given: Decide): Promise<Decided> {
  const change = await findChange(deps.database, given.changeId);
  if (change === null) return { kind: "unknown" };
  const question = findOpenQuestion(deps, change, given);
  if ("kind" in question) return withTerms(deps, question);
  if (given.answer === "approve") {
    // Before the transaction: it may read files and take a connection of its own, and fifty clicks wait for the lock.
    const difference = await differenceOrEnd(deps, change, given);
    if (difference !== null && "kind" in difference) return withTerms(deps, difference);
    if (difference !== null) return withTerms(deps, await refuseDiffering(deps, change, given, difference));
  }
  const { at = nowhere } = deps;
  const decided = await deps.database.transaction(async (sql) => {
    const found = await decideLocked(sql, deps, given);
    if (found.kind === "decided" || found.kind === "counted") at(`before ${commits[found.kind]}`);
    return found;
  });
  if (decided.kind === "decided" || decided.kind === "counted") at(`after ${commits[decided.kind]}`);
  return withTerms(deps, decided);
}

/**
 * What stands against this answer by the row as it is: who gives it, and whether the question is open. What they still
 * have to write (a reason, the target's name) and the files are looked at when they send it.
 */
export async function whyNotYet(deps: DecideDeps, given: Decide): ReturnType<Changes["whyNotDecide"]> {
  const change = await findChange(deps.database, given.changeId);
  if (change === null) return null;
  const written = { reason: "x".repeat(MIN_BREAK_GLASS_REASON), target: findTerms(deps, change).typedTarget };
  const question = findOpenQuestion(deps, change, { ...given, ...written });
  if (!("kind" in question)) return null;
  return question.kind === "already" || question.kind === "stale" || question.kind === "refused"
    ? question
    : null;
}

/** A change that has ended since leaves no files to look at: then its answer is the answer. */
async function differenceOrEnd(
  deps: DecideDeps,
  change: Change,
  given: Decide,
): Promise<Difference | Decided | null> {
  try {
    return await deps.findDifference(change);
  } catch (error) {
    const question = findOpenQuestion(deps, await mustFind(deps.database, change.id), given);
    if ("kind" in question) return question;
    throw error;
  }
}

const commits = { decided: "decision commit", counted: "approval count commit" } as const;

/** What differs for certain ends the question; what could not be told refuses this answer only. */
async function refuseDiffering(
  deps: DecideDeps,
  change: Change,
  given: Decide,
  difference: Difference,
): Promise<Decided> {
  if (!difference.isCertain) return { kind: "stale", change, reason: difference.reason };
  const reason = `${difference.reason} Ask again, so that it is planned anew.`;
  const after = await voidQuestion(deps, given, reason);
  return "kind" in after ? after : { kind: "stale", change: after, reason };
}

/** Any difference voids the approval (docs/architecture.md, invariant 5): the question ends, instead of being asked for ever. */
async function voidQuestion(deps: DecideDeps, given: Decide, reason: string): Promise<Change | Decided> {
  return deps.database.transaction(async (sql) => {
    await lockChange(sql, given.changeId);
    const change = await mustFind(sql, given.changeId);
    const question = findOpenQuestion(deps, change, given);
    if ("kind" in question) return question;
    await expire(sql, deps, change.id, question, { reason, voids: true });
    return mustFind(sql, change.id);
  });
}

async function decideLocked(sql: Sql, deps: DecideDeps, given: Decide): Promise<Decided> {
  await lockChange(sql, given.changeId);
  const change = await mustFind(sql, given.changeId);
  const question = findOpenQuestion(deps, change, given);
  if ("kind" in question) return question;
  const settlement = await readSettlement(sql, deps, change, given);
  if (!settlement.ok) return refuse(settlement.reason);
  const text = readDecisionText(deps.redact, change, question, given);
  if (!text.ok) return refuse(text.reason);
  const { reason, answers } = text;
  const brokeGlass = given.breaksGlass === true;
  const late = await whyTooLate(sql, given, question);
  if (late !== null) return late;
  const needed = given.answer === "approve" && !brokeGlass ? findTerms(deps, change).quorum : 0;
  const short = needed > 0 ? await countYes(sql, deps, change, question, { ...given, reason }, needed) : null;
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
  if (plansNext(answer)) await setStatus(sql, deps.record, change.id, "queued", null);
  await wantWork(sql, change.id);
  await deps.record(sql, change.id, {
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
  deps: DecideDeps,
  change: Change,
  question: Decision,
  given: Decide,
  quorum: number,
): Promise<Decided | null> {
  const { by, reason } = given;
  const isNew = !question.approvals.some((one) => isSamePerson(one.by, by));
  if (isNew) await insertApproval(sql, { ...question, changeId: change.id }, { by, reason });
  const stillValid = question.approvals.filter((one) => mayStill(deps, change, one.by));
  const count = stillValid.length + (isNew ? 1 : 0);
  return count < quorum ? counted(sql, deps, given, { count, quorum, isNew }) : null;
}

/** Whether an earlier yes counts by the rules of now. Who is in which group only Slack knows, and it was asked then. */
function mayStill(deps: DecideDeps, change: Change, by: Person): boolean {
  const terms = findTerms(deps, change);
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
  deps: DecideDeps,
  given: Decide,
  so: { count: number; quorum: number; isNew: boolean },
): Promise<Decided> {
  const { changeId, gate, revision, round, by } = given;
  const { count, quorum } = so;
  if (so.isNew)
    await deps.record(sql, changeId, { type: "approved", gate, revision, round, by, count, quorum });
  return { kind: "counted", change: await mustFind(sql, changeId), ...so };
}

function withTerms(deps: DecideDeps, decided: Decided): Decided {
  if (!("change" in decided)) return decided;
  return { ...decided, change: { ...decided.change, terms: findTerms(deps, decided.change) } };
}

async function mustFind(sql: Sql, id: string): Promise<Change> {
  const change = await findChange(sql, id);
  if (change === null) throw new Error(`Change ${id} was just written and cannot be read back.`);
  return change;
}
