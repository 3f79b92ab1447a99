import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import type { StepKey } from "#change/journal.ts";
import { appendAsEvidence, settleByEvidence, withdrawIntent } from "#store/evidence.ts";
import { findSteps, insertIntent, markFinished, markStarted, settleAttempt } from "#store/journal.ts";
import { findExcerpt } from "#store/log-lines.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { BEN } from "#test/support/program.ts";

const DONE = { outcome: "done", exitCode: 0, signal: null, error: null } as const;
const FAILED = {
  outcome: "failed",
  exitCode: 3,
  signal: null,
  error: "The command ended with exit code 3.",
} as const;
const UNSEEN = { outcome: "unknown", exitCode: null, signal: null, error: "Nobody saw it." } as const;
const LINE = { number: 1, stream: "out", text: "scaled" } as const;

describe("a late word about an attempt", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  const spawn = async () => {
    const changeId = await addChange(database);
    const key: StepKey = { changeId, revision: 1, step: 1, direction: "forward", attempt: 1 };
    const token = randomUUID();
    const here = { host: "h", bootId: "b" };
    assert.equal(await insertIntent(database, key, ["kubectl"], "", { epoch: 1, here, token }), true);
    return { key, token };
  };
  const rowOf = async ({ changeId }: StepKey) => (await findSteps(database, changeId))[0];

  it("settles what is open or unknown, whichever end it tells", async () => {
    const open = await spawn();
    assert.equal(await settleByEvidence(database, open, FAILED), true);
    const failed = await rowOf(open.key);
    assert.deepEqual(
      [failed?.outcome, failed?.exitCode, failed?.error, failed?.toldAt],
      ["failed", 3, FAILED.error, null],
    );
    const lost = await spawn();
    await markFinished(database, lost.key, { ...UNSEEN, mayRunUntil: new Date() });
    assert.equal(await appendAsEvidence(database, lost, [LINE]), true);
    assert.equal(await settleByEvidence(database, lost, DONE), true);
    const told = await rowOf(lost.key);
    assert.deepEqual(
      [told?.outcome, told?.exitCode, told?.error, told?.mayRunUntil],
      ["done", 0, null, null],
    );
    assert.notEqual(told?.toldAt, null);
    assert.deepEqual((await findExcerpt(database, lost.key, { head: 5, tail: 5 })).head, [LINE]);
    // Its word is given once.
    assert.equal(await settleByEvidence(database, lost, FAILED), false);
    assert.equal(await appendAsEvidence(database, lost, [LINE]), false);
  });

  it("changes nothing with another token, or with none", async () => {
    const lost = await spawn();
    await markFinished(database, lost.key, UNSEEN);
    for (const token of [randomUUID(), "", "null"]) {
      const forged = { key: lost.key, token };
      assert.equal(await settleByEvidence(database, forged, DONE), false);
      assert.equal(await appendAsEvidence(database, forged, [LINE]), false);
      await withdrawIntent(database, forged);
    }
    assert.equal((await rowOf(lost.key))?.outcome, "unknown");
    const older = await spawn();
    await database.query("update journal set spawn_token = null where change_id = $1", [older.key.changeId]);
    assert.equal(await settleByEvidence(database, older, DONE), false);
    await withdrawIntent(database, older);
    assert.equal((await rowOf(older.key))?.outcome, "running");
  });

  it("changes nothing after a person's word, after the attempt was ended by its new owner, or without knowing more", async () => {
    for (const answer of ["happened", "did_not_happen"] as const) {
      const lost = await spawn();
      await markFinished(database, lost.key, UNSEEN);
      assert.equal(await settleAttempt(database, lost.key, { answer, by: BEN, round: 1 }), true);
      const before = await rowOf(lost.key);
      assert.equal(await settleByEvidence(database, lost, answer === "happened" ? FAILED : DONE), false);
      assert.equal(await appendAsEvidence(database, lost, [LINE]), false);
      assert.deepEqual(await rowOf(lost.key), before);
    }
    const ended = await spawn();
    await markFinished(database, ended.key, { ...UNSEEN, wasEnded: true });
    assert.equal(await settleByEvidence(database, ended, FAILED), false);
    const unseen = await spawn();
    await markFinished(database, unseen.key, UNSEEN);
    assert.equal(await settleByEvidence(database, unseen, { ...UNSEEN, error: "Neither did I." }), false);
    assert.equal((await rowOf(unseen.key))?.error, UNSEEN.error);
  });

  it("takes back only an intent of which nothing was started", async () => {
    const started = await spawn();
    await markStarted(database, started.key, { host: "h", bootId: "b", pgid: 2, pidStart: "1" }, 1_500);
    await withdrawIntent(database, started);
    const { startedAt } = (await rowOf(started.key)) ?? assert.fail("taken back, though it was started");
    assert.ok(Date.now() - (startedAt?.getTime() ?? Number.POSITIVE_INFINITY) > 1_400);
    const intended = await spawn();
    await withdrawIntent(database, intended);
    assert.equal(await rowOf(intended.key), undefined);
  });

  it("of a person counts once, and not once it is known what happened", async () => {
    const word = { answer: "did_not_happen", by: BEN, round: 1 } as const;
    const seen = await spawn();
    assert.equal(await settleAttempt(database, seen.key, word), false, "it may still run");
    await markFinished(database, seen.key, UNSEEN);
    await settleByEvidence(database, seen, DONE);
    assert.equal(await settleAttempt(database, seen.key, word), false);
    assert.equal((await rowOf(seen.key))?.outcome, "done");
    const unseen = await spawn();
    await markFinished(database, unseen.key, UNSEEN);
    assert.equal(await settleAttempt(database, unseen.key, { ...word, answer: "happened" }), true);
    assert.equal(await settleAttempt(database, unseen.key, word), false);
    assert.equal((await rowOf(unseen.key))?.outcome, "done");
  });
});
