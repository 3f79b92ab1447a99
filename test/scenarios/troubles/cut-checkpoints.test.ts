import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { type Program, startProgram } from "#test/support/program.ts";

/** Each costs the pause after a fault, 2 s: one in the planning, one between steps and review, one behind the review. */
const CUT = [3, 7, 9];

describe("a checkpoint that is cut off behind the writes of its nodes", () => {
  let program: Program;
  after(() => program.close());

  it("is no end of the thread: it is made up for, and the change goes on to its verdict", async () => {
    let puts = 0;
    program = await startProgram(
      {},
      {
        at: (point) => {
          if (point !== "before checkpoint put") return;
          puts += 1;
          if (CUT.includes(puts)) throw new Error("cut off");
        },
      },
    );
    const waiting = await program.ask("scale web to 4 replicas in production");
    assert.equal(waiting.status, "waiting", waiting.error ?? "");
    await program.decide(waiting, "approve");
    const done = await program.until(waiting.id, "done", "failed", "needs_person");
    assert.equal(done.status, "done", done.error ?? "");
    assert.deepEqual(await program.ran(waiting.id), ["forward 1 done", "forward 2 done"]);
    assert.ok(puts > Math.max(...CUT), `${puts} checkpoints`);
  });
});
