import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Program, planOf, startProgram } from "#test/support/program.ts";

/** A command has one second, and the stand-in's pods need more than two. */
const POLICY = `version: 1
environments:
  staging: {namespaces: [staging]}
unattended: {medium: [staging]}
deadlines:
  default_seconds: 1
  settle_seconds: 30
  verbs: {kubectl scale: 60}
`;

describe("a rollout that takes longer than a command may", () => {
  let program: Program;
  before(async () => {
    program = await startProgram({}, { policy: POLICY });
  });
  after(() => program.close());

  const scaled = (replicas: number, wait: string) =>
    planOf([
      [
        `scale deployment/web --replicas=${replicas} -n staging`,
        "scale deployment/web --replicas=2 -n staging",
      ],
      [wait, null],
    ]);

  it("is waited for as long as the plan says", async () => {
    program.model.script({
      agent: "planner",
      json: scaled(12, "rollout status deployment/web --timeout=20s -n staging"),
    });
    const change = await program.ask("scale web to 12 in staging");
    assert.deepEqual(await program.ran(change.id), ["forward 1 done", "forward 2 done"]);
    assert.equal(change.status, "done");
  });

  it("is waited for without a timeout too", async () => {
    program.model.script({
      agent: "planner",
      json: scaled(30, "rollout status deployment/web -n staging"),
    });
    const change = await program.ask("scale web to 30 in staging");
    assert.deepEqual(await program.ran(change.id), ["forward 1 done", "forward 2 done"]);
  });

  it("says how far it was when its time is over, and of nothing that was changed", async () => {
    program.model.script([
      {
        agent: "planner",
        json: planOf([["rollout status deployment/flaky-worker --timeout=1s -n staging", null]]),
      },
      { agent: "reviewer", json: { result: "needs_human", notes: "Not done yet." } },
    ]);
    const change = await program.ask("wait for flaky-worker in staging");
    const [step] = await program.app.changes.steps(change.id);
    assert.equal(step?.outcome, "failed");
    assert.match(step?.error ?? "", /^The rollout was not finished in the time given, still at \d+ /);
    assert.doesNotMatch(step?.error ?? "", /stands/);
  });
});
