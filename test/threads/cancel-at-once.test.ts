import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Cancelled } from "#change/changes.ts";
import type { Person } from "#change/person.ts";
import { builtInPolicy } from "#policy/document.ts";
import { createRecordEvents } from "#store/events.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { createChanges } from "#threads/changes.ts";

const ANA: Person = { kind: "token", name: "ana", role: "requester", slackId: null };
const ROUNDS = 10;
const AT_ONCE = 8;

describe("many queued changes that are cancelled at once", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  it("all end, though each moves the others up in the queue: none of them waits for another one for good", async () => {
    const record = createRecordEvents(() => [{ name: "card", rank: 0, holdMs: 0 }]);
    const now = () => new Date();
    const needs = {
      database,
      record,
      policy: builtInPolicy,
      redact: (text: string) => text,
      tokens: [],
      now,
    };
    const changes = createChanges({ ...needs, findDifference: async () => null });
    const home = { teamId: "T0TEAM0001", channelId: "C0HOME0001" };
    for (let round = 0; round < ROUNDS; round += 1) {
      const ids: string[] = [];
      for (let count = 0; count < AT_ONCE; count += 1) {
        const id = await addChange(database, { requester: ANA, home });
        await record(database, id, { type: "asked", by: ANA });
        ids.push(id);
      }
      const ended: Cancelled[] = await Promise.all(
        ids.map((changeId) => changes.cancel({ changeId, by: ANA, reason: null })),
      );
      assert.deepEqual([...new Set(ended.map(({ kind }) => kind))], ["cancelled"]);
    }
  });
});
