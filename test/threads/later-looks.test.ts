import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { PoolConfig } from "pg";
import type { ChangeEvent } from "#change/events.ts";
import type { Fact } from "#change/fact.ts";
import { createRecordEvents } from "#store/events.ts";
import { claimLaterLook, finishLaterLook, insertLaterLooks, msUntilLaterLook } from "#store/later-looks.ts";
import type { Database } from "#store/postgres/database.ts";
import { aPlan, aStep } from "#test/support/changes.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { soon } from "#test/support/soon.ts";
import { startLaterLooks } from "#threads/later/later-looks.ts";

const HOME = { teamId: "T1", channelId: "C1" };
const GOOD: Fact = { step: 1, target: "Deployment/web in production", state: "good", says: "2 of 2 ready" };
const LOST: Fact = { ...GOOD, state: "failed", says: "it is not there any more" };

describe("a later look", () => {
  let database: Database;
  let config: PoolConfig;
  useDatabase((opened, itsConfig) => {
    database = opened;
    config = itsConfig;
  });

  /** A change that is done, with looks due after these times. */
  const done = async (facts: Fact[], afterMs: number[]): Promise<string> => {
    const id = await addChange(database, { home: HOME });
    await database.query(
      `update changes set status = 'done', ended_at = now(), plan = $2, bindings = $3, digest = 'd', review = $4 where id = $1`,
      [
        id,
        JSON.stringify(aPlan([aStep("scale deployment/web --replicas=2 -n production")])),
        JSON.stringify({ files: [], savedPlans: [], states: [], targets: [] }),
        JSON.stringify({ result: "approved", notes: "", facts }),
      ],
    );
    await insertLaterLooks(database, id, afterMs);
    return id;
  };
  const record = createRecordEvents((event) =>
    event.type === "looked_later" && event.tells
      ? [{ name: `verdict:later:${event.number}`, rank: 1, holdMs: 0 }]
      : [],
  );
  const start = (lookLater: () => Promise<Fact[]>, at?: () => void, leaseMs?: number) =>
    startLaterLooks(
      {
        ...{ database, record, lookLater, cleanUp: async () => undefined, log: { error: () => undefined } },
        ...(at === undefined ? {} : { at }),
      },
      leaseMs,
    );
  const eventsOf = async (id: string): Promise<ChangeEvent[]> => {
    const { rows } = await database.query<{ event: ChangeEvent }>(
      "select event from events where change_id = $1 order by seq",
      [id],
    );
    return rows.map(({ event }) => event);
  };
  const messagesOf = async (id: string): Promise<string[]> => {
    const { rows } = await database.query<{ name: string }>(
      "select name from messages where change_id = $1 order by name",
      [id],
    );
    return rows.map(({ name }) => name);
  };

  it("is planned only where something of kubectl was good", async () => {
    const planned = (facts: Fact[]) =>
      done(facts, []).then((id) => insertLaterLooks(database, id, [1_000_000]));
    assert.equal(await planned([GOOD]), true);
    assert.equal(await planned([]), false);
    assert.equal(await planned([{ ...GOOD, state: "unknown" }]), false);
    assert.equal(await planned([{ ...GOOD, step: 7 }]), false, "no step of kubectl");
    await database.query("delete from later_looks");
  });

  it("is one claim's alone, and the second waits for the first", async () => {
    const id = await done([GOOD], [0, 0]);
    const claims = await Promise.all(["a", "b", "c"].map((name) => claimLaterLook(database, name, 60_000)));
    const [mine, ...others] = claims.filter((one) => one !== null);
    assert.deepEqual([mine?.changeId, mine?.number, others], [id, 1, []]);
    assert.ok(((await msUntilLaterLook(database)) ?? 0) > 50_000);
    assert.ok(mine !== undefined && (await finishLaterLook(database, mine, [GOOD])));
    assert.equal((await claimLaterLook(database, "d", 60_000))?.number, 2);
    await database.query("delete from later_looks");
  });

  it("of an instance that dies before it wrote what it found is made again by another one, and told once", async () => {
    const id = await done([GOOD], [0]);
    const dead = Promise.withResolvers<void>();
    // As a kill -9 between the look and the write: nothing of it goes on.
    const dying = start(
      async () => [LOST],
      () => {
        dead.resolve();
        throw new Error("killed");
      },
      700,
    );
    await dead.promise;
    await dying.stop();
    assert.deepEqual(await eventsOf(id), []);
    const [one, other] = [
      start(async () => [LOST], undefined, 700),
      start(async () => [LOST], undefined, 700),
    ];
    await soon("the look", async () => (await eventsOf(id)).length > 0);
    await Promise.all([one.stop(), other.stop()]);
    assert.deepEqual([(await eventsOf(id)).length, await messagesOf(id)], [1, ["verdict:later:1"]]);
  });

  for (const at of ["before later look", "after later look"])
    it(`of a process that is killed (SIGKILL, ${at}) is told once and never lost`, async () => {
      const id = await done([GOOD], [0]);
      const file = join(import.meta.dirname, "killed-look.ts");
      const child = spawn(process.execPath, [file, JSON.stringify({ config, at })], { stdio: "inherit" });
      const [, signal] = (await once(child, "exit")) as [number | null, string | null];
      assert.equal(signal, "SIGKILL");
      const isWritten = (await eventsOf(id)).length > 0;
      assert.equal(isWritten, at.startsWith("after"));
      const other = start(async () => [LOST], undefined, 700);
      await soon("the look", async () => (await eventsOf(id)).length > 0);
      await soon("nothing left to do", async () => (await msUntilLaterLook(database)) === null);
      await other.stop();
      assert.deepEqual([(await eventsOf(id)).length, await messagesOf(id)], [1, ["verdict:later:1"]]);
    });

  it("whose claim ran out meanwhile writes nothing", async () => {
    const id = await done([GOOD], [0]);
    const late = await claimLaterLook(database, "late", 1);
    const next = await soon("the next claim", () => claimLaterLook(database, "next", 60_000));
    assert.ok(late !== null);
    assert.equal(await finishLaterLook(database, late, [LOST]), false);
    assert.equal(await finishLaterLook(database, next, [GOOD]), true);
    const { rows } = await database.query(
      "select later_looks -> 0 -> 'facts' as facts from changes where id = $1",
      [id],
    );
    assert.deepEqual(rows, [{ facts: [GOOD] }]);
  });

  it("that is told to stop is given back at once, and one that cannot be made says that", async () => {
    const id = await done([GOOD], [0]);
    const begun = Promise.withResolvers<AbortSignal>();
    const waiting = (...[, , , signal]: [string, unknown, unknown, AbortSignal]): Promise<Fact[]> => {
      begun.resolve(signal);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("told"))));
    };
    const stopped = start(waiting as () => Promise<Fact[]>);
    await begun.promise;
    await stopped.stop();
    const broken = start(async () => {
      throw new Error("broken");
    });
    await soon("the look", async () => (await eventsOf(id)).length > 0);
    await broken.stop();
    const [event] = await eventsOf(id);
    assert.ok(event?.type === "looked_later" && !event.tells);
    assert.deepEqual(
      event.facts.map(({ state }) => state),
      ["unknown"],
    );
  });
});
