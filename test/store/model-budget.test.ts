import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { Person } from "#change/person.ts";
import { type Allowance, bookModelCall, settleModelCall, sumModelCalls } from "#store/model-calls.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";

const person = (name: string): Person => ({ kind: "token", name, role: "requester", slackId: null });
const WIDE: Allowance = {
  ...{ input: 1, cacheWrite: 1, cacheRead: 1, output: 1 },
  ...{ change: 1e9, person: 1e9, day: 1e9 },
};
const DONE = {
  outcome: "ok",
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: 1,
  cacheWriteTokens: 1,
  thinkingTokens: 2,
  durationMs: 1,
  requestId: "req_1",
  rateLimits: { "anthropic-ratelimit-requests-remaining": "3" },
};

describe("the budget of model calls", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });
  beforeEach(async () => {
    await database.query("delete from model_calls");
    await database.query("delete from changes");
  });

  const book = (changeId: string, allowance: Allowance | null, inputTokens = 60, outputTokens = 40) =>
    bookModelCall(
      database,
      { changeId, agent: "planner", try: 1, model: "m", effort: "low", inputTokens, outputTokens },
      allowance,
    );
  const overOf = async (changeId: string, allowance: Allowance) => {
    const booked = await book(changeId, allowance);
    return booked.ok ? null : booked.over;
  };

  it("is drawn by two instances at once no further than it goes", async () => {
    const ids = [await addChange(database), await addChange(database)];
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, index) => overOf(ids[index % 2] ?? "", { ...WIDE, day: 1_050 })),
    );
    assert.equal(all.filter((over) => over === null).length, 10);
    assert.ok(all.every((over) => over === null || over === "day"));
  });

  it("is one of the change, one of its requester and one of all, and begins anew with the day", async () => {
    const [anas, anasNext, bens] = [
      await addChange(database, { requester: person("ana") }),
      await addChange(database, { requester: person("ana") }),
      await addChange(database, { requester: person("ben") }),
    ];
    const allowance = { ...WIDE, change: 150, person: 250, day: 350 };
    assert.equal(await overOf(anas, allowance), null);
    assert.equal(await overOf(anas, allowance), "change");
    assert.equal(await overOf(anasNext, allowance), null);
    const third = await addChange(database, { requester: person("ana") });
    assert.equal(await overOf(third, allowance), "person");
    assert.equal(await overOf(bens, allowance), null);
    const cleos = await addChange(database, { requester: person("cleo") });
    assert.equal(await overOf(cleos, allowance), "day");
    await database.query(
      "update model_calls set at = date_trunc('day', now() at time zone 'utc') at time zone 'utc' - interval '1 second'",
    );
    assert.equal(await overOf(cleos, allowance), null);
    assert.equal(await overOf(third, allowance), null);
    assert.equal(await overOf(anas, allowance), "change", "a change has one budget however long it takes");
  });

  it("counts what was used once that is known, and what was booked where nobody saw the end", async () => {
    const id = await addChange(database);
    const allowance = { ...WIDE, change: 217 };
    const first = await book(id, allowance);
    assert.ok(first.ok);
    await settleModelCall(database, first.id, { ...DONE, isKnown: true });
    assert.deepEqual(await sumModelCalls(database, id), {
      inputTokens: 10,
      outputTokens: 5,
      cacheReadTokens: 1,
      cacheWriteTokens: 1,
      thinkingTokens: 2,
    });
    const second = await book(id, allowance);
    assert.ok(second.ok, "17 used, 100 booked");
    await settleModelCall(database, second.id, {
      ...{ outcome: "the model did not answer in time", isKnown: false, inputTokens: 0, outputTokens: 0 },
      ...{ cacheReadTokens: 0, cacheWriteTokens: 0, thinkingTokens: 0, durationMs: 1 },
      ...{ requestId: null, rateLimits: null },
    });
    assert.equal(await overOf(id, allowance), null, "117 and 100 more");
    // The process died.
    assert.equal(await overOf(id, allowance), "change");
    assert.deepEqual(await sumModelCalls(database, id), {
      inputTokens: 10,
      outputTokens: 5,
      cacheReadTokens: 1,
      cacheWriteTokens: 1,
      thinkingTokens: 2,
    });
  });

  it("goes by what tokens cost, and is none where it is off", async () => {
    const id = await addChange(database);
    const priced = { ...WIDE, input: 3, cacheWrite: 3, output: 15, change: 779 };
    assert.equal(await overOf(id, priced), "change", "60 at 3 and 40 at 15 are 780");
    assert.equal(await overOf(id, { ...priced, change: 780 }), null);
    for (let call = 0; call < 3; call += 1) assert.ok((await book(id, null)).ok);
    assert.equal(
      await overOf(id, priced),
      "change",
      "what was used without a limit counts once there is one",
    );
  });
});
