import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CrashPoint } from "#observe/crash-points.ts";
import { ANA, type Program, startProgram } from "#test/support/program.ts";

const TRIES = 5;
const pace = { leaseMs: 6_000, heartbeatMs: 2_000, pollMs: 50, faultPausesMs: [20, 40, 80, 160] };

describe("a change that fails by a fault of ours", () => {
  let program: Program;
  let breaks: { point: CrashPoint; error: Error; times: number } | null = null;
  let count = 0;
  before(async () => {
    const at = (point: CrashPoint): void => {
      if (breaks === null || breaks.point !== point || count >= breaks.times) return;
      count += 1;
      throw breaks.error;
    };
    program = await startProgram({}, { at, pace });
  });
  after(() => program.close());

  const breakAt = (point: CrashPoint, message: string, more: object = {}, times = 100): void => {
    count = 0;
    breaks = { point, error: Object.assign(new Error(message), more), times };
  };

  it("ends as failed after five tries, says what failed and where to look, and hides secrets in it", async () => {
    breakAt("before invoke", "The shelf fell down, password=hunter2hunter2");
    const ended = await program.ask("scale web to 4 replicas in production");
    breaks = null;
    assert.equal(ended.status, "failed");
    assert.equal(count, TRIES);
    assert.match(ended.error ?? "", /\b5\b.*The shelf fell down.*change/);
    assert.doesNotMatch(ended.error ?? "", /hunter2/);
  });

  it("is put to a person when something of it has run, and their word still counts", async () => {
    breakAt("before review recorded", "No review can be written");
    const asked = await program.ask("scale payment-api to 4 replicas in staging");
    assert.equal(asked.status, "needs_person");
    assert.equal(count, TRIES);
    assert.match(asked.review?.notes ?? "", /\b5\b.*No review can be written/);
    breaks = null;
    assert.deepEqual(await program.ran(asked.id), ["forward 1 done", "forward 2 done"]);
    await program.decide(asked, "roll_back");
    await program.until(asked.id, "rolled_back");
  });

  it("is not blamed for a database that is away, however often", async () => {
    breakAt("before invoke", "terminating connection", { code: "57P01" }, 3 * TRIES);
    const request = { requester: ANA, home: null, planOnly: true, idempotencyKey: "away" };
    const asked = await program.app.changes.ask({
      ...request,
      request: "scale web to 3 replicas in staging",
    });
    assert.equal(asked.kind, "accepted");
    if (asked.kind !== "accepted") return;
    await program.until(asked.change.id, "planned");
    assert.equal(count, 3 * TRIES);
    const { rows } = await program.app.database.query("select faults from changes where id = $1", [
      asked.change.id,
    ]);
    assert.deepEqual(rows, [{ faults: 0 }]);
    // A file that is missing is no database.
    breakAt("before invoke", "no such file", { code: "ENOENT", syscall: "open" });
    assert.equal((await program.ask("scale web to 5 replicas in staging")).status, "failed");
    breaks = null;
  });

  it("is tried at once when a person asks for something meanwhile, and its faults are forgotten", async () => {
    const waiting = await program.ask("scale checkout to 4 replicas in production");
    await program.app.database.query(
      "update changes set faults = 4, retry_at = now() + interval '1 hour' where id = $1",
      [waiting.id],
    );
    await program.decide(waiting, "approve");
    await program.until(waiting.id, "done");
    const { rows } = await program.app.database.query("select faults, retry_at from changes where id = $1", [
      waiting.id,
    ]);
    assert.deepEqual(rows, [{ faults: 0, retry_at: null }]);
  });
});
