import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createOutbox } from "#store/outbox.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";

const wakes = { wait: async () => undefined, close: async () => undefined };
const HOME = { teamId: "T0TEAM0001", channelId: "C0GONE0001" };
const NAMES = ["card", "card:dm:U1", "step:1:1:forward:1", "verdict:ended"];

describe("a thread whose card was given up", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });
  const put = async (names: readonly string[]) => {
    const changeId = await addChange(database, { home: HOME });
    for (const [rank, name] of names.entries())
      await database.query("insert into messages (change_id, name, rank) values ($1, $2, $3)", [
        changeId,
        name,
        rank,
      ]);
    return changeId;
  };
  /** The names of what would be looked at for ever. */
  const pending = async () => {
    const { rows } = await database.query<{ name: string }>(
      "select name from messages where wanted > sent and abandoned is null order by name",
    );
    return rows.map(({ name }) => name);
  };

  it("waits no more, but for the verdict, and is due again once the card stands", async () => {
    const changeId = await put(NAMES);
    const outbox = createOutbox(database, wakes);
    const [card] = await outbox.claim(1);
    assert.equal(card?.name, "card");
    await outbox.abandon(card, "not_in_channel");
    assert.deepEqual(await pending(), ["verdict:ended"]);
    const [verdict] = await outbox.claim(10);
    assert.equal(verdict?.name, "verdict:ended", "told without a card");
    await outbox.abandon(verdict, "not_in_channel");
    assert.deepEqual(await pending(), []);

    await database.query(
      "update messages set wanted = wanted + 1, abandoned = null where change_id = $1 and name = 'card'",
      [changeId],
    );
    const [again, ...none] = await outbox.claim(10);
    assert.deepEqual([again?.name, none], ["card", []]);
    assert.ok(again);
    await outbox.sent(again, "1.1");
    assert.deepEqual(await pending(), ["card:dm:U1", "step:1:1:forward:1"]);
    assert.deepEqual(
      (await outbox.claim(10)).map(({ name }) => name),
      ["card:dm:U1", "step:1:1:forward:1"],
    );
    await database.query("delete from messages");
  });

  it("holds up no event that is marking one of its messages, and is held up by none", async () => {
    const changeId = await put(NAMES);
    const outbox = createOutbox(database, wakes);
    const [card] = await outbox.claim(1);
    assert.ok(card);
    await database.transaction(async (event) => {
      await event.query("update messages set wanted = wanted + 1 where change_id = $1 and name = $2", [
        changeId,
        "step:1:1:forward:1",
      ]);
      await outbox.abandon(card, "not_in_channel");
      // Deadlock, if the other one waited.
      await event.query(
        "update messages set wanted = wanted + 1, abandoned = null where change_id = $1 and name = 'card'",
        [changeId],
      );
    });
    assert.deepEqual(await pending(), ["card", "step:1:1:forward:1", "verdict:ended"]);
    const [again] = await outbox.claim(1);
    assert.ok(again);
    await outbox.abandon(again, "not_in_channel");
    assert.deepEqual(await pending(), ["verdict:ended"]);
    await database.query("delete from messages");
  });

  it("stays due where the card stands and only its update was given up", async () => {
    await put(NAMES);
    const outbox = createOutbox(database, wakes);
    const [card] = await outbox.claim(1);
    assert.ok(card);
    await outbox.sent(card, "1.1");
    await database.query("update messages set wanted = wanted + 1, due_at = now() where name = 'card'");
    const [update] = await outbox.claim(1);
    assert.equal(update?.ts, "1.1");
    await outbox.abandon(update, "message_not_found");
    assert.deepEqual(await pending(), ["card:dm:U1", "step:1:1:forward:1", "verdict:ended"]);
  });
});
