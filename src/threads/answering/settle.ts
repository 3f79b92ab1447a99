import type { ChangeStatus, Gate } from "#change/change.ts";
import { ANSWER_MINUTES } from "#change/planning/question.ts";
import { clearStop, isStopAsked } from "#store/cancels.ts";
import { findChange } from "#store/changes.ts";
import { openQuestion } from "#store/decisions.ts";
import { markQueueStale } from "#store/events.ts";
import { findSteps } from "#store/journal.ts";
import { assertOwned, type Lease, releaseLease } from "#store/leases.ts";
import { freeTargetsIn } from "#store/left-open.ts";
import type { Sql } from "#store/postgres/database.ts";
import { deleteSealedFiles } from "#store/sealed-files.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import { planLaterLooks } from "#threads/later/plan-later-looks.ts";
import type { RunResult } from "#threads/running/carry.ts";
import { setStatus } from "#threads/running/progress.ts";
import { findTerms, type TermsDeps } from "./terms.ts";

/** What it is given. */
export type SettleDeps = TermsDeps & Pick<ThreadDeps, "database" | "record" | "laterLooksMs">;

/** What ended with its steps done. */
const LOOKED_AT_LATER: ReadonlySet<ChangeStatus> = new Set(["done", "accepted"]);

const UNTIMED = { openMinutes: null, escalateMinutes: null };

/**
 * Writes where the thread came to rest, and gives the change back: status, question, events and lease in one transaction.
 * False when somebody wants it stopped by now: then nothing was written, and it rests elsewhere (see stopped.ts).
 */
export async function settle(deps: SettleDeps, lease: Lease, result: RunResult): Promise<boolean> {
  const { database } = deps;
  return database.transaction(async (sql) => {
    await assertOwned(sql, lease);
    const { changeId } = lease;
    const isStopped = await isStopAsked(sql, changeId);
    if (isStopped && result.at !== "end") return false;
    if (result.at === "end") {
      // Whoever stopped it was told that nothing will run, and nothing has: so it ended by that.
      const isUntouched = isStopped && (await findSteps(sql, changeId)).length === 0;
      const { status, error } = result;
      await end(sql, deps, changeId, isUntouched ? { status: "cancelled", error: null } : { status, error });
    } else if (result.at === "gate") {
      await openGate(sql, deps, changeId, result);
    }
    await releaseLease(sql, lease, lease.workSeen);
    await markQueueStale(sql);
    return true;
  });
}

async function end(
  sql: Sql,
  { record, laterLooksMs }: SettleDeps,
  changeId: string,
  { status, error }: { status: ChangeStatus; error: string | null },
): Promise<void> {
  const isNew = await setStatus(sql, record, changeId, status, error);
  await clearStop(sql, changeId);
  // Carried on once more, what has ended before is not looked at again.
  if (isNew && LOOKED_AT_LATER.has(status)) await planLaterLooks(sql, changeId, laterLooksMs);
  await deleteSealedFiles(sql, changeId);
}

async function openGate(
  sql: Sql,
  deps: SettleDeps,
  changeId: string,
  result: Extract<RunResult, { at: "gate" }>,
): Promise<void> {
  const { record } = deps;
  const { gate, revision, digest, interruptId, questions = [] } = result;
  const times = await timesAt(sql, deps, changeId, gate);
  const question = { changeId, gate, revision, digest, interruptId, questions, ...times };
  const round = await openQuestion(sql, question);
  if (round !== null) await record(sql, changeId, { type: "opened", gate, revision, round });
  if (round !== null && gate === "operator")
    await freeTargetsIn(sql, changeId, deps.policy.deadlines.operator_minutes);
  await setStatus(sql, record, changeId, statusAt[gate], result.notes);
}

const statusAt: Record<Gate, ChangeStatus> = {
  answers: "asking",
  approval: "waiting",
  operator: "needs_person",
};

/** For how many minutes it may be answered, and after how many more people may (null: never). An operator's question stays open: somebody has to say what becomes of what ran. */
async function timesAt(
  sql: Sql,
  deps: TermsDeps,
  changeId: string,
  gate: Gate,
): Promise<{ openMinutes: number | null; escalateMinutes: number | null }> {
  if (gate === "answers") return { ...UNTIMED, openMinutes: ANSWER_MINUTES };
  const change = gate === "approval" ? await findChange(sql, changeId) : null;
  if (change === null) return UNTIMED;
  const { openMinutes, nextEscalation } = findTerms(deps, change);
  return { openMinutes, escalateMinutes: nextEscalation?.afterMinutes ?? null };
}
