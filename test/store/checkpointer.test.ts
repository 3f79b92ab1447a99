import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { packPackage } from "#execution/modules/package-bytes.ts";
import { createSeal } from "#execution/seal.ts";
import { snapshotOfBytes } from "#execution/workspace/snapshot.ts";
import { createCheckpointer } from "#store/checkpointer.ts";
import { claimChange, isHeld, type Lease, LeaseLostError, renewLease } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import { findSealedFile } from "#store/sealed-files.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { savedFiles } from "#test/support/execution.ts";

const LIMITS = { all: 10, perRequester: 10 };

describe("a frozen owner", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  const claim = async (): Promise<Lease> => {
    await addChange(database);
    return (await claimChange(database, "one", 60_000, LIMITS)) ?? assert.fail("nothing to claim");
  };
  const checkpoint = { v: 4, id: "1", ts: "", channel_values: {}, channel_versions: {}, versions_seen: {} };
  const write = async (lease: Lease): Promise<void> => {
    const saver = createCheckpointer(database, () => lease);
    const config = { configurable: { thread_id: lease.changeId, checkpoint_ns: "", checkpoint_id: "1" } };
    await saver.put(config, checkpoint, { source: "loop", step: 1, parents: {} }, { plan: 1 });
    await saver.putWrites(config, [["plan", "x"]], randomUUID());
  };
  const rows = async (id: string): Promise<number> => {
    const tables = ["checkpoints", "checkpoint_blobs", "checkpoint_writes"];
    const counts = tables.map(
      (name) => `(select count(*) from greenlight_graph.${name} where thread_id = $1)`,
    );
    const { rows: found } = await database.query<{ all: string }>(`select ${counts.join("+")} as all`, [id]);
    return Number(found[0]?.all);
  };

  it("writes no checkpoint and none of its parts once the change is somebody else's", async () => {
    const lease = await claim();
    await write(lease);
    assert.equal(await rows(lease.changeId), 3);
    const other = await claim();
    await database.query("update changes set lease_epoch = lease_epoch + 1 where id = $1", [other.changeId]);
    await assert.rejects(write(other), LeaseLostError);
    assert.equal(await rows(other.changeId), 0);
  });

  it("puts no saved plan in the place of one somebody approves", async () => {
    const lease = await claim();
    const { keepPlan } = savedFiles(database, createSeal(randomBytes(32)), () => lease);
    const key = { changeId: lease.changeId, revision: 1, step: 1 };
    const plan = { bytes: Buffer.from("plan"), sha256: "0".repeat(64), path: "/one" };
    await keepPlan(key, plan);
    await database.query("update changes set lease_epoch = lease_epoch + 1 where id = $1", [lease.changeId]);
    await assert.rejects(keepPlan(key, { ...plan, path: "/two" }), LeaseLostError);
    assert.equal((await findSealedFile(database, { ...key, name: "plan" }))?.path, "/one");
  });

  it("keeps fetched modules for any instance with the key, and for nobody who altered them or lost the change", async () => {
    const lease = await claim();
    const seal = createSeal(randomBytes(32));
    const saved = savedFiles(database, seal, () => lease);
    const snapshot = snapshotOfBytes(new Map([["main.tf", { bytes: Buffer.from("x"), executable: false }]]));
    const fetched = { bytes: await packPackage(snapshot), sha256: snapshot.hash };
    const { changeId } = lease;
    await saved.keepPackage({ changeId, revision: 1 }, fetched);
    await saved.keepPackage({ changeId, revision: 1 }, fetched);
    const elsewhere = savedFiles(database, seal, assert.fail);
    assert.deepEqual(await elsewhere.openPackage(changeId, snapshot.hash), snapshot);
    assert.equal(await elsewhere.openPackage(changeId, "0".repeat(64)), null);
    assert.equal(await elsewhere.openPackage((await claim()).changeId, snapshot.hash), null);
    const otherKey = savedFiles(database, createSeal(randomBytes(32)), assert.fail);
    assert.equal(await otherKey.openPackage(changeId, snapshot.hash), null);
    await database.query(
      "update sealed_files set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where change_id = $1",
      [changeId],
    );
    assert.equal(await elsewhere.openPackage(changeId, snapshot.hash), null);
    await database.query("update changes set lease_epoch = lease_epoch + 1 where id = $1", [changeId]);
    await assert.rejects(saved.keepPackage({ changeId, revision: 1 }, fetched), LeaseLostError);
  });

  it("holds its lease by its own clock only while it renews it", async () => {
    const lease = await claim();
    assert.equal(isHeld(lease), true);
    lease.heldUntilMs = performance.now() - 1;
    assert.equal(isHeld(lease), false);
    assert.equal(await renewLease(database, lease, 60_000), true);
    assert.equal(isHeld(lease), true);
    await database.query("update changes set lease_owner = 'two' where id = $1", [lease.changeId]);
    lease.heldUntilMs = 0;
    assert.equal(await renewLease(database, lease, 1_000), false);
    assert.equal(isHeld(lease), false);
  });

  it("does not keep a row locked: the server ends its transaction before its lease is over", async () => {
    const client = await database.pool.connect();
    const { rows: found } = await client.query<{ idle_in_transaction_session_timeout: string }>(
      "show idle_in_transaction_session_timeout",
    );
    client.release();
    assert.equal(found[0]?.idle_in_transaction_session_timeout, "5s");
  });
});
