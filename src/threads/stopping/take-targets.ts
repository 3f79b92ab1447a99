import { overlaps } from "#policy/targets.ts";
import type { RecordEvents } from "#store/events.ts";
import { assertOwned, type Lease } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import { findAhead, findTargets, insertLocks, isAhead, markBlocked } from "#store/target-locks.ts";
import { setStatus } from "#threads/running/progress.ts";

/** Takes a change's targets for it; false when another change comes first, and it waits. */
export type TakeTargets = (lease: Lease) => Promise<boolean>;

/**
 * Makes it. All targets or none, in one transaction, and one taker at a time: nobody holds one and waits for another, so
 * that two changes cannot wait for each other. Of those that wait for the same, the oldest goes first.
 */
export function createTakeTargets(database: Database, record: RecordEvents): TakeTargets {
  return async (lease) => {
    for (;;) {
      const by = await take(database, record, lease);
      if (by === null) return true;
      // It may have ended while this was written; then nobody would call.
      if (await database.transaction((sql) => isAhead(sql, by))) return false;
    }
  };
}

/** Null once they are taken; otherwise the change that comes first. */
function take(database: Database, record: RecordEvents, lease: Lease): Promise<string | null> {
  const { changeId } = lease;
  return database.transaction(async (sql) => {
    await assertOwned(sql, lease);
    const { targets, areHeld, hasEnded } = await findTargets(sql, changeId);
    // Called once more while it went through, it is claimed again; what it took now, nobody would give back.
    if (hasEnded) throw new Error(`Change ${changeId} has ended, and takes no targets.`);
    if (areHeld) return null;
    const ahead = await findAhead(sql, changeId);
    const first = ahead.find((one) => targets.some((target) => overlaps(target, one.target)));
    if (first === undefined) {
      await insertLocks(sql, changeId, targets);
      return null;
    }
    const isNew = await markBlocked(sql, changeId, first);
    const isFirst = await setStatus(sql, record, changeId, "blocked", null);
    // Another one is in the way now, and the card says which.
    if (isNew && !isFirst) await record(sql, changeId, { type: "status", status: "blocked" });
    return first.changeId;
  });
}
