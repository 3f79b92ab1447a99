import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import type { Answer } from "#change/change.ts";
import { openQuestion } from "#store/decisions.ts";
import { insertIntent, markFinished, mayRunAgain, settleAttempt } from "#store/journal.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { BEN } from "#test/support/program.ts";

const UNSEEN = { outcome: "unknown", exitCode: null, signal: null, error: "Nobody saw it." } as const;
const DIGEST = "d".repeat(64);

describe("one more attempt of a step", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  /** An attempt nobody saw the end of, and an operator's question about its plan that has this answer. */
  const asked = async (answer: Answer, digest = DIGEST) => {
    const changeId = await addChange(database);
    const key = { changeId, revision: 1, step: 1, direction: "forward", attempt: 1 } as const;
    const by = { epoch: 1, here: { host: "h", bootId: "b" }, token: randomUUID() };
    await insertIntent(database, key, ["kubectl"], "", by);
    await markFinished(database, key, UNSEEN);
    const question = { changeId, gate: "operator", revision: 1, digest, interruptId: "i" } as const;
    const round = await openQuestion(database, { ...question, openMinutes: null, escalateMinutes: null });
    await database.query("update decisions set answer = $2, decided_at = now() where change_id = $1", [
      changeId,
      answer,
    ]);
    return { key, round: round ?? assert.fail("not asked") };
  };
  const word = { answer: "did_not_happen", by: BEN } as const;

  it("is permitted by an approver's word that this very one did not happen, and by no other row", async () => {
    const { key, round } = await asked("did_not_happen");
    assert.equal(await mayRunAgain(database, key, DIGEST), false, "nobody has settled it");
    await settleAttempt(database, key, { ...word, round });
    assert.equal(await mayRunAgain(database, key, DIGEST), true);
    assert.equal(await mayRunAgain(database, key, "e".repeat(64)), false, "another plan");
    assert.equal(await mayRunAgain(database, { ...key, attempt: 2 }, DIGEST), false, "another attempt");
    assert.equal(await mayRunAgain(database, { ...key, direction: "rollback" }, DIGEST), false);
  });

  it("is not permitted by a word to another question, or of another kind", async () => {
    const other = await asked("did_not_happen");
    await settleAttempt(database, other.key, { ...word, round: other.round + 1 });
    assert.equal(await mayRunAgain(database, other.key, DIGEST), false);
    const accepted = await asked("accept");
    await settleAttempt(database, accepted.key, { ...word, round: accepted.round });
    assert.equal(await mayRunAgain(database, accepted.key, DIGEST), false);
  });
});
