import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createOutbox } from "#store/outbox.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { soon } from "#test/support/soon.ts";

const LANE = "C0LANE0001";
const wakes = { wait: async () => undefined, close: async () => undefined };

describe("what is due in Slack", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  const putCard = async () => {
    const changeId = await addChange(database, { home: { teamId: "T0TEAM0001", channelId: LANE } });
    await database.query("insert into messages (change_id, name, rank) values ($1, 'card', 0)", [changeId]);
    return changeId;
  };
  const putStep = async (changeId: string, step: number) => {
    const name = `step:1:${step}:forward:1`;
    await database.query("insert into messages (change_id, name, rank) values ($1, $2, 4)", [changeId, name]);
  };
  const due = async (changeId: string) => {
    await database.query("update messages set due_at = now() where change_id = $1", [changeId]);
  };

  it("stays with the sender that has it at hand while another one's lane pauses: two would post it", async () => {
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

  it("is claimed for six seconds, which a dead instance's changes are too, and updated a second and a half later", async () => {
    const port = createOutbox(database, wakes);
    const changeId = await putCard();
    const [mine] = await port.claim(10);
    assert.ok(mine);
    const msUntil = async (column: "claimed_until" | "due_at"): Promise<number> => {
      const { rows } = await database.query<{ ms: number }>(
        `select 1000 * extract(epoch from ${column} - now())::float8 as ms from messages where change_id = $1`,
        [changeId],
      );
      return rows[0]?.ms ?? Number.NaN;
    };
    const [claimed, claimedAt] = [await msUntil("claimed_until"), performance.now()];
    assert.ok(claimed > 4_000 && claimed <= 6_000, `claimed for ${claimed} ms`);
    const until = async () =>
      (
        await database.query("select claimed_until::text as at from messages where change_id = $1", [
          changeId,
        ])
      ).rows[0];
    const first = await until();
    await soon("its renewal", async () => (await until())?.["at"] !== first?.["at"]);
    // Every third of it: two may fail before somebody else takes the message.
    const renewedIn = performance.now() - claimedAt;
    assert.ok(renewedIn > 1_500 && renewedIn < 3_500, `renewed after ${renewedIn} ms`);
    await port.sent(mine, "1.1");
    const gap = await msUntil("due_at");
    assert.ok(gap > 750 && gap <= 1_500, `due ${gap} ms later`);
  });

  it("is free with its lease when the sender that had it at hand is dead, and a living one keeps what takes long", async () => {
    const leaseMs = 600;
    const [dead, alive] = ["dead", "alive"].map((owner) => createOutbox(database, wakes, { owner, leaseMs }));
    assert.ok(dead && alive);
    const left = await putCard();
    const [had] = await dead.claim(10);
    assert.equal(had?.changeId, left);
    // It renews no more, as a killed process.
    dead.letGo(had);
    assert.deepEqual([dead.isHeld(had), (await alive.claim(10)).length], [false, 0]);
    const began = performance.now();
    const taken = await soon("what the dead one had", async () => (await alive.claim(10))[0]);
    assert.ok(performance.now() - began < leaseMs + 1_000);
    assert.deepEqual([taken.changeId, taken.failures], [left, 1]);
    for (let waited = 0; waited < 4; waited += 1) {
      await pause(leaseMs / 2);
      assert.deepEqual([alive.isHeld(taken), await createOutbox(database, wakes).claim(10)], [true, []]);
    }
    // Whoever comes to themselves late puts off and ends nothing of another one's.
    await dead.postpone(had, 0, "late");
    await dead.giveBack(had, 0);
    await dead.abandon(had, "late");
    assert.deepEqual(await createOutbox(database, wakes).claim(10), []);
    await dead.sent(had, "1.1");
    assert.deepEqual(await createOutbox(database, wakes).claim(10), []);
    await alive.sent(taken, "1.1");
    await database.query("update messages set wanted = wanted + 1, due_at = now() where change_id = $1", [
      left,
    ]);
    assert.equal((await alive.claim(10)).length, 1);
  });

  it("is nobody else's for a lease's time after an outage, in which nobody could renew", async () => {
    const [one, other] = ["one", "other"].map((owner) =>
      createOutbox(
        { ...database, reach: { ...database.reach, backForMs: () => (owner === "other" ? 10 : 1_000_000) } },
        wakes,
        { owner, leaseMs: 300 },
      ),
    );
    assert.ok(one && other);
    const changeId = await putCard();
    const [had] = await one.claim(10);
    assert.ok(had);
    one.letGo(had);
    await pause(500);
    assert.deepEqual(await other.claim(10), []);
    assert.deepEqual(
      (await one.claim(10)).map((due) => due.changeId),
      [changeId],
    );
  });

  it("brings the logs of steps into the thread as the steps were begun, whatever happens to an earlier one", async () => {
    const outbox = createOutbox(database, wakes);
    const changeId = await putCard();
    const claimed = async () => {
      await due(changeId);
      return outbox.claim(10);
    };
    const [card] = await claimed();
    assert.ok(card);
    await outbox.sent(card, "1.1");
    for (const step of [1, 2, 3]) await putStep(changeId, step);
    const [first, ...none] = await claimed();
    assert.deepEqual([first?.name, none], ["step:1:1:forward:1", []]);
    assert.ok(first);
    await outbox.postpone(first, 60_000, "Slack does not take it");
    assert.deepEqual(
      (await claimed()).map(({ name }) => name),
      ["step:1:1:forward:1"],
    );
    await outbox.sent(first, "1.2");
    const [second] = await claimed();
    assert.equal(second?.name, "step:1:2:forward:1");
    await database.query("insert into messages (change_id, name, rank) values ($1, 'log:1:2:forward:1', 4)", [
      changeId,
    ]);
    assert.deepEqual(await claimed(), [], "its log comes below it");
    await outbox.abandon(second, "it has no place any more");
    const [third, log] = (await claimed())
      .map(({ name }) => name)
      .toSorted()
      .toReversed();
    assert.deepEqual([third, log], ["step:1:3:forward:1", "log:1:2:forward:1"]);
    await database.query("update messages set wanted = 2 where name = 'step:1:1:forward:1'");
    assert.equal((await claimed())[0]?.name, "step:1:1:forward:1", "what stands is kept true meanwhile");
  });

  it("has a verdict told where its card was given up, and nothing else of its thread", async () => {
    const outbox = createOutbox(database, wakes);
    const changeId = await putCard();
    await putStep(changeId, 1);
    await database.query("insert into messages (change_id, name, rank) values ($1, 'verdict:ended', 1)", [
      changeId,
    ]);
    const [card, ...early] = await outbox.claim(10);
    assert.ok(card);
    assert.deepEqual(early, []);
    await outbox.abandon(card, "invalid_arguments");
    assert.deepEqual(
      (await outbox.claim(10)).map(({ name, cardTs }) => [name, cardTs]),
      [["verdict:ended", null]],
    );
  });

  it("waits for no log: an upload that Slack limits, or is slow, holds up no verdict", async () => {
    const outbox = createOutbox(database, wakes);
    const changeId = await putCard();
    await database.query(
      "update messages set ts = '1.1', sent = wanted where change_id = $1 and name = 'card'",
      [changeId],
    );
    await database.query(
      "insert into messages (change_id, name, rank) values ($1, 'log:1:1:forward:1', 0), ($1, 'log:1:2:forward:1', 1), ($1, 'verdict:ended', 2)",
      [changeId],
    );
    const [log] = await outbox.claim(1);
    assert.equal(log?.name, "log:1:1:forward:1");
    await outbox.giveBack(log, 60_000);
    await outbox.postponeLane(log.lane, 60_000);
    const due = await outbox.claim(10);
    assert.deepEqual(
      due.map(({ name, lane }) => [name, lane]),
      [["verdict:ended", LANE]],
      "the other log waits with the first",
    );
  });

  it("is given up as it was at hand only: what was asked for since is due", async () => {
    const outbox = createOutbox(database, wakes);
    const changeId = await putCard();
    const place = "update messages set ts = '1.1', sent = wanted where change_id = $1 and name = 'card'";
    await database.query(place, [changeId]);
    await outbox.addDirect(changeId, ["U0BEN00001"]);
    const [old] = await outbox.claim(10);
    assert.equal(old?.name, "card:dm:U0BEN00001");
    // Another approval is asked for while the answer about the one before is still on its way.
    await outbox.addDirect(changeId, ["U0BEN00001"]);
    await outbox.abandon(old, "there is nothing to decide");
    await due(changeId);
    const [anew] = await outbox.claim(10);
    assert.equal(anew?.name, "card:dm:U0BEN00001");
    await outbox.abandon(anew, "there is nothing to decide");
    await due(changeId);
    assert.deepEqual(await outbox.claim(10), []);
  });

  it("is put off as a lane without waiting for an event that marks some of it: one of the two would be ended", async () => {
    const outbox = createOutbox(database, wakes);
    const changeId = await addChange(database, { home: { teamId: "T0TEAM0001", channelId: "C0LANE0002" } });
    for (const step of [1, 2]) await putStep(changeId, step);
    await database.query("insert into messages (change_id, name, rank, ts) values ($1, 'card', 0, '1.1')", [
      changeId,
    ]);
    let put: Promise<void> | undefined;
    let over = false;
    await database.transaction(async (sql) => {
      const mark = (name: string) =>
        sql.query("update messages set wanted = wanted + 1 where change_id = $1 and name = $2", [
          changeId,
          name,
        ]);
      await mark("card");
      put = outbox.postponeLane("C0LANE0002", 1_000);
      const waits = soon("the lane waits or is put off", async () => {
        const { rowCount } = await database.query("select 1 from pg_locks where not granted");
        return over || rowCount !== 0;
      });
      await Promise.race([put, waits]);
      over = true;
      await waits;
      await mark("step:1:1:forward:1");
    });
    await put;
  });

  it("is known as a direct card in the channel where it stands with exactly that person", async () => {
    const outbox = createOutbox(database, wakes);
    const changeId = await putCard();
    const [userId, channelId, ts] = ["U0BEN00002", "D0BEN00002", "7.1"];
    await outbox.addDirect(changeId, [userId]);
    const at = { changeId, userId, channelId };
    const stands = "update messages set channel_id = $2, ts = $3 where change_id = $1 and person is not null";
    await database.query(stands, [changeId, channelId, null]);
    assert.equal(await outbox.isDirectCard(at), false, "it is not posted yet");
    const begun =
      "update messages set failures = $2, abandoned = $3 where change_id = $1 and person is not null";
    await database.query(begun, [changeId, 1, null]);
    assert.equal(await outbox.isDirectCard(at), true, "Slack may show it before its place is written down");
    for (const other of [{ userId: "U0CLEO0002" }, { channelId: "D0CLEO0002" }])
      assert.equal(await outbox.isDirectCard({ ...at, ...other }), false, "but only there, and only to them");
    await database.query(begun, [changeId, 1, "user_not_found"]);
    assert.equal(await outbox.isDirectCard(at), false, "it was given up");
    await database.query(begun, [changeId, 0, null]);
    await database.query(stands, [changeId, channelId, ts]);
    assert.equal(await outbox.isDirectCard(at), true);
    assert.equal(await outbox.changeAt({ userId, channelId, ts }), changeId);
    for (const other of [{ userId: "U0CLEO0002" }, { channelId: "D0CLEO0002" }]) {
      assert.equal(await outbox.isDirectCard({ ...at, ...other }), false);
      assert.equal(await outbox.changeAt({ userId, channelId, ts, ...other }), null);
    }
    assert.equal(await outbox.isDirectCard({ ...at, changeId: await putCard() }), false);
  });

  it("has its whole plan in the thread once the pages of this revision stand, whatever became of an earlier one's", async () => {
    const outbox = createOutbox(database, wakes);
    const changeId = await putCard();
    const put = "insert into messages (change_id, name, rank, sent, abandoned) values ($1, $2, 3, $3, $4)";
    await database.query(put, [changeId, "plan:1:1", 0, null]);
    await database.query("update changes set revision = 2 where id = $1", [changeId]);
    await database.query(put, [changeId, "plan:2:1", 0, null]);
    const card = async () => {
      await due(changeId);
      return (await outbox.claim(10)).find(({ name, changeId: of }) => name === "card" && of === changeId);
    };
    const first = await card();
    assert.equal(first?.pagesStand, false);
    await outbox.sent(first, "1.1");
    await due(changeId);
    const pages = (await outbox.claim(10)).filter(({ changeId: of }) => of === changeId);
    for (const page of pages) {
      if (page.name === "plan:1:1") await outbox.abandon(page, "it has no place any more");
      else await outbox.sent(page, "1.2");
    }
    assert.equal((await card())?.pagesStand, true, "and it is due again by that");
  });

  it("is due again when it was wanted anew while it was sent, and not by a sender that comes late with an older one", async () => {
    const outbox = createOutbox(database, wakes);
    const changeId = await putCard();
    const claimed = async () => {
      await due(changeId);
      return (await outbox.claim(10)).find((one) => one.changeId === changeId);
    };
    const first = await claimed();
    assert.ok(first);
    await database.query("update messages set wanted = wanted + 1 where change_id = $1", [changeId]);
    await outbox.sent(first, "1.1");
    const second = await claimed();
    assert.deepEqual([second?.wanted, second?.ts], [first.wanted + 1, "1.1"]);
    assert.ok(second);
    await outbox.sent(second, "1.1");
    await outbox.sent(first, "1.1");
    assert.equal(await claimed(), undefined);
  });
});
