import { overlaps } from "#policy/targets.ts";
import { assertOwned, type Lease } from "#store/leases.ts";
import { deleteLeftOpen, keepTargets } from "#store/left-open.ts";
import { findAhead, findTargets, insertLocks, isAhead, markBlocked } from "#store/target-locks.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import { endLooksOf } from "#threads/later/plan-later-looks.ts";
import { setStatus } from "#threads/running/progress.ts";
import { noteOpenHere } from "./open-here.ts";

/**
 * Takes a change's targets for it; false when another change comes first, and it waits. All targets or none, in one
 * transaction, and one taker at a time: nobody holds one and waits for another, so that two changes cannot wait for each
 * other. Of those that wait for the same, the oldest goes first.
 */
export async function takeTargets(
  deps: Pick<ThreadDeps, "database" | "record">,
  lease: Lease,
): Promise<boolean> {
  for (;;) {
    const by = await take(deps, lease);
    if (by === null) return true;
    // It may have ended while this was written; then nobody would call.
    if (await deps.database.transaction((sql) => isAhead(sql, by))) return false;
  }
}

/** Null once they are taken; otherwise the change that comes first. */
function take(
  { database, record }: Pick<ThreadDeps, "database" | "record">,
  lease: Lease,
): Promise<string | null> {
  const { changeId } = lease;
  return database.transaction(async (sql) => {
    await assertOwned(sql, lease);
    const { targets, areHeld, hasEnded } = await findTargets(sql, changeId);
    // Called once more while it went through, it is claimed again; what it took now, nobody would give back.
    if (hasEnded) throw new Error(`Change ${changeId} has ended, and takes no targets.`);
    if (areHeld) {
      await keepTargets(sql, changeId);
      return null;
    }
    const ahead = await findAhead(sql, changeId);
    const first = ahead.find((one) => targets.some((target) => overlaps(target, one.target)));
    if (first === undefined) {
      await insertLocks(sql, changeId, targets);
      await deleteLeftOpen(sql, changeId);
      await endLooksOf(sql, targets);
      await noteOpenHere(sql, changeId, targets);
      return null;
    }
    const isNew = await markBlocked(sql, changeId, first);
    const isFirst = await setStatus(sql, record, changeId, "blocked", null);
    // Another one is in the way now, and the card says which.
    if (isNew && !isFirst) await record(sql, changeId, { type: "status", status: "blocked" });
    return first.changeId;
  });
}
