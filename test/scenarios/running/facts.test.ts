import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { Change } from "#change/change.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";

const exec = promisify(execFile);
const POLICY = `version: 1
deadlines:
  settle_seconds: 12
limits:
  replicas: 500
environments:
  staging:
    namespaces: [staging]
  production:
    namespaces: [production]
`;

describe("what is said of an outcome", () => {
  let program: Program;
  before(async () => {
    program = await startProgram({}, { policy: POLICY });
  });
  after(() => program.close());

  /** Runs one plan in staging. Null: the Reviewer is not asked, and its answer would be the next change's. */
  async function run(
    steps: Parameters<typeof planOf>[0],
    result: "approved" | "rollback" | null,
  ): Promise<Change> {
    program.model.script({ agent: "planner", json: planOf(steps) });
    const notes = "The outcome is what was asked for.";
    if (result !== null) program.model.script({ agent: "reviewer", json: { result, notes } });
    let change = await program.ask("do it in staging");
    if (change.status === "waiting") {
      await program.decide(change, "approve");
      change = await program.until(change.id, "done", "failed", "needs_person", "rolled_back");
    }
    await program.releaseTargets();
    return change;
  }

  const states = (change: Change) => change.review?.facts?.map(({ state }) => state);

  it("is not done while an image cannot be pulled, whatever the Reviewer says", async () => {
    const line = "set image deployment/web web=registry.example/web:missing -n staging";
    const change = await run([[line, null]], "approved");
    assert.deepEqual([change.status, states(change)], ["needs_person", ["failed"]]);
    // As on a real node: the first pull fails by the one name, the next waits by the other.
    assert.match(change.review?.facts?.[0]?.says ?? "", /ImagePullBackOff|ErrImagePull/);
  });

  it("is not done where fewer pods fit than were asked for", async () => {
    const change = await run([["scale deployment/checkout --replicas=300 -n staging", null]], null);
    assert.deepEqual([change.status, states(change)], ["needs_person", ["unknown"]]);
    assert.match(change.review?.facts?.[0]?.says ?? "", /110 ready/);
  });

  it("is not done when what was restarted crashes", async () => {
    const change = await run([["rollout restart deployment/flaky-worker -n staging", null]], null);
    assert.equal(change.status, "needs_person");
    assert.notDeepEqual(states(change), ["good"]);
  });

  it("is never taken back while all is well, whatever the Reviewer says", async () => {
    const change = await run(
      [
        [
          "scale deployment/payment-api --replicas=4 -n staging",
          "scale deployment/payment-api --replicas=3 -n staging",
        ],
      ],
      "rollback",
    );
    assert.deepEqual([change.status, states(change)], ["needs_person", ["good"]]);
    assert.deepEqual(await program.ran(change.id), ["forward 1 done"]);
  });

  it("is done with what was read back of it", async () => {
    const change = await run([["scale deployment/legacy-report --replicas=2 -n staging", null]], "approved");
    assert.deepEqual([change.status, states(change)], ["done", ["good"]]);
    assert.deepEqual(
      change.review?.facts?.map(({ target }) => target),
      ["Deployment/legacy-report in staging"],
    );
  });

  it("asks no Reviewer about what only read, and fails a read that failed", async () => {
    program.model.script([{ agent: "planner", json: planOf([["get deployments -n staging", null]], "low") }]);
    const read = await program.ask("what runs in staging?");
    assert.deepEqual([read.status, read.review?.by], ["done", "greenlight"]);
    program.model.script([
      { agent: "planner", json: planOf([["get deployment/nobody -n staging", null]], "low") },
    ]);
    const failed = await program.ask("what runs in staging?");
    assert.equal(failed.status, "failed");
  });

  const IMAGE = (tag: string) => `set image deployment/web web=registry.example/web:${tag} -n production`;
  const kubectl = (line: string) =>
    exec(join(program.config.dataDir, "sample", "bin", "kubectl"), line.split(" "), {
      env: { PATH: program.config.inherited["PATH"] },
    });

  it("is rolled back once the state before was read back", async () => {
    // kubectl fails to pause what is paused, and no dry run says so.
    await kubectl("rollout pause deployment/checkout -n production");
    program.model.script([
      {
        agent: "planner",
        json: planOf([
          [IMAGE("2.5.0"), IMAGE("2.4.8")],
          ["rollout pause deployment/checkout -n production", null],
        ]),
      },
      { agent: "reviewer", json: { result: "rollback", notes: "A step failed." } },
    ]);
    const waiting = await program.ask("do it in production");
    await program.decide(waiting, "approve");
    const change = await program.until(waiting.id, "done", "failed", "needs_person", "rolled_back");
    assert.deepEqual(
      [change.status, await program.ran(change.id)],
      ["rolled_back", ["forward 1 done", "forward 2 failed", "rollback 1 done"]],
    );
  });
});
