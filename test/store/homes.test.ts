import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHomes } from "#store/homes.ts";
import type { Database } from "#store/postgres/database.ts";
import { useDatabase } from "#test/support/database.ts";

const wakes = { wait: async () => undefined, close: async () => undefined };

describe("a Home", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  it("says what became of the last click for two minutes, and is due again when they are over", async () => {
    const homes = createHomes(database, wakes);
    await homes.opened("U0BEN00001", "T0TEAM0001");
    await homes.say("U0BEN00001", "Approved. It runs now.");
    const [said] = await homes.claim(10);
    assert.equal(said?.notice, "Approved. It runs now.");
    await homes.sent(said, "a hash");
    await database.query("update homes set due_at = now()");
    assert.deepEqual(await homes.claim(10), [], "nothing has changed");
    await database.query("update homes set notice_at = now() - interval '121 seconds'");
    const [over, ...none] = await homes.claim(10);
    assert.deepEqual([over?.userId, over?.notice, none], ["U0BEN00001", null, []]);
    assert.ok(over);
    await homes.sent(over, "another hash");
    await database.query("update homes set due_at = now()");
    assert.deepEqual(await homes.claim(10), [], "once");
  });
});
