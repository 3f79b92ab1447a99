import { type Change, type Decision, isEnded, openDecision } from "#change/change.ts";
import type { CancelAsk, Cancelled } from "#change/changes.ts";
import { lastWordOf, whoCancelled } from "#change/how-far.ts";
import { nowhere } from "#observe/crash-points.ts";
import { whyNotSpeak } from "#policy/approvals/approvers.ts";
import { lockChange } from "#store/approvals.ts";
import { markCancelled, takeUnowned } from "#store/cancels.ts";
import { findChange } from "#store/changes.ts";
import { answerQuestion } from "#store/decisions.ts";
import { markQueueStale } from "#store/events.ts";
import { findSteps } from "#store/journal.ts";
import { wantWork } from "#store/leases.ts";
import type { Sql } from "#store/postgres/database.ts";
import { wake } from "#store/postgres/notify.ts";
import { deleteSealedFiles } from "#store/sealed-files.ts";
import { findTerms } from "#threads/answering/terms.ts";
import type { DecideDeps } from "#threads/deps.ts";
import { setStatus } from "#threads/running/progress.ts";

/**
 * Takes somebody's request to stop a change: in one transaction that holds its row, so that against an answer to an
 * open question, an expiry or the next step's intent one of the two comes first. Nobody owns it and nothing has run: it
 * ends here. Else whoever owns it is told, and ends what runs.
 */
export async function cancel(deps: DecideDeps, given: CancelAsk): Promise<Cancelled> {
  const { at = nowhere, database } = deps;
  const change = await findChange(database, given.changeId);
  if (change === null) return { kind: "unknown" };
  const refused = whyRefused(deps, change, given);
  if (refused !== null) return refused;
  const done = await database.transaction(async (sql) => {
    const found = await cancelLocked(sql, deps, given);
    if (isNew(found)) at("before cancel commit");
    return found;
  });
  if (isNew(done)) at("after cancel commit");
  // It stands, whatever becomes of the places that others' cards show.
  if (done.kind === "cancelled") await markQueueStale(database).catch(() => undefined);
  return done;
}

function isNew({ kind }: Cancelled): boolean {
  return kind === "cancelled" || kind === "stopping";
}

async function cancelLocked(sql: Sql, deps: DecideDeps, given: CancelAsk): Promise<Cancelled> {
  const { changeId, by } = given;
  await lockChange(sql, changeId);
  const change = await mustFind(sql, changeId);
  const refused = whyRefused(deps, change, given) ?? whyAlready(change, given);
  if (refused !== null) return refused;
  const reason = given.reason === null ? null : deps.redact(given.reason.replaceAll("\0", "").trim());
  const isUntouched = (await findSteps(sql, changeId)).length === 0;
  // From here on no intent of the plan is taken any more, so this stays true.
  const error = isUntouched ? `${whoCancelled({ by, reason })} Nothing of it was run.` : null;
  await answerOpen(sql, deps, change, { by, reason });
  await markCancelled(sql, changeId, { by, reason, error });
  await deps.record(sql, changeId, { type: "cancel_asked", by, reason });
  const ends = isUntouched && (await takeUnowned(sql, changeId));
  if (ends) {
    await setStatus(sql, deps.record, changeId, "cancelled", error);
    await deleteSealedFiles(sql, changeId);
  }
  // Its owner, or whoever takes it up, sees to what is left of it.
  await wantWork(sql, changeId);
  await wake(sql, "work");
  await wake(sql, "stops");
  return { kind: ends ? "cancelled" : "stopping", change: await mustFind(sql, changeId) };
}

/** The question that is open to anybody but the operator has its answer by this: an approval that comes later is late. */
async function answerOpen(
  sql: Sql,
  deps: DecideDeps,
  change: Change,
  { by, reason }: Pick<CancelAsk, "by" | "reason">,
): Promise<void> {
  const open = openDecision(change);
  if (open === null || open.gate === "operator") return;
  const given = { answer: "cancel", by, reason, approvals: 0, brokeGlass: false } as const;
  if (!(await answerQuestion(sql, { ...open, changeId: change.id }, given))) return;
  const { gate, revision, round } = open;
  const { answer, brokeGlass } = given;
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
}

function whyRefused(deps: DecideDeps, change: Change, given: CancelAsk): Cancelled | null {
  const terms = findTerms(deps, change);
  const about = { requester: change.requester, teamId: change.home?.teamId ?? null };
  const reason = whyNotSpeak(given.by, about, terms, given.groups ?? []);
  return reason === null ? null : { kind: "refused", reason, terms };
}

function whyAlready(change: Change, { writtenAt }: CancelAsk): Cancelled | null {
  const say = (reason: string, since?: Date): Cancelled => ({
    kind: "already",
    change,
    reason,
    ...(since === undefined ? {} : { since }),
  });
  if (isEnded(change.status)) return say(`The change is ${change.status.replaceAll("_", " ")}.`);
  const decided = change.decisions.at(-1);
  if (decided !== undefined && endsIt(decided))
    return say(`It ends anyway: the answer was ${decided.answer}.`);
  if (change.stopAsked) return say("It is being stopped already.");
  if (change.cancel !== null && change.status === "needs_person")
    return say("It was stopped already, and a person is asked how it ends.");
  // What stopped it must not stop its way back too, when it is delivered once more.
  const last = lastWordOf(change);
  if (last !== undefined && writtenAt !== undefined && writtenAt < last)
    return say(
      "It was stopped, and somebody has said how it goes on, since this was asked. To stop that, ask again.",
      last,
    );
  return null;
}

function endsIt({ answer }: Decision): boolean {
  return answer === "reject" || answer === "expire" || answer === "accept" || answer === "cancel";
}

async function mustFind(sql: Sql, id: string): Promise<Change> {
  const change = await findChange(sql, id);
  if (change === null) throw new Error(`Change ${id} was just written and cannot be read back.`);
  return change;
}
