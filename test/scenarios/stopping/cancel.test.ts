import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import type { Person } from "#change/person.ts";
import type { CrashPoint } from "#observe/crash-points.ts";
import { type CountingKubectl, installCountingKubectl } from "#test/faults/counting-kubectl.ts";
import { approvedAs, approvedIn } from "#test/support/approved.ts";
import { seeing } from "#test/support/box.ts";
import { ANA, BEN, BEN_SECRET, type Program, planOf, startProgram } from "#test/support/program.ts";

const ROUNDS = 20;
const STRANGER = { kind: "token", name: "dora", role: "requester", slackId: null } as const;

describe("a change that is cancelled", { timeout: 300_000 }, () => {
  const words = approvedIn("cancels");
  let dir: string;
  let kubectl: CountingKubectl;
  let program: Program;
  const armed: CrashPoint[] = [];
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "greenlight-cancel-"));
    await mkdir(join(dir, "workspace"));
    kubectl = await installCountingKubectl(dir);
    const at = (point: CrashPoint): void => {
      if (!armed.includes(point)) return;
      armed.splice(armed.indexOf(point), 1);
      throw new Error(`It ends here: ${point}`);
    };
    program = await startProgram(
      {
        GREENLIGHT_MIX: "yes",
        GREENLIGHT_WORKSPACE: join(dir, "workspace"),
        KUBECONFIG: kubectl.kubeconfig,
        PATH: [kubectl.binDir, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
      },
      { at, ...seeing(dir) },
    );
  });
  after(async () => {
    await program.close();
    await rm(dir, { recursive: true, force: true });
  });
  afterEach(() => program.releaseTargets());

  const cancel = (
    id: string,
    by: Person = ANA,
    reason: string | null = "wrong cluster",
    written: { writtenAt?: Date | undefined } = {},
  ) => program.app.changes.cancel({ changeId: id, by, reason, ...written });
  /** Two steps about things of this name, and their ways back. */
  const plan = (name: string) =>
    planOf(
      [1, 2].map((step) => [
        `scale deployment/${name}-${step} --replicas=5 -n production`,
        `scale deployment/${name}-${step} --replicas=2 -n production`,
      ]),
    );
  const ask = async (request: string): Promise<string> => {
    const given = {
      request,
      requester: ANA,
      home: null,
      planOnly: false,
      idempotencyKey: crypto.randomUUID(),
    };
    const asked = await program.app.changes.ask(given);
    if (asked.kind !== "accepted") throw new Error(JSON.stringify(asked));
    return asked.change.id;
  };
  const waiting = (name: string): Promise<Change> => {
    program.model.script({ agent: "planner", json: plan(name) });
    return program.ask(`scale ${name} ${crypto.randomUUID()}`);
  };
  /** One whose first step runs at this moment. */
  const running = async (name: string): Promise<string> => {
    const { id } = await approved(name);
    await program.until(id, "running");
    await runs(id, "forward");
    return id;
  };
  const approved = async (name: string): Promise<Change> => {
    const change = await waiting(name);
    assert.equal((await program.decide(change, "approve")).kind, "decided");
    return change;
  };
  const runs = async (id: string, direction: string): Promise<void> => {
    for (let left = 400; left > 0; left -= 1) {
      const { rowCount } = await program.app.database.query(
        "select 1 from journal where change_id = $1 and direction = $2 and started_at is not null and finished_at is null",
        [id, direction],
      );
      if (rowCount === 1) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`No ${direction} step of ${id} runs.`);
  };
  const tried = async (id: string): Promise<void> => {
    const count = "select 1 from model_calls where change_id = $1";
    while ((await program.app.database.query(count, [id])).rowCount === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const ranOf = async (name: string): Promise<number> =>
    (await kubectl.lines()).filter((line) => line.includes(name)).length;

  it("while it waits for an approval ends at once, says by whom and why, and can be approved no more", async () => {
    const change = await waiting("one");
    const cancelled = await cancel(change.id);
    assert.equal(cancelled.kind, "cancelled");
    const ended = await program.until(change.id, "cancelled");
    words("with-a-reason", ended.error);
    assert.deepEqual(
      [ended.cancel?.by, ended.cancel?.reason, ended.decisions[0]?.answer],
      [ANA, "wrong cluster", "cancel"],
    );
    assert.equal((await program.decide(change, "approve")).kind, "already");
    assert.equal((await cancel(change.id, BEN)).kind, "already");
    assert.deepEqual(await program.ran(change.id), []);
  });

  it("is cancelled by its requester and its approvers only, and at the API with their tokens", async () => {
    const change = await waiting("two");
    const refused = await cancel(change.id, STRANGER);
    assert.equal(refused.kind, "refused");
    assert.match(refused.kind === "refused" ? refused.reason : "", approvedAs("approvals/no-say-token"));
    assert.equal((await program.app.changes.get(change.id))?.status, "waiting");
    const call = (secret: string, body: string) =>
      fetch(`${program.app.address}/infra-change/${change.id}/cancel`, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        body,
      });
    assert.equal((await call(BEN_SECRET, '{"why": "?"}')).status, 400);
    const done = await call(BEN_SECRET, '{"reason": "not today"}');
    assert.equal(done.status, 202);
    assert.match(await done.text(), /"status":"cancelled".*"cancel":\{"by":.*"ben".*"reason":"not today"/);
    assert.equal((await call(BEN_SECRET, "{}")).status, 409);
    assert.equal((await cancel(crypto.randomUUID())).kind, "unknown");
  });

  it("while the model hangs, or waits before it asks the model again, ends promptly", async () => {
    for (const reply of [{ hang: true }, { status: 529, retryAfter: 20 }]) {
      program.model.script({ agent: "planner", ...reply });
      const id = await ask(`think about it ${crypto.randomUUID()}`);
      await program.until(id, "planning");
      // Refused, the model is asked again after a pause; the first try is a row by then.
      if (!("hang" in reply)) await tried(id);
      const began = performance.now();
      assert.equal((await cancel(id)).kind, "stopping");
      const ended = await program.until(id, "cancelled");
      assert.ok(performance.now() - began < 18_000, "it waited until the model was asked again");
      words("with-a-reason", ended.error);
    }
  });

  it("while the Planner waits for an answer ends at once, and no answer makes a plan of it any more", async () => {
    program.model.script({ agent: "planner", json: { ...planOf([]), questions: ["Which cluster?"] } });
    const asked = await program.ask(`ask me first ${crypto.randomUUID()}`);
    assert.equal(asked.status, "asking");
    const calls = program.model.requests.length;
    assert.equal((await cancel(asked.id)).kind, "cancelled");
    const ended = await program.until(asked.id, "cancelled");
    words("with-a-reason", ended.error);
    const late = await program.decide(asked, "answered", { answers: ["the other one"], by: ANA });
    assert.equal(late.kind, "already");
    const after = await program.app.changes.get(asked.id);
    assert.deepEqual([after?.status, after?.decisions[0]?.answer], ["cancelled", "cancel"]);
    assert.equal(program.model.requests.length, calls);
  });

  it("while it is queued, rests after a fault of ours, or waits for another one's targets, ends at once", async () => {
    const { database } = program.app;
    const retrying = await waiting("three");
    await database.query(
      "update changes set status = 'planning', retry_at = now() + interval '1 hour', work_wanted = work_wanted + 1 where id = $1",
      [retrying.id],
    );
    assert.equal((await cancel(retrying.id)).kind, "cancelled");
    const holder = await waiting("four");
    await database.query(
      "insert into target_locks (change_id, target) select id, unnest(targets) from changes where id = $1",
      [holder.id],
    );
    const blocked = await approved("four");
    await program.until(blocked.id, "blocked");
    // Its owner may be looking at that moment whether the targets are free by now.
    assert.match((await cancel(blocked.id, BEN, null)).kind, /^(cancelled|stopping)$/);
    words("without-a-reason", (await program.until(blocked.id, "cancelled")).error);
    // A place in the queue: nobody has claimed it yet.
    await database.query(
      "update changes set lease_owner = 'x', lease_until = now() + interval '1 hour' where id = $1",
      [holder.id],
    );
    await database.query(
      "update changes set lease_owner = null, lease_until = null, status = 'queued' where id = $1",
      [holder.id],
    );
    assert.equal((await cancel(holder.id)).kind, "cancelled");
    for (const { id } of [retrying, blocked, holder]) assert.deepEqual(await program.ran(id), []);
  });

  it("while a step runs, ends it and asks an operator, who is told how far it got; the rollback they order runs", async () => {
    const change = await approved("quick");
    await program.until(change.id, "done", "needs_person");
    const id = await running("endless");
    const told = await Promise.all([cancel(id, BEN), cancel(id, ANA), cancel(id, BEN)]);
    assert.deepEqual(told.map(({ kind }) => kind).toSorted(), ["already", "already", "stopping"]);
    const asked = await program.until(id, "needs_person");
    assert.deepEqual(await program.ran(id), ["forward 1 unknown"]);
    // Whichever of the two came first.
    words("while-a-step-ran", asked.review?.notes.replace(/token (ben|ana)/, "token ana"));
    assert.equal(asked.stopAsked, false);
    // What happened is settled, and nothing goes forward by it.
    assert.equal((await program.decide(asked, "happened")).kind, "decided");
    const again = await untilRound(id, 2);
    words("the-step-is-done", again.review?.notes.replace(/token (ben|ana)/, "token ana"));
    assert.deepEqual(await program.ran(id), ["forward 1 done"]);
    assert.equal((await program.decide(again, "happened")).kind, "refused");
    assert.equal((await program.decide(again, "roll_back")).kind, "decided");
    // Its way back hangs too, and is stopped like it.
    await runs(id, "rollback");
    // The message that stopped it, delivered once more: it is no word about the way back.
    const late = await cancel(id, ANA, "wrong cluster", { writtenAt: again.decisions.at(-1)?.askedAt });
    assert.ok(late.kind === "already");
    words("older-words", late.reason);
    assert.equal((await cancel(id, ANA, "enough", { writtenAt: new Date() })).kind, "stopping");
    const last = await untilRound(id, 3);
    assert.deepEqual(await program.ran(id), ["forward 1 done", "rollback 1 unknown"]);
    words("while-a-way-back-ran", last.review?.notes.replace(/token (ben|ana)/, "token ana"));
    assert.equal((await program.decide(last, "happened")).kind, "decided");
    const ended = await program.until(id, "rolled_back");
    assert.deepEqual(ended.cancel?.reason, "wrong cluster");
    assert.equal(await ranOf("endless-2"), 0);
  });

  it("once a person says it did not happen, is not run again", async () => {
    const id = await running("endless");
    await cancel(id);
    const asked = await program.until(id, "needs_person");
    assert.equal((await program.decide(asked, "did_not_happen")).kind, "decided");
    const again = await untilRound(id, 2);
    assert.deepEqual(await program.ran(id), ["forward 1 not run"]);
    await program.decide(again, "accept");
    await program.until(id, "accepted");
    assert.deepEqual(await program.ran(id), ["forward 1 not run"]);
  });

  it("while it is taken back by its review, ends the running step of that and asks", async () => {
    const steps: Parameters<typeof planOf>[0] = ["lingering-1", "broken-2"].map((name) => [
      `scale deployment/${name} --replicas=5 -n production`,
      `scale deployment/${name} --replicas=2 -n production`,
    ]);
    program.model.script([
      { agent: "planner", json: planOf(steps) },
      { agent: "reviewer", json: { result: "rollback", notes: "Take it back." } },
    ]);
    const change = await program.ask(`scale lingering ${crypto.randomUUID()}`);
    const { id } = change;
    assert.equal((await program.decide(change, "approve")).kind, "decided");
    await program.until(id, "rolling_back");
    await runs(id, "rollback");
    assert.equal((await cancel(id)).kind, "stopping");
    const asked = await program.until(id, "needs_person");
    assert.deepEqual(await program.ran(id), ["forward 1 done", "forward 2 failed", "rollback 1 unknown"]);
    await program.decide(asked, "accept");
    await program.until(id, "accepted");
  });

  it("after it has ended says so", async () => {
    program.model.script({ agent: "reviewer", json: { result: "approved", notes: "Well." } });
    const { id } = await approved("five");
    await program.until(id, "done");
    const late = await cancel(id);
    assert.ok(late.kind === "already");
    words("already-done", late.reason);
  });

  it(`against an approval at the same moment, ${ROUNDS} times: one wins, and what it says is what happens`, async () => {
    const won = { approve: 0, cancel: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      program.model.script({ agent: "reviewer", json: { result: "approved", notes: "Well." } });
      const change = await waiting(`race${round}`);
      const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
      const [approval, stop] = await Promise.all([
        program.decide(change, "approve"),
        wait((round % 10) * 15).then(() => cancel(change.id)),
      ]);
      const rest = await program.until(change.id, "cancelled", "needs_person", "done");
      const lines = await ranOf(`race${round}-`);
      if (rest.status === "cancelled") {
        assert.equal(lines, 0);
        assert.ok(stop.kind === "cancelled" || stop.kind === "stopping");
        won.cancel += 1;
      } else {
        assert.equal(approval.kind, "decided");
        won.approve += 1;
      }
      assert.equal(rest.decisions[0]?.answer === "cancel", approval.kind !== "decided");
      program.model.script({ agent: "reviewer", json: { result: "approved", notes: "Well." } });
      if (rest.status === "needs_person") await program.decide(rest, "accept");
      await program.releaseTargets();
    }
    assert.ok(won.cancel > 0, JSON.stringify(won));
  });

  it("is a row or nothing, whichever moment of it is the last of its instance", async () => {
    const change = await waiting("six");
    armed.push("before cancel commit");
    await assert.rejects(cancel(change.id), /It ends here/);
    assert.equal((await program.app.changes.get(change.id))?.cancel, null);
    armed.push("after cancel commit");
    await assert.rejects(cancel(change.id), /It ends here/);
    await program.until(change.id, "cancelled");
    const id = await running("endless");
    armed.push("after cancel commit");
    await assert.rejects(cancel(id), /It ends here/);
    await program.until(id, "needs_person");
    assert.deepEqual(await program.ran(id), ["forward 1 unknown"]);
  });

  /** The operator is asked for the n-th time. */
  async function untilRound(id: string, round: number): Promise<Change> {
    for (let left = 400; left > 0; left -= 1) {
      const change = await program.until(id, "needs_person", "failed");
      if (change.decisions.some((one) => one.gate === "operator" && one.round === round)) return change;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`The operator was not asked ${round} times about ${id}.`);
  }
});
