import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { sweepTargets } from "#store/target-locks.ts";
import { ANA_SECRET, BEN_SECRET, type Program, planOf, startProgram } from "#test/support/program.ts";
import { soon } from "#test/support/soon.ts";

/** Needs a person at its end, so that it holds what it touched. */
const UNCLEAR = { agent: "reviewer" as const, json: { result: "needs_human", notes: "Look at it." } };
const WEB = "rollout restart deployment/web -n staging";
const CHECKOUT = "rollout restart deployment/checkout -n staging";

describe("two changes that touch the same", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());

  let round = 0;
  /** Asks for a scripted plan that policy lets run at once, and waits until it rests, or is blocked. */
  const start = async (...lines: [string, string | null][]): Promise<Change> => {
    program.model.script({ agent: "planner", json: planOf(lines) });
    const asked = await program.app.changes.ask({
      request: `scripted, ${++round}`,
      requester: { kind: "token", name: `ana${round}`, role: "requester", slackId: null },
      home: null,
      planOnly: false,
      idempotencyKey: `locks:${round}`,
    });
    assert.equal(asked.kind, "accepted");
    assert.ok("change" in asked);
    return program.until(asked.change.id, "blocked", "needs_person", "done", "failed", "waiting");
  };
  /** One that has run and holds its targets until somebody decides. */
  const holder = async (): Promise<Change> => {
    program.model.script(UNCLEAR);
    const held = await start([WEB, null]);
    assert.equal(held.status, "needs_person", held.error ?? "");
    return held;
  };
  const locks = async (): Promise<{ change_id: string; target: string }[]> =>
    (await program.app.database.query<{ change_id: string; target: string }>("select * from target_locks"))
      .rows;

  it("waits for the one that came first, says which that is, and goes on by itself", async () => {
    const first = await holder();
    const second = await start([WEB, null]);
    assert.equal(second.status, "blocked");
    assert.equal(second.blocked?.by, first.id);
    assert.deepEqual(second.blocked?.requester, first.requester);
    assert.ok((second.blocked?.heldSince?.getTime() ?? 0) >= first.createdAt.getTime());
    assert.match(second.blocked?.target ?? "", / staging deployments web$/);
    assert.deepEqual(await program.ran(second.id), []);
    await program.decide(first, "accept");
    const done = await program.until(second.id, "done");
    assert.equal(done.blocked, null);
    assert.deepEqual(await locks(), []);
  });

  it("does not wait for one that touches something else", async () => {
    const first = await holder();
    const other = await start([CHECKOUT, null]);
    assert.equal(other.status, "done");
    await program.decide(first, "accept");
    await program.until(first.id, "accepted");
  });

  it("gives each of several that wait its turn, the oldest first, and none ahead of it", async () => {
    const first = await holder();
    const order: string[] = [];
    const waiting: Change[] = [];
    for (const lines of [[WEB], [WEB, CHECKOUT], [CHECKOUT]])
      waiting.push(await start(...lines.map((line): [string, null] => [line, null])));
    assert.deepEqual(
      waiting.map(({ status }) => status),
      ["blocked", "blocked", "blocked"],
    );
    // The third touches nothing that is held, but the second was here before it.
    assert.equal(waiting[2]?.blocked?.by, waiting[1]?.id);
    assert.equal(waiting[2]?.blocked?.heldSince, null);
    await program.decide(first, "accept");
    for (const one of waiting) await program.until(one.id, "done");
    const { rows } = await program.app.database.query<{ change_id: string }>(
      "select change_id from journal where change_id = any ($1) order by intent_at",
      [waiting.map(({ id }) => id)],
    );
    for (const { change_id } of rows) if (!order.includes(change_id)) order.push(change_id);
    assert.deepEqual(
      order,
      waiting.map(({ id }) => id),
    );
    assert.deepEqual(await locks(), []);
  });

  it("holds its targets through the way back too", async () => {
    const first = await holder();
    const second = await start([WEB, null]);
    await program.decide(first, "roll_back");
    await program.until(first.id, "rolled_back");
    await program.until(second.id, "done");
    const { rows } = await program.app.database.query<{ at: Date; direction: string; change_id: string }>(
      "select change_id, direction, intent_at as at from journal where change_id = any ($1) order by intent_at",
      [[first.id, second.id]],
    );
    assert.deepEqual(
      rows.map(({ change_id, direction }) => (change_id === first.id ? direction : "second")),
      ["forward", "rollback", "second"],
    );
  });

  it("looks at the plan again when its turn comes: what is void by then runs nothing", async () => {
    program.model.script(UNCLEAR);
    const apply = "apply -f manifests/greeter.yaml -n staging";
    const first = await start([apply, null]);
    await program.decide(first, "approve");
    await program.until(first.id, "needs_person");
    const file = join(program.config.dataDir, "sample", "sample-workspace", "manifests", "greeter.yaml");
    // The same once more would be nothing to do.
    await writeFile(file, (await readFile(file, "utf8")).replace("Good morning", "Good evening"));
    const second = await start([apply, null]);
    await program.decide(second, "approve");
    await program.until(second.id, "blocked");
    await appendFile(file, "\n# changed\n");
    await program.decide(first, "accept");
    const ended = await program.until(second.id, "done", "failed");
    assert.match(ended.error ?? "", /greeter.yaml in the workspace has changed/);
    assert.deepEqual(await program.ran(second.id), []);
  });

  it("goes on when an approver takes the targets away from the first, which has to take them again for its way back", async () => {
    const first = await holder();
    const second = await start([WEB, null]);
    const unlock = (secret: string) =>
      fetch(`${program.app.address}/infra-change/${first.id}/unlock`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
        body: JSON.stringify({ reason: "nobody looks at it" }),
      });
    assert.equal((await unlock(ANA_SECRET)).status, 403);
    assert.equal((await unlock(BEN_SECRET)).status, 200);
    await program.until(second.id, "done");
    const unlocked = await program.app.changes.get(first.id);
    assert.equal(unlocked?.status, "needs_person");
    assert.equal(unlocked?.unlocks[0]?.reason, "nobody looks at it");
    assert.equal((await unlock(BEN_SECRET)).status, 409);
    const third = await holder();
    await program.decide(first, "roll_back");
    const blocked = await program.until(first.id, "blocked");
    assert.equal(blocked.blocked?.by, third.id);
    await program.decide(third, "accept");
    await program.until(first.id, "rolled_back");
    assert.deepEqual(await locks(), []);
  });

  it("calls a change again that nobody called, and takes away a lock without a change", async () => {
    const first = await holder();
    const second = await start([WEB, null]);
    const { database } = program.app;
    await soon("the second to be nobody's", async () => {
      const rests = "select 1 from changes where id = $1 and lease_owner is null and work_wanted = work_done";
      return (await database.query(rests, [second.id])).rowCount === 1;
    });
    // As if the holder had ended without a word: no release, no call. The program's own sweep sees it only once it is mended.
    const mended = await database.transaction(async (sql) => {
      const end = "update changes set status = 'accepted', ended_at = now() where id = $1";
      await sql.query(end, [first.id]);
      return sweepTargets(sql);
    });
    assert.equal(mended, 2);
    await program.until(second.id, "done");
    assert.deepEqual(await locks(), []);
    assert.equal(await sweepTargets(database), 0);
  });
});
