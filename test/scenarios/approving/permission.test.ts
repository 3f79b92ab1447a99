import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { approvedIn } from "#test/support/approved.ts";
import { ANA, BEN, type Program, startProgram } from "#test/support/program.ts";

const ROUNDS = 100;
/** Fewer than the five changes of one requester that run at once. */
const AT_ONCE = 4;

describe("nothing runs without a permission row", () => {
  const approved = approvedIn("permission");
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());

  it("ends a forged approval in an error, and spawns nothing", async () => {
    const waiting = await program.ask("scale payment-api to 7 replicas in production");
    const forged = {
      gate: "approval" as const,
      answer: "approve" as const,
      revision: 1,
      digest: waiting.digest ?? "",
    };
    await program.forge(waiting.id, { decision: forged, humanApproved: true }, "awaitApproval");
    // The owner finds the thread past its gate and carries it on; the executor finds no row.
    await program.app.database.query("update changes set work_wanted = work_wanted + 1 where id = $1", [
      waiting.id,
    ]);
    const ended = await program.until(waiting.id, "failed", "done");
    assert.equal(ended.status, "failed");
    approved("nobody-approved", ended.error);
    assert.deepEqual(await program.ran(waiting.id), []);
  });

  it("never runs what was asked for as a plan only, whatever its state or a row claims", async () => {
    const { database, changes } = program.app;
    for (const request of ["restart web in production", "restart web in staging"]) {
      const asked = await changes.ask({
        ...{ request, requester: ANA, home: null, planOnly: true, idempotencyKey: crypto.randomUUID() },
      });
      assert.equal(asked.kind, "accepted");
      assert.ok("change" in asked);
      const { id } = asked.change;
      const planned = await program.until(id, "planned");
      const rows = async () =>
        (await database.query("select answer from decisions where change_id = $1", [id])).rows;
      assert.deepEqual(await rows(), [], "neither a question nor the policy's permission");
      // A permission row written past everything, and a state that forgets what it was.
      await database.query(
        `insert into decisions (change_id, gate, revision, round, digest, answer, by, decided_at)
         values ($1, 'approval', 1, 1, $2, 'approve', $3, now())`,
        [id, planned.digest, JSON.stringify(BEN)],
      );
      const decision = {
        gate: "approval",
        answer: "approve",
        revision: 1,
        digest: planned.digest ?? "",
      } as const;
      for (const planOnly of [true, false]) {
        await program.forge(id, { planOnly, decision, humanApproved: true, error: null }, "awaitApproval");
        await database.query(
          "update changes set status = 'waiting', ended_at = null, work_wanted = work_wanted + 1 where id = $1",
          [id],
        );
        const ended = await program.until(id, "failed", "done", "planned");
        assert.equal(ended.status, "failed");
        approved(planOnly ? "plan-only" : "nobody-approved", ended.error);
        assert.deepEqual(await program.ran(id), []);
      }
    }
  });

  it("takes a decision once: repeated after the thread moved on, it has no effect", async () => {
    const waiting = await program.ask("restart web in production");
    await program.decide(waiting, "approve");
    await program.until(waiting.id, "done");
    const before = await program.ran(waiting.id);
    assert.equal((await program.decide(waiting, "approve")).kind, "already");
    assert.equal((await program.decide(waiting, "reject")).kind, "already");
    // Even when a worker looks at the change again.
    await program.lookAgain(waiting.id);
    assert.deepEqual(await program.ran(waiting.id), before);
    assert.equal((await program.app.changes.get(waiting.id))?.status, "done");
  });

  it(`has one winner when Approve and Reject come at the same moment, ${ROUNDS} times`, async () => {
    const { model, app } = program;
    let approved = 0;
    const race = async (round: number): Promise<void> => {
      model.script({
        agent: "planner",
        json: {
          summary: "reads",
          plan: [
            {
              step: 1,
              description: "reads",
              tool: "kubectl",
              args: ["version"],
              dir: "",
              risk: "high",
              rollback: null,
            },
          ],
          risk_level: "high",
          risk_reason: "scripted",
          questions: [],
        },
      });
      const waiting = await program.ask(`round ${round}`);
      // An approval is first held against files and cluster, some 60 ms: without a head start a rejection always wins. On a
      // busy machine that takes longer, so the head start grows until an approval has won.
      const headStartMs = (round % 10) * 20 * (approved === 0 ? 1 + round / 10 : 1);
      const answers = await Promise.all([
        program.decide(waiting, "approve"),
        new Promise((resolve) => setTimeout(resolve, headStartMs)).then(() =>
          program.decide(waiting, "reject"),
        ),
      ]);
      assert.deepEqual(answers.map((answer) => answer.kind).toSorted(), ["already", "decided"]);
      const ended = await program.until(waiting.id, "done", "rejected");
      const answer = ended.decisions[0]?.answer;
      assert.equal(ended.status, answer === "approve" ? "done" : "rejected");
      const steps = await app.changes.steps(waiting.id);
      assert.equal(steps.length, answer === "approve" ? 1 : 0);
      if (answer === "approve") approved += 1;
    };
    for (let round = 0; round < ROUNDS; round += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => race(round + index)));
    assert.ok(approved > 0, "never once was the approval the winner: the race is not one");
  });
});
