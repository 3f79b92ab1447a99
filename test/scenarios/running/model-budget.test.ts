import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { approvedIn } from "#test/support/approved.ts";
import { ANA_SECRET, type Program, startProgram } from "#test/support/program.ts";

describe("a model budget", { timeout: 240_000 }, () => {
  const approved = approvedIn("model-budget");
  let program: Program;
  afterEach(() => program.close());

  const ask = async (description: string): Promise<string> => {
    const answer = await fetch(`${program.app.address}/infra-change`, {
      method: "POST",
      headers: { authorization: `Bearer ${ANA_SECRET}`, "content-type": "application/json" },
      body: JSON.stringify({ description, plan_only: true }),
    });
    assert.equal(answer.status, 202);
    return ((await answer.json()) as { thread_id: string }).thread_id;
  };

  it("stops a token holder who asks again and again, and says until when and which variable", async () => {
    program = await startProgram({ GREENLIGHT_BUDGET: "person=0.2" });
    assert.match(program.app.lines.join("\n"), /200,000 .*, 40,000 /);
    const ends: string[] = [];
    for (let asked = 0; asked < 60 && !ends.includes("failed"); asked += 1) {
      const change = await program.until(
        await ask(`scale payment-api to ${asked + 4} replicas in production`),
        "planned",
        "failed",
      );
      ends.push(change.status);
      if (change.status === "failed")
        assert.match(change.error ?? "", /\(40,000 .*00:00 UTC.*GREENLIGHT_BUDGET/s);
    }
    assert.equal(ends.at(-1), "failed", `${ends.length} asked`);
    assert.ok(ends.length > 1, "some were planned");
    const calls = program.model.requests.length;
    await program.until(await ask("show the pods in staging"), "failed");
    assert.equal(program.model.requests.length, calls, "the model was not asked");
  });

  it("lets what is approved go on: it runs, and the facts alone say how it ended where the Reviewer may not", async () => {
    program = await startProgram();
    const change = await program.ask("scale payment-api to 4 replicas in production");
    assert.equal(change.status, "waiting");
    await program.app.database.query(
      `insert into model_calls (change_id, agent, try, model, outcome, input_tokens, output_tokens, cache_read_tokens,
         cache_write_tokens, duration_ms) values ($1, 'planner', 1, 'm', 'ok', 195000, 0, 0, 0, 1)`,
      [change.id],
    );
    assert.equal((await program.decide(change, "approve")).kind, "decided");
    const { review, status } = await program.until(change.id, "needs_person", "done");
    assert.equal(status, "done");
    assert.deepEqual([review?.result, review?.by], ["approved", "greenlight"]);
    approved("no-verdict", review?.notes);
    assert.deepEqual(await program.ran(change.id), ["forward 1 done", "forward 2 done"]);
  });
});
