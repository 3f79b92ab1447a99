import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Person } from "#change/person.ts";
import { takeUnowned } from "#store/cancels.ts";
import {
  claimChange,
  countFault,
  isHeld,
  isOwned,
  type Lease,
  LeaseLostError,
  releaseLease,
  renewLease,
  wantWork,
} from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { soon } from "#test/support/soon.ts";

const LIMITS = { all: 10, perRequester: 10 };
const LEASE_MS = 3_000;
/** Longer than the lease, so that it would be over before it began. */
const FROZEN_MS = 4_000;

const person = (name: string): Person => ({ kind: "token", name, role: "requester", slackId: null });

describe("a claim", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });
  beforeEach(() => database.query("delete from changes"));

  /** The same database, for an instance that freezes before each of its commits. */
  const freezing = (): Database => ({
    ...database,
    transaction: (work) =>
      database.transaction(async (sql) => {
        const result = await work(sql);
        await pause(FROZEN_MS);
        return result;
      }),
  });
  const isWaited = async (): Promise<boolean> => {
    const { rowCount } = await database.query(
      "select 1 from pg_locks where locktype = 'advisory' and granted",
    );
    return rowCount !== 0;
  };

  it("that waited for another instance's, which froze, is owned for a whole lease from when it was made", async () => {
    await addChange(database);
    await addChange(database);
    const frozen = claimChange(freezing(), "frozen", LEASE_MS, LIMITS);
    await soon("the claim of the instance that freezes", isWaited);
    const lease = await claimChange(database, "one", LEASE_MS, LIMITS);
    assert.ok(lease !== null);
    // Whoever holds it by its own clock alone must hold it by the database's too: it spawns by that.
    assert.deepEqual([isHeld(lease), await isOwned(database, lease.changeId)], [true, true]);
    await frozen;
  });

  it("prolonged while another one had the row at hand, counts from then", async () => {
    const changeId = await addChange(database);
    const lease = await claimChange(database, "one", LEASE_MS, LIMITS);
    assert.ok(lease !== null);
    const held = freezing().transaction((sql) =>
      sql.query("select 1 from changes where id = $1 for update", [changeId]),
    );
    await pause(200);
    assert.equal(await renewLease(database, lease, LEASE_MS), true);
    assert.equal(await isOwned(database, changeId), true);
    await held;
  });

  it("takes over what a dead instance left before it begins anything new, whoever asked for what since", async () => {
    const left = await addChange(database, { requester: person("ana") });
    const lease = await claimChange(database, "dead", LEASE_MS, LIMITS);
    assert.equal(lease?.changeId, left);
    for (const name of ["ben", "cleo"]) await addChange(database, { requester: person(name) });
    // Somebody wants it stopped, which puts its work behind all that waits already.
    await wantWork(database, left);
    await database.query("update changes set lease_until = now() - interval '1 second' where id = $1", [
      left,
    ]);
    const next = await claimChange(database, "alive", LEASE_MS, { all: 1, perRequester: 1 });
    assert.equal(next?.changeId, left);
  });

  /** A change whose owner has not renewed for a second, and its lease. */
  const overdue = async (owner: string): Promise<Lease> => {
    await addChange(database);
    const lease = await claimChange(database, owner, LEASE_MS, LIMITS);
    assert.ok(lease !== null);
    await database.query("update changes set lease_until = now() - interval '1 second' where id = $1", [
      lease.changeId,
    ]);
    return lease;
  };

  it("leaves a change to its owner for a lease's time after the server's start: nobody could renew before", async () => {
    const { changeId } = await overdue("one");
    const { rows } = await database.query<{ ms: number }>(
      "select (extract(epoch from now() - pg_postmaster_start_time()) * 1000)::float8 as ms",
    );
    const longerMs = Math.ceil(rows[0]?.ms ?? 0) + 60_000;
    assert.equal(await claimChange(database, "two", longerMs, LIMITS), null);
    await addChange(database);
    const fresh = await claimChange(database, "two", longerMs, LIMITS);
    assert.notEqual(fresh?.changeId ?? changeId, changeId, "what nobody owned waits for nobody");
  });

  it("takes up nothing that a run of the same instance still has: it would write under the new epoch", async () => {
    const { changeId } = await overdue("one");
    assert.equal(await claimChange(database, "one", 1, LIMITS, [changeId]), null);
    assert.equal((await claimChange(database, "one", 1, LIMITS))?.changeId, changeId);
  });

  it("made anew ends the one before, also of the same owner: that renews nothing, gives nothing back, counts no fault", async () => {
    const old = await overdue("one");
    const lease = await claimChange(database, "one", 1, LIMITS);
    assert.deepEqual([lease?.changeId, lease?.epoch], [old.changeId, old.epoch + 1]);
    const row = async () =>
      (await database.query("select lease_owner, lease_until, work_done, faults, retry_at from changes"))
        .rows;
    const before = await row();
    assert.equal(await renewLease(database, old, 60_000), false);
    await releaseLease(database, old, old.workSeen);
    await assert.rejects(countFault(database, old, [1_000], true), LeaseLostError);
    assert.deepEqual(await row(), before);
  });

  it("is over for a frozen owner once a cancel has taken the change out of everybody's reach, and none is taken from a living one", async () => {
    const lease = await overdue("one");
    assert.equal(await takeUnowned(database, lease.changeId), true);
    await database.query("update changes set lease_owner = 'one' where id = $1", [lease.changeId]);
    assert.equal(await renewLease(database, lease, 60_000), false);
    await addChange(database);
    const living = await claimChange(database, "two", LEASE_MS, LIMITS, [lease.changeId]);
    assert.equal(await takeUnowned(database, living?.changeId ?? assert.fail("nothing to claim")), false);
  });
});
