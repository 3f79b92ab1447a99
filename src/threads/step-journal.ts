import type { StepKey } from "../change/journal.ts";
import type { Journal } from "../execution/executor.ts";
import type { Database, Sql } from "../store/database.ts";
import type { RecordEvents } from "../store/events.ts";
import { deleteIntent, insertIntent, markFinished, markStarted } from "../store/journal.ts";
import { assertOwned, isHeld, type Lease } from "../store/leases.ts";
import { appendLines } from "../store/log-lines.ts";
import { findTargets } from "../store/target-locks.ts";

/** The executor's journal, each write fenced by the lease: a stale owner writes nothing (design.md, invariant 2). */
export function createStepJournal(
  database: Database,
  record: RecordEvents,
  leaseOf: (changeId: string) => Lease,
): Journal {
  const owned = <Result>(key: StepKey, work: (sql: Sql, lease: Lease) => Promise<Result>): Promise<Result> =>
    database.transaction(async (sql) => {
      const lease = leaseOf(key.changeId);
      await assertOwned(sql, lease);
      return work(sql, lease);
    });
  return {
    intend: (key, argv, dir, here) =>
      owned(key, async (sql, lease) => {
        // Whoever runs the graph by another way than its owner's has taken no targets.
        if (!(await findTargets(sql, key.changeId)).areHeld)
          throw new Error(`Change ${key.changeId} does not hold what step ${key.step} would touch: not run.`);
        const isNew = await insertIntent(sql, key, argv, dir, { epoch: lease.epoch, here });
        if (!isNew) return false;
        await sql.query("update changes set current_step = $2 where id = $1", [key.changeId, key.step]);
        await record(sql, key.changeId, { type: "step_started", ...eventFields(key) });
        return true;
      }),
    isHeld: (key) => isHeld(leaseOf(key.changeId)),
    withdraw: (key) => owned(key, (sql, lease) => deleteIntent(sql, key, lease.epoch)),
    started: (key, place) => owned(key, (sql) => markStarted(sql, key, place)),
    lines: (key, lines) =>
      owned(key, async (sql) => {
        await appendLines(sql, key, lines);
        await record(sql, key.changeId, { type: "step_logged", ...eventFields(key) });
      }),
    finished: (key, end) =>
      owned(key, async (sql) => {
        await markFinished(sql, key, end);
        await record(sql, key.changeId, { type: "step_finished", ...eventFields(key), outcome: end.outcome });
      }),
  };
}

function eventFields(key: StepKey): Omit<StepKey, "changeId"> {
  const { changeId: _, ...fields } = key;
  return fields;
}
