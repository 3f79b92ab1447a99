import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHomes, markHomes } from "#store/homes.ts";
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

  it("that nobody has looked at for a day waits no more, and is due when it is opened", async () => {
    const homes = createHomes(database, wakes);
    await homes.opened("U0CLEO0001", "T0TEAM0001");
    await database.query(
      "update homes set opened_at = now() - interval '25 hours' where user_id = 'U0CLEO0001'",
    );
    const pending = async () =>
      (await database.query("select 1 from homes where user_id = 'U0CLEO0001' and wanted > sent")).rowCount;
    assert.equal(await pending(), 1);
    // Something happened, and somebody else looks.
    await homes.opened("U0BEN00001", "T0TEAM0001");
    await markHomes(database);
    assert.deepEqual(
      (await homes.claim(10)).map(({ userId }) => userId),
      ["U0BEN00001"],
    );
    assert.equal(await pending(), 0, "it would be gone through with each look");
    await homes.opened("U0CLEO0001", "T0TEAM0001");
    assert.deepEqual(
      (await homes.claim(10)).map(({ userId }) => userId),
      ["U0CLEO0001"],
    );
  });
});
