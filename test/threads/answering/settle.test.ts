import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Person } from "#change/person.ts";
import { builtInPolicy } from "#policy/document.ts";
import { markCancelled } from "#store/cancels.ts";
import { findChange } from "#store/changes.ts";
import { createRecordEvents } from "#store/events.ts";
import { claimChange, isOwned } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { settle } from "#threads/answering/settle.ts";
import type { RunResult } from "#threads/running/carry.ts";

const ANA: Person = { kind: "token", name: "ana", role: "requester", slackId: null };
const GATE: RunResult = {
  at: "gate",
  gate: "approval",
  interruptId: "i1",
  revision: 1,
  digest: "d".repeat(64),
  notes: null,
};

/** The stop was committed after the thread came to rest, and before that was written: a moment no scenario can hit at will. */
describe("where a thread came to rest when somebody has stopped its change", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  const settled = async (rest: RunResult) => {
    const id = await addChange(database, { requester: ANA });
    const lease = await claimChange(database, "me", 60_000, { all: 1_000, perRequester: 1_000 });
    assert.equal(lease?.changeId, id);
    await markCancelled(database, id, { by: ANA, reason: null, error: null });
    const rules = { policy: builtInPolicy, tokens: [], now: () => new Date(), laterLooksMs: [] };
    const isWritten = await settle({ ...rules, database, record: createRecordEvents(() => []) }, lease, rest);
    const [change, isHeld] = [await findChange(database, id), await isOwned(database, id)];
    return { isWritten, change, isHeld };
  };

  for (const rest of [GATE, { at: "blocked" }] as const) {
    it(`is not written while there is something to stop: nobody is asked, and its owner keeps it (${rest.at})`, async () => {
      const { isWritten, change, isHeld } = await settled(rest);
      assert.deepEqual([isWritten, change?.decisions, isHeld], [false, [], true]);
    });
  }

  it("is its end where it is at its end: cancelled, for nothing of it was run", async () => {
    const { isWritten, change, isHeld } = await settled({ at: "end", status: "rejected", error: null });
    assert.deepEqual([isWritten, change?.status, isHeld], [true, "cancelled", false]);
  });
});
