import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import type { Person } from "#change/person.ts";
import { builtInPolicy } from "#policy/document.ts";
import { findChange } from "#store/changes.ts";
import { createRecordEvents } from "#store/events.ts";
import { claimChange, releaseLease } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { createChanges } from "#threads/changes.ts";

const LIMITS = { all: 10, perRequester: 5 };
const LEASE_MS = 60_000;

describe("limits", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  it("lets five changes of one requester run and ten in all, over instances that claim at once, and shows the queue", async () => {
    const people = ["ana", "ben", "cleo"].map(
      (name): Person => ({ kind: "token", name, role: "requester", slackId: null }),
    );
    const ids: string[] = [];
    for (const requester of people)
      for (let count = 0; count < 7; count += 1) ids.push(await addChange(database, { requester }));
    const claims = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        claimChange(database, `instance ${index % 3}`, LEASE_MS, LIMITS),
      ),
    );
    const leases = claims.filter((lease) => lease !== null);
    assert.equal(leases.length, 10);
    assert.equal(new Set(leases.map((lease) => lease.changeId)).size, 10);
    const requesters = await Promise.all(
      leases.map(async (lease) => (await findChange(database, lease.changeId))?.requester),
    );
    for (const person of people)
      assert.ok(requesters.filter((one) => JSON.stringify(one) === JSON.stringify(person)).length <= 5);
    const places = (
      await Promise.all(ids.map(async (id) => (await findChange(database, id))?.queuePlace))
    ).filter(Boolean);
    assert.deepEqual(
      places.toSorted((one, other) => Number(one) - Number(other)),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
    const [first] = leases;
    assert.ok(first !== undefined);
    await releaseLease(database, first, first.workSeen);
    assert.notEqual(await claimChange(database, "instance 0", LEASE_MS, LIMITS), null);
  });

  it("give a change in its review no place, up to four times the places there are", async () => {
    await database.query(
      "update changes set work_done = work_wanted, lease_owner = null, lease_until = null",
    );
    const requester: Person = { kind: "token", name: "gus", role: "requester", slackId: null };
    const ids: string[] = [];
    for (let count = 0; count < 30; count += 1) ids.push(await addChange(database, { requester }));
    const claims = async (): Promise<number> => {
      let count = 0;
      while ((await claimChange(database, "me", LEASE_MS, LIMITS)) !== null) count += 1;
      return count;
    };
    const review = () =>
      database.query("update changes set status = 'reviewing' where lease_owner is not null");
    assert.equal(await claims(), 5);
    assert.equal(await claims(), 0, "what runs takes a place");
    const found: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      await review();
      found.push(await claims());
    }
    assert.deepEqual(found, [5, 5, 5, 0], "twenty in all");
    // Its owner dies while the others run.
    await database.query("update changes set status = 'running' where lease_owner is not null");
    await database.query(
      `update changes set status = 'reviewing', lease_until = now() - interval '1 second'
       where id = (select id from changes where lease_owner is not null limit 1)`,
    );
    await database.query(
      `update changes set lease_owner = null, lease_until = null
       where id in (select id from changes where lease_owner is not null and status = 'running' limit 14)`,
    );
    const lease = await claimChange(database, "other", 100, LIMITS);
    assert.equal((await findChange(database, lease?.changeId ?? ""))?.status, "reviewing");
    await database.query(
      "update changes set work_done = work_wanted, lease_owner = null, lease_until = null",
    );
  });

  it("takes twenty waiting changes of one requester, refuses the next, and says what to do", async () => {
    const record = createRecordEvents(() => []);
    const now = () => new Date();
    const findDifference = async () => null;
    const needs = { database, record, policy: builtInPolicy, redact: (text: string) => text };
    const changes = createChanges({ ...needs, tokens: [], findDifference, now });
    const requester: Person = { kind: "token", name: "eve", role: "requester", slackId: null };
    const ask = () =>
      changes.ask({ request: "x", requester, home: null, planOnly: false, idempotencyKey: randomUUID() });
    const asked = await Promise.all(Array.from({ length: 25 }, ask));
    assert.equal(asked.filter((one) => one.kind === "accepted").length, 20);
    const refused = asked.find((one) => one.kind === "refused");
    assert.match(refused?.kind === "refused" ? refused.reason : "", /20 changes waiting/);
  });
});
