import type { Change } from "#change/change.ts";
import type { AskUnlock, Unlocked } from "#change/changes.ts";
import type { Person } from "#change/person.ts";
import { UNLOCK_REASON } from "#change/unlock.ts";
import { whyNotDecide } from "#policy/approvals/approvers.ts";
import { lockChange } from "#store/approvals.ts";
import { findChange } from "#store/changes.ts";
import { findOpenAttempts } from "#store/journal.ts";
import { isOwned } from "#store/leases.ts";
import { insertLeftOpen } from "#store/left-open.ts";
import type { Sql } from "#store/postgres/database.ts";
import { releaseTargets } from "#store/target-locks.ts";
import { insertUnlock } from "#store/unlocks.ts";
import { findTerms } from "#threads/answering/terms.ts";
import type { DecideDeps } from "#threads/deps.ts";

/**
 * Takes the targets a change holds away from it, so that the next one goes on: for an approver of that change, with a reason
 * that everybody sees, and never while an owner has it at hand. It has to take them again before anything more of it runs.
 */
export function unlock(deps: DecideDeps, given: AskUnlock): Promise<Unlocked> {
  const { changeId, by } = given;
  return deps.database.transaction(async (sql) => {
    // Whoever owns it writes under the same lock: nothing of it begins while this is decided.
    const change = (await lockChange(sql, changeId)) ? await findChange(sql, changeId) : null;
    if (change === null) return { kind: "unknown" };
    const refused = whyNotUnlock(deps, change, given);
    if (refused !== null) return refused;
    const busy = await whyBusy(sql, change);
    if (busy !== null) return { kind: "busy", reason: busy };
    const last = change.unlocks.at(-1)?.at;
    if (given.writtenAt !== undefined && last !== undefined && given.writtenAt < last)
      return { kind: "nothing", reason: "Its targets were taken away since this was written.", since: last };
    const targets = await takeAway(sql, deps.record, changeId, {
      by,
      reason: deps.redact(given.reason.trim()),
    });
    if (targets.length === 0)
      return { kind: "nothing", reason: "This change holds no targets, so nobody waits for it." };
    const after = await findChange(sql, changeId);
    return { kind: "unlocked", change: after ?? change, targets };
  });
}

/**
 * Takes what a change holds away from it, in the caller's transaction, which holds its row. Returns what that was; with
 * nothing to take nothing is written.
 */
export async function takeAway(
  sql: Sql,
  record: DecideDeps["record"],
  changeId: string,
  { by, reason }: { by: Person; reason: string },
): Promise<string[]> {
  const targets = await releaseTargets(sql, changeId);
  if (targets.length === 0) return targets;
  await insertLeftOpen(sql, changeId, targets);
  await insertUnlock(sql, changeId, { by, reason, targets });
  await record(sql, changeId, { type: "unlocked", by, reason, targets });
  return targets;
}

function whyNotUnlock(deps: DecideDeps, change: Change, given: AskUnlock): Unlocked | null {
  const terms = findTerms(deps, change);
  const about = { requester: change.requester, teamId: change.home?.teamId ?? null };
  const why = whyNotDecide(given.by, about, terms, given.groups ?? []);
  if (why !== null) return { kind: "refused", reason: why, terms };
  const { length } = given.reason.trim();
  const { min, max } = UNLOCK_REASON;
  if (length >= min && length <= max) return null;
  return {
    kind: "refused",
    reason: `Taking a change's targets away takes a reason of ${min} to ${max} characters; this has ${length}.`,
  };
}

/**
 * An owner that is gone does not count, but a step it left running does: until somebody has taken the change over and seen
 * what became of it. Right after an outage a living owner looks gone, too, until it renews. With a person it rests for good.
 */
async function whyBusy(sql: Sql, { id, status }: Change): Promise<string | null> {
  const [open] = await findOpenAttempts(sql, id);
  if (await isOwned(sql, id))
    return open === undefined
      ? "Greenlight is working on this change at this moment. Wait until it rests, or stop it first."
      : `Step ${open.key.step} of this change is running. Stop it first, or wait until it has ended.`;
  if (open === undefined || status === "needs_person") return null;
  return `Step ${open.key.step} of this change may still run: who ran it has not been heard of for a moment. Somebody takes it over and looks, which takes seconds: then try again.`;
}
