import assert from "node:assert/strict";
import { describe, it } from "node:test";
import pino from "pino";
import type { DueMessage, OutboxPort } from "#change/outbox-port.ts";
import { createAccess } from "#slack/client/access.ts";
import type { Delivery } from "#slack/client/failures.ts";
import { createRefusalGate } from "#slack/client/refusal-gate.ts";
import { createOutboxSender } from "#slack/sender/outbox.ts";
import { createOutbox } from "#store/outbox.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { soon } from "#test/support/soon.ts";

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
      ...untroubled(),
    });
    sender.start();
    await soon("the first to be under way", async () => begun.length === 1);
    await sender.stop();
    const next = await createOutbox(database, wakes).claim(10);
    assert.equal(next.length, 2);
    assert.ok(next.every(({ changeId, failures }) => !begun.includes(changeId) && failures === 0));
  });
});

describe("a sender that Slack refuses as such", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  it("keeps all that is due, asks once in a while with one call, says so once, and sends all when it is taken again", async () => {
    const said: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => void said.push(JSON.parse(line).msg) });
    const access = createAccess(log);
    const counts = { probes: 0, delivered: 0 };
    const now = { token: "revoked" as "revoked" | "reinstalled without its scope" | "good" };
    const retryMs = 100;
    const probe = async () => {
      counts.probes += 1;
      return now.token !== "revoked";
    };
    const changes: string[] = [];
    for (let channel = 1; channel <= 8; channel += 1) {
      const id = await addChange(database, {
        home: { teamId: "T0TEAM0001", channelId: `C0LANE000${channel}` },
      });
      for (const name of ["card", "verdict:ended"])
        await database.query("insert into messages (change_id, name, rank) values ($1, $2, 0)", [id, name]);
      changes.push(id);
    }
    const sender = createOutboxSender({
      port: createOutbox(database, wakes),
      deliver: async () => {
        counts.delivered += 1;
        return now.token === "good" ? { kind: "sent", ts: "1.1" } : { kind: "refused", why: "token_revoked" };
      },
      gate: createRefusalGate({ access, probe, retryMs }),
      log,
    });
    sender.start();
    await soon("the refusal to be known", async () => access.trouble("speak") !== null);
    assert.equal(access.trouble("speak")?.why, "token_revoked");
    await soon("some asking", async () => counts.probes >= 3);
    assert.ok(counts.delivered <= changes.length, `${counts.delivered} calls at once, and none since`);
    now.token = "reinstalled without its scope";
    const before = { ...counts };
    await soon("some more asking", async () => counts.probes >= before.probes + 4);
    assert.ok(counts.delivered - before.delivered <= 5, "one message a time is tried");
    assert.equal(said.length, 1, said.join("; "));
    now.token = "good";
    const left = () =>
      database.query(
        "select failures, abandoned from messages where change_id = any ($1) and (wanted > sent or failures > 0 or abandoned is not null)",
        [changes],
      );
    await soon("all of it", async () => (await left()).rowCount === 0);
    assert.equal(access.trouble("speak"), null);
    assert.equal(said.length, 2, said.join("; "));
    await sender.stop();
  });

  it("is heard of as good again when nothing is due, and stops at once while it is refused", async () => {
    const log = pino({ level: "silent" });
    const access = createAccess(log);
    const isGood = { now: false };
    const gate = createRefusalGate({ access, probe: async () => isGood.now, retryMs: 50 });
    const sender = createOutboxSender({
      port: { ...createOutbox(database, wakes), claim: async () => [] },
      deliver: async () => assert.fail("nothing is due"),
      ...{ gate, log },
    });
    gate.refused("account_inactive");
    sender.start();
    isGood.now = true;
    await soon("the way to be open", async () => access.trouble("speak") === null);
    isGood.now = false;
    gate.refused("account_inactive");
    const began = performance.now();
    await sender.stop();
    assert.ok(performance.now() - began < 1_500);
  });
});

describe("a claim of the sender", () => {
  it("is not used once another instance may have it by now, and is not renewed any more", async () => {
    const { begun, done } = await sendAll(
      [[due("card"), due("verdict:ended")]],
      async () => ({ kind: "sent", ts: "1.1" }),
      ({ name }) => name === "card",
    );
    assert.deepEqual(begun, ["card"]);
    assert.deepEqual(done.at(-1), ["letGo", "verdict:ended"]);
  });

  it("counts as none where Slack limits the rate, and so does one that comes before that pause is over", async (t) => {
    t.mock.timers.enable({ apis: ["Date"] });
    const { begun, done } = await sendAll([[due("card"), due("verdict:ended")]], async () => ({
      kind: "pause",
      ms: 9_000,
    }));
    assert.deepEqual(begun, ["card"]);
    assert.deepEqual(done, [
      ["giveBack", "card", 9_000],
      ["postponeLane", "C1", 9_000],
      ["giveBack", "verdict:ended", 9_000],
    ]);
  });
});

/** Sends what is claimed, one claim after the other, and stops when nothing is under way; says what was begun and written down. */
async function sendAll(
  claims: DueMessage[][],
  deliver: () => Promise<Delivery>,
  isHeld: OutboxPort["isHeld"] = () => true,
) {
  const begun: string[] = [];
  const done: unknown[][] = [];
  let isIdle = false;
  const port = {
    claim: async () => claims.shift() ?? [],
    wait: async () => {
      isIdle = true;
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    isHeld,
    letGo: ({ name }: DueMessage) => void done.push(["letGo", name]),
    sent: async ({ name }: DueMessage) => void done.push(["sent", name]),
    giveBack: async ({ name }: DueMessage, ms: number) => void done.push(["giveBack", name, ms]),
    postpone: async ({ name }: DueMessage, ms: number) => void done.push(["postpone", name, ms]),
    postponeLane: async (lane: string, ms: number) => void done.push(["postponeLane", lane, ms]),
  } as unknown as OutboxPort;
  const sender = createOutboxSender({
    port,
    deliver: async ({ name }) => {
      begun.push(name);
      return deliver();
    },
    ...untroubled(),
  });
  sender.start();
  await soon("nothing to be due", async () => isIdle);
  await sender.stop();
  return { begun, done };
}

/** A Slack that refuses nothing. */
function untroubled() {
  const log = pino({ level: "silent" });
  return { log, gate: createRefusalGate({ access: createAccess(log), probe: async () => true }) };
}

function due(name: string): DueMessage {
  return {
    ...{ changeId: "1", name, wanted: 1, ts: null, person: null, channelId: "C1", lane: "C1" },
    ...{ teamId: "T1", cardTs: null, failures: 0, pagesStand: true, since: new Date(0) },
  };
}
