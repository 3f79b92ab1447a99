import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { insertChange } from "../../src/store/changes.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createOutbox } from "../../src/store/outbox.ts";
import { createDatabase } from "../support/postgres.ts";
import { BEN } from "../support/program.ts";

const LANE = "C0LANE0001";

describe("what is due in Slack", () => {
  let scratch: Awaited<ReturnType<typeof createDatabase>>;
  let database: Database;
  before(async () => {
    scratch = await createDatabase({ migrate });
    database = openDatabase(scratch.config);
  });
  after(async () => {
    await database.close();
    await scratch.drop();
  });

  const putCard = async () => {
    const changeId = randomUUID();
    const home = { teamId: "T0TEAM0001", channelId: LANE };
    const asked = { request: "x", requester: BEN, home, planOnly: false };
    await insertChange(database, { ...asked, id: changeId, idempotencyKey: changeId });
    await database.query("insert into messages (change_id, name, rank) values ($1, 'card', 0)", [changeId]);
    return changeId;
  };
  const due = async (changeId: string) => {
    await database.query("update messages set due_at = now() where change_id = $1", [changeId]);
  };

  it("stays with the sender that has it at hand while another one's lane pauses: two would post it", async () => {
    const wakes = { wait: async () => undefined, close: async () => undefined };
    const [one, other] = [createOutbox(database, wakes), createOutbox(database, wakes)];
    const held = await putCard();
    assert.deepEqual(
      (await one.claim(10)).map(({ changeId }) => changeId),
      [held],
    );
    const limited = await putCard();
    const [mine] = await other.claim(10);
    assert.equal(mine?.changeId, limited);
    await other.giveBack(mine, 1_000);
    await other.postponeLane(LANE, 1_000);
    assert.deepEqual(await other.claim(10), [], "the lane pauses");
    await Promise.all([held, limited].map(due));
    assert.deepEqual(
      (await other.claim(10)).map(({ changeId }) => changeId),
      [limited],
    );
  });
});
