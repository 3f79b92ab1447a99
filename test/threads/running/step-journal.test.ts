import assert from "node:assert/strict";
import { describe, it } from "node:test";
import pino from "pino";
import { ChangeCancelledError } from "#change/cancel.ts";
import type { Direction } from "#change/journal.ts";
import { lockChange } from "#store/approvals.ts";
import { markCancelled } from "#store/cancels.ts";
import { createRecordEvents } from "#store/events.ts";
import { findSteps } from "#store/journal.ts";
import { claimChange, type Lease, LeaseLostError } from "#store/leases.ts";
import type { Database, Sql } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { soon } from "#test/support/soon.ts";
import { PACE } from "#threads/deps.ts";
import { createHeldWrites } from "#threads/running/held-writes.ts";
import { createStepJournal } from "#threads/running/step-journal.ts";

const LEASE_MS = 60_000;
const BY = { kind: "token", name: "ana", role: "requester", slackId: null } as const;

describe("the intent of a step", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  const claim = async (): Promise<Lease> => {
    await addChange(database);
    const lease = await claimChange(database, "me", LEASE_MS, { all: 100, perRequester: 100 });
    return lease ?? assert.fail("nothing to claim");
  };
  const intend = (lease: Lease, direction: Direction) => {
    const record = createRecordEvents(() => []);
    const held = createHeldWrites(pino({ level: "silent" }));
    const journal = createStepJournal({
      database,
      record,
      leaseOf: () => lease,
      pace: { ...PACE, leaseMs: LEASE_MS },
      held,
    });
    const key = { changeId: lease.changeId, revision: 1, step: 1, direction, attempt: 1 };
    return journal.intend(key, ["kubectl"], "", { host: "h", bootId: "b" });
  };
  const cancel = (sql: Sql, { changeId }: Lease) =>
    markCancelled(sql, changeId, { by: BY, reason: null, error: null });

  it("of a cancelled change is not taken, though its owner asks for it; that of its way back is, because an operator orders it", async () => {
    const lease = await claim();
    await cancel(database, lease);
    await assert.rejects(intend(lease, "forward"), ChangeCancelledError);
    assert.deepEqual(await findSteps(database, lease.changeId), []);
    assert.notEqual(await intend(lease, "rollback"), null);
    assert.deepEqual(
      (await findSteps(database, lease.changeId)).map(({ direction }) => direction),
      ["rollback"],
    );
  });

  it("waits for a cancel that is being written, and is not taken after it", async () => {
    const lease = await claim();
    const taken = await database.transaction(async (sql) => {
      await lockChange(sql, lease.changeId);
      const asked = intend(lease, "forward").then(
        () => "taken",
        (error: unknown) => error,
      );
      await soon("the intent to wait for the row", async () => {
        const waits =
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        return (await database.query(waits)).rowCount === 1;
      });
      await cancel(sql, lease);
      // In an object: the transaction's end would wait for the promise itself, which waits for that end.
      return { asked };
    });
    assert.ok((await taken.asked) instanceof ChangeCancelledError);
    assert.deepEqual(await findSteps(database, lease.changeId), []);
  });

  it("is taken once for an attempt, also where its owner asks twice at once: whoever gets it spawns", async () => {
    const lease = await claim();
    const asked = await Promise.all([intend(lease, "forward"), intend(lease, "forward")]);
    assert.equal(asked.filter((attempt) => attempt !== null).length, 1);
    assert.equal(await intend(lease, "forward"), null);
    const told = "select 1 from events where change_id = $1 and event->>'type' = 'step_started'";
    assert.equal((await database.query(told, [lease.changeId])).rowCount, 1);
  });

  it("is not taken by an owner whose change somebody else has by now, and its end is told once", async () => {
    const lease = await claim();
    const attempt = (await intend(lease, "forward")) ?? assert.fail("not taken");
    const end = { outcome: "done", exitCode: 0, signal: null, error: null } as const;
    await attempt.finished(end);
    await attempt.finished({ ...end, outcome: "failed", exitCode: 1 });
    const told = "select 1 from events where change_id = $1 and event->>'type' = 'step_finished'";
    assert.equal((await database.query(told, [lease.changeId])).rowCount, 1);
    const [step] = await findSteps(database, lease.changeId);
    assert.deepEqual([step?.outcome, step?.exitCode], ["done", 0], "the first record stands");
    await database.query("update changes set lease_epoch = lease_epoch + 1 where id = $1", [lease.changeId]);
    await assert.rejects(intend(lease, "rollback"), LeaseLostError);
    assert.equal((await findSteps(database, lease.changeId)).length, 1);
  });
});
