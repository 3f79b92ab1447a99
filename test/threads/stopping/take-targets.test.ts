import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import pino from "pino";
import { targetKey } from "#change/target.ts";
import { overlaps } from "#policy/targets.ts";
import { createRecordEvents } from "#store/events.ts";
import { claimChange, type Lease, releaseLease, wantWork } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { PACE } from "#threads/deps.ts";
import { createHeldWrites } from "#threads/running/held-writes.ts";
import { setStatus } from "#threads/running/progress.ts";
import { createStepJournal } from "#threads/running/step-journal.ts";
import { takeTargets } from "#threads/stopping/take-targets.ts";

const CHANGES = 24;
const NAMES = ["web", "api", "db", "*"];
const LEASE_MS = 60_000;

describe("taking targets", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });
  const record = createRecordEvents(() => []);

  const add = async (...names: string[]): Promise<string> => {
    const id = await addChange(database);
    const targets = names.map((name) =>
      targetKey({ tool: "kubectl", place: "https://one", namespace: "shop", kind: "deployments", name }),
    );
    await database.query("update changes set targets = $2 where id = $1", [id, targets]);
    return id;
  };
  const claim = () => claimChange(database, "me", LEASE_MS, { all: 1_000, perRequester: 1_000 });
  const claimAll = async (): Promise<Lease[]> => {
    const lease = await claim();
    return lease === null ? [] : [lease, ...(await claimAll())];
  };
  const end = (lease: Lease) =>
    database.transaction(async (sql) => {
      await setStatus(sql, record, lease.changeId, "done", null);
      await releaseLease(sql, lease, lease.workSeen);
    });
  const held = async () =>
    (
      await database.query<{ change_id: string; target: string }>(
        "select change_id, target from target_locks",
      )
    ).rows;

  const hasEnded = async (id: string) =>
    (await database.query("select 1 from changes where id = $1 and ended_at is not null", [id])).rowCount ===
    1;

  // Each test has the database for itself.
  beforeEach(async () => {
    await database.query("delete from target_locks");
    await database.query("delete from events");
    await database.query("delete from journal");
    await database.query("delete from changes");
  });

  it(`lets ${CHANGES} changes at once through, never two that meet, and leaves none behind`, async () => {
    const take = (lease: Lease) => takeTargets({ database, record }, lease);
    const random = (below: number, seed: number) => (Math.imul(seed + 1, 2_654_435_761) >>> 8) % below;
    for (let index = 0; index < CHANGES; index += 1) {
      const names = [NAMES[random(NAMES.length, index)], NAMES[random(3, index * 7)]];
      await add(...new Set(names.filter((name) => name !== undefined)));
    }
    const done: string[] = [];
    let blocked = 0;
    const carry = async (lease: Lease): Promise<void> => {
      // Called by the holder that ended while it took: it went through under that claim, and is claimed once more. Like
      // the worker (carry.ts), this looks first.
      if (await hasEnded(lease.changeId)) return releaseLease(database, lease, lease.workSeen);
      if (!(await take(lease))) {
        blocked += 1;
        return releaseLease(database, lease, lease.workSeen);
      }
      const mine = (await held()).filter(({ change_id }) => change_id === lease.changeId);
      const others = (await held()).filter(({ change_id }) => change_id !== lease.changeId);
      for (const { target } of mine)
        for (const other of others)
          assert.ok(!overlaps(target, other.target), `${target} and ${other.target}`);
      done.push(lease.changeId);
      await end(lease);
    };
    const giveUp = Date.now() + 60_000;
    while (done.length < CHANGES) {
      assert.ok(Date.now() < giveUp, `${done.length} of ${CHANGES} got through`);
      await Promise.all((await claimAll()).map(carry));
    }
    assert.ok(blocked > 0, "none had to wait: the race is none");
    assert.equal(new Set(done).size, CHANGES);
    assert.deepEqual(await held(), []);
  });

  it("takes all or nothing", async () => {
    const take = (lease: Lease) => takeTargets({ database, record }, lease);
    await add("web");
    await add("api", "web");
    const [first, second] = await claimAll();
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(await take(first), true);
    assert.equal(await take(second), false);
    assert.deepEqual(
      (await held()).map(({ change_id }) => change_id),
      [first.changeId],
    );
    assert.equal(await take(first), true, "again, it holds them already");
    await end(first);
    assert.equal(await take(second), true);
    await end(second);
  });

  it("gives a change that ended nothing, though it may be claimed again", async () => {
    const take = (lease: Lease) => takeTargets({ database, record }, lease);
    const id = await add("web");
    const [first] = await claimAll();
    assert.ok(first !== undefined);
    assert.equal(await take(first), true);
    await wantWork(database, id);
    await end(first);
    const again = await claim();
    assert.ok(again !== null, "what was asked for meanwhile is looked at");
    await assert.rejects(take(again), /has ended/);
    assert.deepEqual(await held(), []);
    await releaseLease(database, again, again.workSeen);
    assert.equal(await claim(), null);
  });

  it("lines up those that wait as they came to wait, whichever began to ask first", async () => {
    const take = (lease: Lease) => takeTargets({ database, record }, lease);
    await add("web");
    await add("web");
    await add("web");
    const [holder, second, slow] = await claimAll();
    assert.ok(holder !== undefined && second !== undefined && slow !== undefined);
    assert.equal(await take(holder), true);
    // Its transaction begins before the other's, and gets no further than its own row, which somebody else has.
    let asking: Promise<boolean> | undefined;
    await database.transaction(async (sql) => {
      await sql.query("select 1 from changes where id = $1 for update", [slow.changeId]);
      asking = take(slow);
      await untilSomebodyWaits(database);
      assert.equal(await take(second), false);
    });
    assert.equal(await asking, false);
    await end(holder);
    assert.equal(await take(second), true, "the two wait for each other");
    await end(second);
    assert.equal(await take(slow), true);
    await end(slow);
  });

  it("does not overlook a holder that ends while it is written down", async () => {
    const take = (lease: Lease) => takeTargets({ database, record }, lease);
    for (let round = 0; round < 30; round += 1) {
      await add("web");
      await add("web");
      const [first, second] = await claimAll();
      assert.ok(first !== undefined && second !== undefined);
      assert.equal(await take(first), true);
      const [taken] = await Promise.all([take(second), end(first)]);
      await releaseLease(database, second, taken ? null : second.workSeen);
      // Either it has them, or it is called: there is work for it.
      const again = await claim();
      assert.equal(again?.changeId, second.changeId, `round ${round}`);
      assert.equal(await take(again), true);
      await end(again);
    }
  });

  it("journals no step of a change that does not hold its targets", async () => {
    const id = await add("web");
    const [lease] = await claimAll();
    assert.ok(lease !== undefined);
    const journal = createStepJournal({
      database,
      record,
      leaseOf: () => lease,
      pace: PACE,
      held: createHeldWrites(pino({ level: "silent" })),
    });
    const key = { changeId: id, revision: 1, step: 1, direction: "forward", attempt: 1 } as const;
    await assert.rejects(journal.intend(key, ["kubectl"], "", { host: "h", bootId: "b" }), /\bstep 1\b/);
    const { rowCount } = await database.query("select 1 from journal where change_id = $1", [id]);
    assert.equal(rowCount, 0);
    await takeTargets({ database, record }, lease);
    assert.notEqual(await journal.intend(key, ["kubectl"], "", { host: "h", bootId: "b" }), null);
    await end(lease);
  });
});

/** Waits until a statement in this database waits for a lock. */
async function untilSomebodyWaits(database: Database): Promise<void> {
  const giveUp = Date.now() + 20_000;
  for (;;) {
    const { rowCount } = await database.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rowCount !== 0) return;
    assert.ok(Date.now() < giveUp, "nobody waits for a lock");
  }
}
