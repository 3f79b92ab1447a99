import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { beforeEach, describe, it } from "node:test";
import pino from "pino";
import type { Person } from "#change/person.ts";
import { targetKey } from "#change/target.ts";
import { builtInPolicy } from "#policy/document.ts";
import { createRecordEvents } from "#store/events.ts";
import { claimChange, type Lease, releaseLease } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import { approvedIn } from "#test/support/approved.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { PACE } from "#threads/deps.ts";
import { createHeldWrites } from "#threads/running/held-writes.ts";
import { createStepJournal } from "#threads/running/step-journal.ts";
import { takeTargets } from "#threads/stopping/take-targets.ts";
import { unlock } from "#threads/stopping/unlock.ts";

const LEASE_MS = 60_000;
const ANA: Person = { kind: "token", name: "ana", role: "approver", slackId: null };
const BEN: Person = { kind: "token", name: "ben", role: "approver", slackId: null };
const REASON = "its holder went home";

describe("taking a change's targets away", () => {
  const approved = approvedIn("unlocks");
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });
  const record = createRecordEvents(() => []);

  // An owner of one test that is gone would be taken over in the next.
  beforeEach(async () => {
    for (const table of ["target_locks", "events", "journal", "changes"])
      await database.query(`delete from ${table}`);
  });

  const rules = { policy: builtInPolicy, tokens: [], now: () => new Date() };
  const redact = (text: string) => text.replaceAll("hunter2", "[redacted]");
  const take = (lease: Lease) => takeTargets({ database, record }, lease);
  const unlockAs = (
    by: Person,
    { changeId }: Pick<Lease, "changeId">,
    reason = REASON,
    written: { writtenAt?: Date } = {},
  ) =>
    unlock(
      { ...rules, database, record, redact, findDifference: () => assert.fail() },
      { changeId, by, reason, ...written },
    );
  /** A change of Ana's that somebody owns, and holds this. */
  const holder = async (name: string): Promise<Lease> => {
    const id = await addChange(database, { requester: ANA });
    const place = { tool: "kubectl", place: "https://one", namespace: "shop", kind: "deployments" } as const;
    await database.query("update changes set targets = $2, status = 'running' where id = $1", [
      id,
      [targetKey({ ...place, name })],
    ]);
    const lease = await claimChange(database, "me", LEASE_MS, { all: 1_000, perRequester: 1_000 });
    assert.equal(lease?.changeId, id);
    return lease;
  };
  const locksOf = async ({ changeId }: Lease): Promise<number> =>
    (await database.query("select 1 from target_locks where change_id = $1", [changeId])).rowCount ?? 0;
  const begin = (lease: Lease) => {
    const key = { changeId: lease.changeId, revision: 1, step: 1, direction: "forward", attempt: 1 } as const;
    const held = createHeldWrites(pino({ level: "silent" }));
    const journal = createStepJournal({
      database,
      record,
      leaseOf: () => lease,
      pace: { ...PACE, leaseMs: LEASE_MS },
      held,
    });
    return journal.intend(key, ["kubectl"], "", { host: "h", bootId: "b" });
  };

  it("is refused while its owner has it at hand, and while a step runs, or may since its owner is gone; not once that was seen to", async () => {
    const lease = await holder("web");
    assert.equal(await take(lease), true);
    const between = await unlockAs(BEN, lease);
    assert.equal(between.kind, "busy");
    await begin(lease);
    const running = await unlockAs(BEN, lease);
    assert.ok(running.kind === "busy");
    approved("step-runs", running.reason);
    assert.equal(await locksOf(lease), 1);
    await database.query("update changes set lease_until = now() - interval '1 second' where id = $1", [
      lease.changeId,
    ]);
    const left = await unlockAs(BEN, lease);
    assert.ok(left.kind === "busy");
    approved("step-may-run", left.reason);
    assert.equal(await locksOf(lease), 1);
    await database.query("update changes set status = 'needs_person' where id = $1", [lease.changeId]);
    assert.equal((await unlockAs(BEN, lease)).kind, "unlocked");
    assert.equal(await locksOf(lease), 0);
  });

  it("lets nothing of it begin before it holds them again, also not by an owner that was only slow", async () => {
    const lease = await holder("api");
    assert.equal(await take(lease), true);
    await database.query("update changes set lease_until = now() - interval '1 second' where id = $1", [
      lease.changeId,
    ]);
    assert.equal((await unlockAs(BEN, lease)).kind, "unlocked");
    await assert.rejects(begin(lease), /\bstep 1\b/);
    assert.equal(await take(lease), true);
    assert.notEqual(await begin(lease), null);
  });

  it("is for approvers with a reason: not for whoever asked, nor a requester's token", async () => {
    const lease = await holder("db");
    await take(lease);
    await releaseLease(database, lease, lease.workSeen);
    const requester = { ...BEN, role: "requester" } as const;
    for (const [by, reason, why] of [
      [ANA, REASON, "own-change"],
      [requester, REASON, "requester"],
      [{ kind: "slack", teamId: "T1", userId: "UBEN" }, REASON, "by-api"],
      [BEN, "   short    ", "short-reason"],
      [BEN, "x".repeat(1_001), "long-reason"],
    ] as const) {
      const refused = await unlockAs(by, lease, reason);
      assert.ok(refused.kind === "refused");
      approved(why, refused.reason);
    }
    assert.equal(await locksOf(lease), 1);
    assert.equal((await unlockAs(BEN, { changeId: randomUUID() })).kind, "unknown");
  });

  it("has one effect for each message that says so: one delivered again takes nothing that was taken back since", async () => {
    const lease = await holder("cron");
    const letGo = () =>
      database.query("update changes set lease_until = now() - interval '1 second' where id = $1", [
        lease.changeId,
      ]);
    await take(lease);
    await letGo();
    const written = { writtenAt: new Date(Date.now() - 2_000) };
    assert.equal((await unlockAs(BEN, lease, REASON, written)).kind, "unlocked");
    assert.equal(await take(lease), true);
    const again = await unlockAs(BEN, lease, REASON, written);
    assert.ok(again.kind === "nothing");
    approved("older-words", again.reason);
    assert.equal(await locksOf(lease), 1);
    const later = { writtenAt: new Date(Date.now() + 2_000) };
    assert.equal((await unlockAs(BEN, lease, REASON, later)).kind, "unlocked");
  });

  it("has one effect, however many do it at once, and is recorded: who, why, what", async () => {
    const lease = await holder("queue");
    await take(lease);
    await releaseLease(database, lease, lease.workSeen);
    const reason = "gone home, password hunter2";
    const kinds = await Promise.all(
      Array.from({ length: 5 }, async () => (await unlockAs(BEN, lease, reason)).kind),
    );
    assert.deepEqual(kinds.toSorted(), ["nothing", "nothing", "nothing", "nothing", "unlocked"]);
    const { rows } = await database.query<{ event: { [key: string]: unknown } }>(
      "select event from events where change_id = $1 and event->>'type' = 'unlocked'",
      [lease.changeId],
    );
    assert.equal(rows.length, 1);
    const said = "gone home, password [redacted]";
    assert.partialDeepStrictEqual(rows[0]?.event, { by: { name: "ben" }, reason: said });
    assert.match(JSON.stringify(rows[0]?.event["targets"]), /shop deployments queue/);
  });
});
