import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createUserId } from "#agents/user-id.ts";
import { quicker } from "#test/agents/asking.ts";
import { ANA, type Program, startProgram } from "#test/support/program.ts";
import { soon } from "#test/support/soon.ts";

/** Two minutes are four seconds here. */
const TIMES = 30;
const TWO_MINUTES_MS = 120_000 / TIMES;
const OVERLOADED = { status: 529 };

describe("while the model is away", { timeout: 240_000 }, () => {
  let program: Program;
  before(async () => {
    program = await startProgram({}, { askPace: quicker(TIMES) });
  });
  after(() => program.close());
  beforeEach(async () => {
    program.model.failWith(null);
    await program.releaseTargets();
  });

  const ask = async (request: string): Promise<string> => {
    const asked = await program.app.changes.ask({
      ...{ request, requester: ANA, home: null, planOnly: false },
      idempotencyKey: crypto.randomUUID(),
    });
    assert.equal(asked.kind, "accepted");
    return asked.kind === "accepted" ? asked.change.id : "";
  };
  const callsOf = async (id: string) => {
    const { rows } = await program.app.database.query<{
      agent: string;
      outcome: string;
      request_id: string | null;
      effort: string | null;
    }>("select agent, outcome, request_id, effort from model_calls where change_id = $1 order by id", [id]);
    return rows;
  };
  const refused = (id: string, agent: string) =>
    soon(`the ${agent} was refused`, async () =>
      (await callsOf(id)).some((call) => call.agent === agent && /overloaded/.test(call.outcome)),
    );
  /** A change that waits for its approval. */
  const waiting = async (name: string, replicas: number) => {
    const change = await program.ask(`scale ${name} to ${replicas} replicas in production`);
    assert.equal(change.status, "waiting", change.error ?? "");
    return change;
  };

  it("for two minutes, no plan and no verdict is lost, and each change waits where it is", async () => {
    const approved = [await waiting("payment-api", 4), await waiting("web", 5)];
    program.model.failWith(OVERLOADED);
    const began = performance.now();
    for (const change of approved) assert.equal((await program.decide(change, "approve")).kind, "decided");
    const asked = await Promise.all([
      ask("scale payment-api to 6 replicas in production"),
      ask("show the pods in staging"),
      ask("restart web in staging"),
    ]);
    for (const id of asked) await refused(id, "planner");
    for (const { id } of approved) await refused(id, "reviewer");
    for (const id of asked) assert.equal((await program.app.changes.get(id))?.status, "planning");
    for (const { id } of approved) assert.equal((await program.app.changes.get(id))?.status, "reviewing");
    await wait(TWO_MINUTES_MS - (performance.now() - began));
    program.model.failWith(null);
    await program.releaseTargets();
    for (const { id } of approved) {
      const change = await program.until(id, "done", "failed", "needs_person");
      assert.deepEqual(
        [change.status, change.review?.by],
        ["done", undefined],
        "its verdict is the Reviewer's",
      );
    }
    for (const id of asked)
      assert.notEqual((await program.until(id, "waiting", "done", "failed")).status, "failed");
  });

  it("each call's row has the request's name and the effort, and the service a hash for who asked", async () => {
    program.model.script({ agent: "planner", status: 529 });
    const change = await program.ask("scale payment-api to 4 replicas in production");
    const calls = await callsOf(change.id);
    assert.deepEqual(
      calls.map(({ effort }) => effort),
      ["medium", "medium"],
    );
    assert.ok(calls.every(({ request_id: id }) => /^req_/.test(id ?? "")));
    const { rows } = await program.app.database.query<{ key: string }>(
      "select requester_key as key from changes where id = $1",
      [change.id],
    );
    const body = program.model.requests.at(-1)?.body as { metadata: { user_id: string } };
    assert.equal(body.metadata.user_id, createUserId(Buffer.alloc(32, 7))(rows[0]?.key ?? ""));
  });

  it("a cancel ends the wait at once", async () => {
    program.model.failWith({ status: 529, headers: { "retry-after-ms": "5500" } });
    const id = await ask("restart web in staging");
    await refused(id, "planner");
    const began = performance.now();
    await program.app.changes.cancel({ changeId: id, by: ANA, reason: null });
    await program.until(id, "cancelled");
    assert.ok(performance.now() - began < 5_000);
    assert.equal((await callsOf(id)).length, 1);
  });

  it("so it does while a verdict is waited for", async () => {
    const change = await waiting("payment-api", 8);
    program.model.failWith({ status: 529, headers: { "retry-after-ms": "5500" } });
    assert.equal((await program.decide(change, "approve")).kind, "decided");
    await refused(change.id, "reviewer");
    const began = performance.now();
    await program.app.changes.cancel({ changeId: change.id, by: ANA, reason: null });
    await program.until(change.id, "needs_person", "cancelled");
    assert.ok(performance.now() - began < 5_000);
  });

  it("a restart in the middle goes on: the plan is made, the verdict given", async () => {
    const approved = await waiting("web", 7);
    program.model.failWith({ status: 529, headers: { "retry-after-ms": "5500" } });
    assert.equal((await program.decide(approved, "approve")).kind, "decided");
    const id = await ask("scale payment-api to 6 replicas in production");
    await refused(id, "planner");
    await refused(approved.id, "reviewer");
    const began = performance.now();
    await program.restart();
    assert.ok(performance.now() - began < 22_000, "nothing runs that the stop would have to wait for");
    program.model.failWith(null);
    assert.equal((await program.until(id, "waiting", "failed")).status, "waiting");
    const { status, review } = await program.until(approved.id, "done", "failed", "needs_person");
    assert.deepEqual([status, review?.result, review?.by], ["done", "approved", undefined]);
  });

  it("an outage that outlasts the patience ends as a sentence with how long was tried", async () => {
    program.model.failWith(OVERLOADED);
    const change = await program.ask("restart web in staging");
    assert.equal(change.status, "failed");
    assert.match(
      change.error ?? "",
      /is overloaded \(529\), tried 8 times in \d+ s \(request req_\w+\)\. Nothing was run\. Ask/,
    );
    program.model.failWith({ status: 404, message: "model: claude-x" });
    const wrong = await program.ask("restart web in staging");
    assert.match(wrong.error ?? "", /Set GREENLIGHT_MODEL .*Nothing was run\.$/);
  });
});
