import assert from "node:assert/strict";
import { describe, it } from "node:test";
import pino from "pino";
import { createOutboxSender } from "../../src/slack/outbox.ts";
import type { Database } from "../../src/store/database.ts";
import { createOutbox } from "../../src/store/outbox.ts";
import { addChange, useDatabase } from "../support/database.ts";
import { soon } from "../support/soon.ts";

const wakes = { wait: async () => undefined, close: async () => undefined };

describe("a sender that stops", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  it("leaves what it had no time for to whoever sends next, at once", async () => {
    const home = { teamId: "T0TEAM0001", channelId: "C0LANE0001" };
    for (const _ of [1, 2, 3]) {
      const id = await addChange(database, { home });
      await database.query("insert into messages (change_id, name, rank) values ($1, 'card', 0)", [id]);
    }
    const begun: string[] = [];
    const sender = createOutboxSender({
      port: createOutbox(database, wakes),
      // Slack that answers nothing.
      deliver: async ({ changeId }, signal) => {
        begun.push(changeId);
        await new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
        });
        return { kind: "sent", ts: null };
      },
      log: pino({ level: "silent" }),
    });
    sender.start();
    await soon("the first to be under way", async () => begun.length === 1);
    await sender.stop();
    const next = await createOutbox(database, wakes).claim(10);
    assert.equal(next.length, 2);
    assert.ok(next.every(({ changeId, failures }) => !begun.includes(changeId) && failures === 0));
  });
});
