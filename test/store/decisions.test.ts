import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Person } from "#change/person.ts";
import { insertApproval } from "#store/approvals.ts";
import { findChange } from "#store/changes.ts";
import { answerQuestion, findPermission, openQuestion } from "#store/decisions.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";

const DIGEST = "d".repeat(64);
const ANN = person("ann");
const BEN = person("ben");

describe("the one update that decides", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  const open = async () => {
    const id = await addChange(database);
    await database.query("update changes set status = 'waiting', digest = $2 where id = $1", [id, DIGEST]);
    const question = { changeId: id, gate: "approval", revision: 1, digest: DIGEST } as const;
    const round = await openQuestion(database, {
      ...question,
      interruptId: "i",
      openMinutes: null,
      escalateMinutes: null,
    });
    return { ...question, round: round ?? 0 };
  };
  const approve = (question: Awaited<ReturnType<typeof open>>, approvals: number) =>
    answerQuestion(database, question, {
      answer: "approve",
      by: BEN,
      reason: null,
      approvals,
      brokeGlass: false,
    });

  it("changes nothing while there are too few approvals, and permits nothing either", async () => {
    const question = await open();
    await insertApproval(database, question, { by: ANN, reason: null });
    await insertApproval(database, question, { by: ANN, reason: null });
    await insertApproval(database, { ...question }, { by: BEN, reason: null });
    assert.equal(await approve(question, 3), false);
    assert.equal(await findPermission(database, question.changeId, 1, DIGEST), null);
    assert.equal(await approve(question, 2), true);
    assert.equal((await findPermission(database, question.changeId, 1, DIGEST))?.by?.kind, "token");
    assert.equal(await approve(question, 2), false);
  });

  it("counts no approval of another digest", async () => {
    const question = await open();
    await insertApproval(database, { ...question, digest: "e".repeat(64) }, { by: ANN, reason: null });
    assert.equal(await approve(question, 1), false);
    assert.deepEqual((await findChange(database, question.changeId))?.decisions[0]?.approvals, []);
  });

  it("changes nothing once the change has another digest, revision or status", async () => {
    for (const [column, value] of [
      ["digest", "e".repeat(64)],
      ["revision", 2],
      ["status", "planning"],
    ]) {
      const question = await open();
      await insertApproval(database, question, { by: ANN, reason: null });
      await database.query(`update changes set ${column} = $2 where id = $1`, [question.changeId, value]);
      assert.equal(await approve(question, 1), false, String(column));
    }
  });

  it("changes nothing by an answer that names another plan, nor an approval of what somebody stopped or only wanted planned", async () => {
    const other = await open();
    assert.equal(await approve({ ...other, digest: "e".repeat(64) }, 0), false);
    assert.equal(await approve({ ...other, round: other.round + 1 }, 0), false);
    assert.equal(await approve(other, 0), true);
    for (const set of ["cancel_at = now()", "plan_only = true"]) {
      const question = await open();
      await database.query(`update changes set ${set} where id = $1`, [question.changeId]);
      assert.equal(await approve(question, 0), false, set);
      assert.equal(await findPermission(database, question.changeId, 1, DIGEST), null);
    }
  });

  it("lets through an approval only before its time is over, and an expiry only after", async () => {
    for (const [ends, approves, expires] of [
      ["1 hour", true, false],
      ["-1 second", false, true],
    ] as const) {
      const set = async () => {
        const question = await open();
        await database.query(
          "update decisions set expires_at = now() + $2::interval where change_id = $1 and answer is null",
          [question.changeId, ends],
        );
        return question;
      };
      assert.equal(await approve(await set(), 0), approves, `approve, ${ends}`);
      const expire = { answer: "expire", by: BEN, reason: null, approvals: 0, brokeGlass: false } as const;
      assert.equal(await answerQuestion(database, await set(), expire), expires, `expire, ${ends}`);
      assert.equal(await answerQuestion(database, await set(), { ...expire, voids: true }), true);
    }
  });

  it("permits nothing but what it names: another revision, another plan, or a question of another kind", async () => {
    const question = await open();
    assert.equal(await approve(question, 0), true);
    const { changeId } = question;
    assert.notEqual(await findPermission(database, changeId, 1, DIGEST), null);
    assert.equal(await findPermission(database, changeId, 1, "e".repeat(64)), null);
    assert.equal(await findPermission(database, changeId, 2, DIGEST), null);
    await database.query("update decisions set gate = 'operator' where change_id = $1", [changeId]);
    assert.equal(await findPermission(database, changeId, 1, DIGEST), null);
  });
});

function person(name: string): Person {
  return { kind: "token", name, role: "approver", slackId: null };
}
