import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ANA_SECRET, type Program, planOf, startProgram } from "#test/support/program.ts";

describe("why a step failed", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());

  it("is said first, in the journal, by the API and of the change", async () => {
    program.model.script({
      agent: "planner",
      json: planOf([["rollout status deployment/nope --timeout=5s -n staging", null]]),
    });
    const change = await program.ask("wait for nope in staging");
    const why =
      /^Not found: there is no deployment nope in the namespace staging\. The command ended with exit code 1\.$/;
    const [step] = await program.app.changes.steps(change.id);
    assert.equal(step?.outcome, "failed");
    assert.match(step?.error ?? "", why);
    const answered = await fetch(`${program.app.address}/infra-change/${change.id}`, {
      headers: { authorization: `Bearer ${ANA_SECRET}` },
    });
    const shown = (await answered.json()) as { steps: { error: string | null }[] };
    assert.match(shown.steps[0]?.error ?? "", why);
    assert.equal(change.status, "failed");
    assert.match(change.error ?? "", /there is no deployment nope in the namespace staging/);
  });

  it("is said first of a look before the approval, and what kubectl printed stands behind it", async () => {
    program.model.script({
      agent: "planner",
      json: planOf([["scale deployment/nope --replicas=2 -n staging", null]]),
    });
    const change = await program.ask("scale nope in staging");
    assert.equal(change.status, "failed");
    assert.match(
      change.error ?? "",
      /^Step 1 cannot be previewed\. Not found: there is no deployment nope in the namespace staging\. Nothing was run\.\n\nkubectl said:\n> .*not found$/,
    );
  });
});
