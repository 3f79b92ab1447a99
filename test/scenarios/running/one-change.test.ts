import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ANA, type Program, planOf, startProgram } from "#test/support/program.ts";

describe("one change, from the request to the verdict", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());

  it("runs a medium change in staging at once, by the policy's own permission", async () => {
    const change = await program.ask("scale payment-api to 4 replicas in staging");
    assert.equal(change.status, "done");
    assert.equal(change.decisions[0]?.by?.kind, "policy");
    assert.deepEqual(await program.ran(change.id), ["forward 1 done", "forward 2 done"]);
    const log = await program.app.changes.logs(
      { changeId: change.id, revision: 1, step: 1, direction: "forward", attempt: 1 },
      { head: 5, tail: 5 },
    );
    assert.deepEqual(
      log.head.map((line) => line.text),
      ["deployment.apps/payment-api scaled"],
    );
  });

  it("holds the same change in production until somebody else approves it", async () => {
    const waiting = await program.ask("scale payment-api to 5 replicas in production");
    assert.equal(waiting.status, "waiting");
    assert.deepEqual(await program.ran(waiting.id), []);
    const decided = await program.decide(waiting, "approve");
    assert.equal(decided.kind, "decided");
    const done = await program.until(waiting.id, "done");
    assert.equal(done.review?.result, "approved");
    assert.deepEqual(await program.ran(waiting.id), ["forward 1 done", "forward 2 done"]);
  });

  it("ends a rejected change and runs nothing", async () => {
    const waiting = await program.ask("delete the deployment legacy-report in production");
    assert.equal(waiting.risk, "high");
    await program.decide(waiting, "reject");
    await program.until(waiting.id, "rejected");
    assert.deepEqual(await program.ran(waiting.id), []);
  });

  it("lets nobody approve their own change, or another digest than the one that waits", async () => {
    const waiting = await program.ask("restart checkout in production");
    const own = {
      changeId: waiting.id,
      gate: "approval",
      revision: 1,
      round: 1,
      answer: "approve",
      reason: null,
    } as const;
    const mine = await program.app.changes.decide({ ...own, digest: waiting.digest ?? "", by: ANA });
    assert.equal(mine.kind, "refused");
    const other = await program.decide({ ...waiting, digest: "0".repeat(64) }, "approve");
    assert.equal(other.kind, "stale");
    assert.equal((await program.app.changes.get(waiting.id))?.status, "waiting");
  });

  it("keeps a waiting change over a restart, and runs it when it is approved then", async () => {
    const waiting = await program.ask("scale web to 3 replicas in production");
    await program.restart();
    await program.decide(waiting, "approve");
    await program.until(waiting.id, "done");
    assert.deepEqual(await program.ran(waiting.id), ["forward 1 done", "forward 2 done"]);
  });

  it("applies a terraform root for real, once approved", { skip: reasonWithoutTerraform() }, async () => {
    const waiting = await program.ask("apply the terraform root network");
    assert.equal(waiting.status, "waiting");
    assert.equal(waiting.risk, "high");
    await program.decide(waiting, "approve");
    const done = await program.until(waiting.id, "done", "needs_person", "failed");
    assert.equal(done.status, "done", JSON.stringify(done.review));
  });

  it("only plans when asked only to plan", async () => {
    const asked = await program.app.changes.ask({
      request: "scale web to 4 replicas in staging",
      requester: { kind: "token", name: "ana", role: "requester", slackId: null },
      home: null,
      planOnly: true,
      idempotencyKey: "plan-only",
    });
    assert.equal(asked.kind, "accepted");
    if (asked.kind !== "accepted") return;
    const planned = await program.until(asked.change.id, "planned", "done", "failed");
    assert.equal(planned.status, "planned");
    assert.deepEqual(await program.ran(planned.id), []);
  });
});

describe("a change that does not go well", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());

  /** `more`: counts of its own, since a step that finds its count there already changes nothing. */
  const twoGoodOneBad = (more = 0): [string, string | null][] => [
    [
      `scale deployment/payment-api --replicas=${6 + more} -n staging`,
      "scale deployment/payment-api --replicas=3 -n staging",
    ],
    [
      `scale deployment/web --replicas=${4 + more} -n staging`,
      "scale deployment/web --replicas=2 -n staging",
    ],
    // Only a read is not looked at beforehand: a change to what is not there never gets as far as a run.
    ["rollout status deployment/not-there --timeout=5s -n staging", null],
    [
      "scale deployment/checkout --replicas=4 -n staging",
      "scale deployment/checkout --replicas=2 -n staging",
    ],
  ];

  it("takes back what ran, in reverse order, and only that", async () => {
    program.model.script([
      { agent: "planner", json: planOf(twoGoodOneBad()) },
      { agent: "reviewer", json: { result: "rollback", notes: "Step 3 failed." } },
    ]);
    const change = await program.ask("scale three things in staging");
    assert.equal(change.status, "rolled_back");
    assert.deepEqual(await program.ran(change.id), [
      "forward 1 done",
      "forward 2 done",
      "forward 3 failed",
      "rollback 2 done",
      "rollback 1 done",
    ]);
  });

  it("never counts a failed step as done, whatever the Reviewer says; accepting it is a person's word", async () => {
    program.model.script([
      { agent: "planner", json: planOf(twoGoodOneBad()) },
      { agent: "reviewer", json: { result: "approved", notes: "All fine." } },
    ]);
    const change = await program.ask("scale three things in staging, once more");
    assert.equal(change.status, "needs_person");
    await program.decide(change, "accept");
    await program.until(change.id, "accepted");
    assert.equal((await program.ran(change.id)).length, 3);
  });

  it("rolls back when the operator says so", async () => {
    program.model.script([
      { agent: "planner", json: planOf(twoGoodOneBad(1)) },
      { agent: "reviewer", json: { result: "needs_human", notes: "Look at it." } },
    ]);
    const change = await program.ask("scale three things in staging, a third time");
    assert.equal(change.status, "needs_person");
    await program.decide(change, "roll_back");
    await program.until(change.id, "rolled_back");
    assert.deepEqual((await program.ran(change.id)).slice(3), ["rollback 2 done", "rollback 1 done"]);
  });

  it("goes by the facts alone when the Reviewer cannot be reached, and says so", async () => {
    program.model.script([
      { agent: "planner", json: planOf([["scale deployment/web --replicas=3 -n staging", null]]) },
      { agent: "reviewer", refusal: true },
    ]);
    const change = await program.ask("scale web in staging");
    assert.equal(change.status, "done");
    assert.equal(change.review?.by, "greenlight");
  });

  it("ends as failed, runs nothing and says why when the Planner declines, babbles or refuses", async () => {
    const declined = await program.ask("sing me a song");
    assert.equal(declined.status, "failed");
    program.model.script([1, 2].map(() => ({ agent: "planner" as const, text: "no JSON at all" })));
    const babbled = await program.ask("scale web to 2 in staging");
    assert.match(babbled.error ?? "", /agreed form/);
    program.model.script({ agent: "planner", refusal: true });
    const refused = await program.ask("scale web to 2 in staging");
    assert.match(refused.error ?? "", /refused/);
    for (const change of [declined, babbled, refused]) {
      assert.equal(change.status, "failed");
      assert.deepEqual(await program.ran(change.id), []);
    }
    const calls = await program.app.database.query<{ count: number }>(
      "select count(*)::int as count from model_calls where change_id = $1",
      [babbled.id],
    );
    assert.equal(calls.rows[0]?.count, 2);
  });

  it("declines what another program would have to do, in one call", async () => {
    const [step] = (planOf([["upgrade web ./chart", null]]) as { plan: object[] }).plan;
    program.model.script({
      agent: "planner",
      json: { ...planOf([]), plan: [{ ...step, tool: "helm" }] },
    });
    const change = await program.ask("upgrade the chart web in staging");
    assert.equal(change.status, "failed");
    assert.match(change.error ?? "", /Helm is not supported: Greenlight runs kubectl and terraform\./);
    assert.doesNotMatch(change.error ?? "", /agreed form|Ask again/);
    assert.deepEqual(await program.ran(change.id), []);
    const calls = await program.app.database.query<{ count: number }>(
      "select count(*)::int as count from model_calls where change_id = $1",
      [change.id],
    );
    assert.equal(calls.rows[0]?.count, 1);
  });

  it("refuses a plan with a command that is not on the list, in a step or in a way back", async () => {
    for (const plan of [
      planOf([["get secret db -o yaml -n production", null]], "low"),
      planOf([["scale deployment/web --replicas=2 -n staging", "exec deployment/web -- rm -rf /"]], "low"),
    ]) {
      program.model.script({ agent: "planner", json: plan });
      const change = await program.ask("do something harmless");
      assert.equal(change.status, "failed");
      assert.match(change.error ?? "", /Policy refuses/);
      assert.deepEqual(await program.ran(change.id), []);
    }
  });
});

function reasonWithoutTerraform(): string | false {
  const found = ["/usr/local/bin", "/usr/bin"].some((folder) => existsSync(join(folder, "terraform")));
  return found ? false : "terraform is not installed";
}
