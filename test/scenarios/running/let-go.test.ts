import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { viewOf } from "#http/view.ts";
import { builtInPolicy } from "#policy/document.ts";
import { createRecordEvents } from "#store/events.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import { letGo } from "#threads/stopping/let-go.ts";

/** Needs a person at its end, so that it holds what it touched. */
const UNCLEAR = { agent: "reviewer" as const, json: { result: "needs_human", notes: "Look at it." } };
const WEB = "rollout restart deployment/web -n staging";
const CHECKOUT = "rollout restart deployment/checkout -n staging";

describe("a change that nobody answers", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());
  beforeEach(() => program.releaseTargets());

  let round = 0;
  const start = async (line: string, back: string | null = null): Promise<Change> => {
    program.model.script({ agent: "planner", json: planOf([[line, back]]) });
    const asked = await program.app.changes.ask({
      request: `scripted, ${++round}`,
      requester: { kind: "token", name: `ana${round}`, role: "requester", slackId: null },
      ...{ home: null, planOnly: false, idempotencyKey: `let go:${round}` },
    });
    assert.ok("change" in asked);
    return program.until(asked.change.id, "blocked", "needs_person", "done", "failed", "waiting");
  };
  const holder = async (line = WEB, back: string | null = null): Promise<Change> => {
    program.model.script(UNCLEAR);
    const held = await start(line, back);
    assert.equal(held.status, "needs_person", held.error ?? "");
    return held;
  };
  const minutesLeft = async ({ id }: Change): Promise<number[]> => {
    const { rows } = await program.app.database.query<{ minutes: number }>(
      "select round(extract(epoch from free_at - now()) / 60)::int as minutes from target_locks where change_id = $1",
      [id],
    );
    return rows.map(({ minutes }) => minutes);
  };
  /** As if so many minutes had gone by, and the sweep came. */
  const pass = async ({ id }: Change, minutes = 241): Promise<void> => {
    await program.app.database.query(
      "update target_locks set free_at = free_at - make_interval(mins => $2) where change_id = $1",
      [id, minutes],
    );
    const record = createRecordEvents(() => []);
    await letGo({ database: program.app.database, record, policy: builtInPolicy });
  };
  const get = async ({ id }: Change): Promise<Change> =>
    (await program.app.changes.get(id)) ?? assert.fail("it is gone");

  it("holds its targets for deadlines.operator_minutes, then they are free and it stays asked", async () => {
    const first = await holder();
    assert.deepEqual(await minutesLeft(first), [240]);
    await pass(first, 239);
    assert.deepEqual(await minutesLeft(first), [1], "not before");
    await pass(first, 2);
    const after = await get(first);
    assert.deepEqual([after.status, await minutesLeft(first)], ["needs_person", []]);
    assert.equal(after.decisions.at(-1)?.answer, null);
    assert.deepEqual(
      after.unlocks.map(({ by, reason }) => [by.kind, /240 minutes/.test(reason)]),
      [["policy", true]],
    );
    assert.equal((await program.decide(after, "accept")).kind, "decided");
    await program.until(first.id, "accepted");
  });

  it("lets the next one go on, whose card says what stands open there until that is decided", async () => {
    const first = await holder();
    program.model.script({ agent: "reviewer", json: { result: "approved", notes: "" } });
    const second = await start(WEB);
    assert.deepEqual([second.status, second.blocked?.waitsForPerson], ["blocked", true]);
    assert.ok((second.blocked?.freeAt?.getTime() ?? 0) > Date.now());
    const view = JSON.stringify(viewOf(await get(second), []));
    assert.match(view, new RegExp(`"blocked":{"thread_id":"${first.id}","waits_for_person":true`));
    assert.match(view, /"can_answer":\[\{/);
    await pass(first);
    await program.until(second.id, "done");
    const other = await start(CHECKOUT);
    const third = await get(second);
    assert.deepEqual([third.openHere.map(({ changeId }) => changeId), other.openHere], [[first.id], []]);
    await program.decide(first, "accept");
    await program.until(first.id, "accepted");
    assert.deepEqual((await get(second)).openHere, [], "there is nothing open any more");
  });

  it("says so on the card of one that is planned later, before anybody approves it", async () => {
    const first = await holder();
    await pass(first);
    program.model.script(UNCLEAR);
    const next = await start(WEB);
    assert.deepEqual(
      next.openHere.map(({ changeId }) => changeId),
      [first.id],
    );
  });

  it("keeps its targets once somebody answered and it goes on, and takes them again after they were free", async () => {
    const scale = (replicas: number) => `scale deployment/payment-api --replicas=${replicas} -n staging`;
    const first = await holder(scale(4), scale(3));
    // Somebody has it at hand.
    await program.app.database.query(
      "update changes set lease_owner = 'other', lease_until = now() + interval '1 minute' where id = $1",
      [first.id],
    );
    await pass(first);
    assert.equal((await minutesLeft(first)).length, 1, "not while somebody carries it on");
    await program.app.database.query(
      "update changes set lease_owner = null, lease_until = null where id = $1",
      [first.id],
    );
    await pass(first, 1);
    assert.deepEqual(await minutesLeft(first), []);
    const open = () => program.app.database.query("select 1 from left_open where change_id = $1", [first.id]);
    assert.equal((await open()).rowCount, 1);
    await program.decide(first, "roll_back");
    await program.until(first.id, "rolled_back");
    assert.equal((await open()).rowCount, 0, "it took them again");
  });
});
