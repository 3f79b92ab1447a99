import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, afterEach, before, describe, it } from "node:test";
import { childProcessOf } from "#execution/process/process-group.ts";
import { isAlive } from "#test/execution/process/processes.ts";
import { ANA, type Program, startProgram } from "#test/support/program.ts";

describe("after a crash", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());
  afterEach(() => program.releaseTargets());

  it("never runs a step again whose end nobody saw, and asks a person", async () => {
    const waiting = await program.ask("scale payment-api to 8 replicas in production");
    // What a crash between intent and finish leaves behind.
    await program.app.database.query(
      `insert into journal (change_id, revision, step, direction, attempt, argv, dir, lease_epoch)
     values ($1, 1, 1, 'forward', 1, '["kubectl"]', '', 1)`,
      [waiting.id],
    );
    await program.decide(waiting, "approve");
    const asked = await program.until(waiting.id, "needs_person", "done", "failed");
    assert.equal(asked.status, "needs_person");
    assert.match(asked.review?.notes ?? "", /\bstep 1\b/);
    assert.equal(asked.review?.by, "greenlight");
    assert.deepEqual(await program.ran(waiting.id), ["forward 1 unknown"]);
  });

  it("ends the command that still runs for a change whose instance is gone, before anybody is asked", async () => {
    const waiting = await program.ask("scale payment-api to 6 replicas in production");
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true });
    assert.ok(child.pid !== undefined);
    const { host, bootId, pgid, pidStart } = await childProcessOf(child.pid);
    await program.app.database.query(
      `insert into journal (change_id, revision, step, direction, attempt, argv, dir, lease_epoch, started_at, host, boot_id, pgid, pid_start)
       values ($1, 1, 1, 'forward', 1, '["kubectl", "get"]', '', 1, now(), $2, $3, $4, $5)`,
      [waiting.id, host, bootId, pgid, pidStart],
    );
    await program.decide(waiting, "approve");
    await program.until(waiting.id, "needs_person");
    assert.equal(isAlive(child.pid), false);
    const [step] = await program.app.changes.steps(waiting.id);
    assert.equal(step?.outcome, "unknown");
    assert.match(step?.error ?? "", /It still ran, and stopped when it was asked to/);
  });

  it("says until when a command may still run on a machine it cannot reach", async () => {
    const waiting = await program.ask("scale payment-api to 8 replicas in production");
    await program.app.database.query(
      `insert into journal (change_id, revision, step, direction, attempt, argv, dir, lease_epoch, intent_at, host, boot_id)
       values ($1, 1, 1, 'forward', 1, '["kubectl", "get"]', '', 1, '2026-01-02T03:04:05Z', 'far-away', 'x')`,
      [waiting.id],
    );
    await program.decide(waiting, "approve");
    await program.until(waiting.id, "needs_person");
    const [step] = await program.app.changes.steps(waiting.id);
    // 60 s of deadline, 3 s of grace, 2 s to be killed.
    assert.match(step?.error ?? "", /ran on far-away.* until 2026-01-02 03:05:10 UTC/);
  });

  it("carries on a change whose owner died, once its lease has run out", async () => {
    const waiting = await program.ask("scale web to 4 replicas in production");
    // An owner that claimed the work for the decision, and is gone: nobody else may touch it for a second.
    await program.app.database.query(
      `update changes set lease_owner = 'gone', lease_epoch = lease_epoch + 1, lease_until = now() + interval '1 second'
     where id = $1`,
      [waiting.id],
    );
    await program.decide(waiting, "approve");
    const done = await program.until(waiting.id, "done", "failed", "needs_person");
    assert.equal(done.status, "done");
    assert.deepEqual(await program.ran(waiting.id), ["forward 1 done", "forward 2 done"]);
  });

  it("does not take a change up a second time while its own first run of it is not over", async () => {
    program.model.script({ agent: "planner", delayMs: 3_000 });
    const asked = await program.app.changes.ask({
      request: "scale web to 7 replicas in production",
      requester: ANA,
      home: null,
      planOnly: false,
      idempotencyKey: "held",
    });
    assert.equal(asked.kind, "accepted");
    if (asked.kind !== "accepted") return;
    const { id } = asked.change;
    await program.until(id, "planning");
    // As after a database outage longer than the lease: run out, while the run of this instance goes on.
    await program.app.database.query(
      "update changes set lease_until = now() - interval '1 second' where id = $1",
      [id],
    );
    const epoch = async (): Promise<number | undefined> =>
      (
        await program.app.database.query<{ lease_epoch: number }>(
          "select lease_epoch from changes where id = $1",
          [id],
        )
      ).rows[0]?.lease_epoch;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(await epoch(), 1);
    await program.until(id, "waiting");
  });

  it("writes nothing for an owner whose lease is somebody else's by now", async () => {
    const { assertOwned, LeaseLostError } = await import("#store/leases.ts");
    const waiting = await program.ask("scale checkout to 4 replicas in production");
    const stale = { changeId: waiting.id, owner: "frozen", epoch: 1, workSeen: 1, heldUntilMs: 0 };
    await assert.rejects(
      program.app.database.transaction((sql) => assertOwned(sql, stale)),
      LeaseLostError,
    );
  });
});
