import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CrashPoint } from "#observe/crash-points.ts";
import { type Program, startProgram } from "#test/support/program.ts";

const PLANNING: CrashPoint[] = ["before invoke", "before checkpoint put", "before settle"];
const DECIDED: CrashPoint[] = ["before updateState", "after updateState", "after invoke", "after settle"];

/**
 * An instance that dies at a place is one that does nothing from there on; here it is the run of one change that ends.
 * The kill -9 of whole instances at every place is test/faults.
 */
describe("a decision is carried into the graph once", () => {
  let program: Program;
  const armed: CrashPoint[] = [];
  const fired: CrashPoint[] = [];
  before(async () => {
    const at = (point: CrashPoint): void => {
      const index = armed.indexOf(point);
      if (index < 0) return;
      armed.splice(index, 1);
      fired.push(point);
      throw new Error(`It ends here: ${point}`);
    };
    program = await startProgram({}, { at });
  });
  after(() => program.close());

  it("starts every request once, whatever of it was in a checkpoint when its owner was gone", async () => {
    armed.push(...PLANNING);
    const ids = ["web", "checkout", "payment-api"];
    const asked = await Promise.all(
      ids.map((name) => program.ask(`scale ${name} to 4 replicas in production`)),
    );
    assert.deepEqual(fired.splice(0).toSorted(), PLANNING.toSorted());
    for (const change of asked) {
      assert.equal(change.status, "waiting");
      assert.equal(change.decisions.length, 1);
    }
  });

  it("runs what was approved once, whether its owner was gone before, within or after carrying the decision in", async () => {
    const names = ["web", "checkout", "payment-api", "legacy-report"];
    const waiting = await Promise.all(
      names.map((name) => program.ask(`scale ${name} to 5 replicas in production`)),
    );
    armed.push(...DECIDED);
    await Promise.all(waiting.map((change) => program.decide(change, "approve")));
    for (const { id } of waiting) {
      const done = await program.until(id, "done", "failed");
      assert.equal(done.status, "done", done.error ?? "");
      assert.deepEqual(await program.ran(id), ["forward 1 done", "forward 2 done"]);
    }
    assert.deepEqual(fired.splice(0).toSorted(), DECIDED.toSorted());
  });

  for (const gate of ["answers", "request_changes"] as const) {
    it(`carries ${gate} in once, wherever its owner was gone, and nothing of it runs before an approval`, async () => {
      const names = ["web", "checkout", "payment-api", "legacy-report"];
      const place = gate === "answers" ? "" : " in production";
      const asked = await Promise.all(
        names.map((name) => program.ask(`scale ${name} to 4 replicas${place}`)),
      );
      armed.push(...DECIDED);
      await Promise.all(
        asked.map((change) =>
          gate === "answers"
            ? program.decide(change, "answered", { answers: ["production"] })
            : program.decide(change, "request_changes", { reason: "use 2 instead" }),
        ),
      );
      const revision = gate === "answers" ? 1 : 2;
      const planned = await Promise.all(asked.map(({ id }) => program.until(id, "waiting", "failed")));
      for (const change of planned) {
        assert.equal(change.status, "waiting", change.error ?? "");
        assert.equal(change.revision, revision);
        assert.deepEqual(
          change.decisions.map(({ answer }) => answer),
          [gate === "answers" ? "answered" : gate, null],
        );
        assert.deepEqual(await program.ran(change.id), []);
        await program.decide(change, "reject");
        await program.until(change.id, "rejected");
      }
      assert.deepEqual(fired.splice(0).toSorted(), DECIDED.toSorted());
    });
  }

  for (const [what, forged, name] of [
    ["revision", "revision = 2", "web"],
    ["digest", `digest = '${"0".repeat(64)}'`, "checkout"],
  ]) {
    it(`never carries in an answer to another ${what} than the thread is parked at`, async () => {
      const waiting = await program.ask(`scale ${name} to 6 replicas in production`);
      await program.app.database.query(
        `update decisions set ${forged}, answer = 'approve', decided_at = now(), by = $2 where change_id = $1`,
        [waiting.id, JSON.stringify({ kind: "token", name: "ben", role: "approver", slackId: null })],
      );
      await program.lookAgain(waiting.id);
      assert.deepEqual(await program.ran(waiting.id), []);
      assert.equal((await program.app.changes.get(waiting.id))?.status, "waiting");
    });
  }
});
