import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import pg from "pg";
import pino from "pino";
import { type App, startApp } from "#app/app.ts";
import type { Change } from "#change/change.ts";
import type { EmbeddedConnection } from "#store/embedded/embedded.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { type CountingKubectl, installCountingKubectl } from "#test/faults/counting-kubectl.ts";
import { type Server, startServer } from "#test/faults/server.ts";
import { seeing } from "#test/support/box.ts";
import { type Cuttable, createCuttable } from "#test/support/cuttable.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { ANA_SECRET, type Program, planOf, startProgram, urlOf } from "#test/support/program.ts";
import { soon } from "#test/support/soon.ts";

const LEASE_MS = 2_000;
const pace = { leaseMs: LEASE_MS, heartbeatMs: 600, pollMs: 100 };

/** A cluster that counts, and the settings that name it. */
type Place = { dir: string; kubectl: CountingKubectl; env: Record<string, string> };

async function openPlace(): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), "greenlight-away-"));
  const kubectl = await installCountingKubectl(dir);
  const workspace = join(dir, "workspace");
  await mkdir(workspace);
  const env = {
    PATH: [kubectl.binDir, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    KUBECONFIG: kubectl.kubeconfig,
    GREENLIGHT_WORKSPACE: workspace,
    GREENLIGHT_MIX: "yes",
  };
  return { dir, kubectl, env };
}

const scale = (name: string, replicas: number) =>
  `scale deployment/${name} --replicas=${replicas} -n production`;
/** As it runs: what was seen before is made its condition. */
const runLine = (name: string) => `${scale(name, 5)} --context=fake --current-replicas=2`;
const twoSteps = (first: string, second: string) =>
  planOf(
    [
      [scale(first, 5), scale(first, 2)],
      [scale(second, 5), scale(second, 2)],
    ],
    "high",
  );

describe("a database that stops and starts again", { timeout: 180_000 }, () => {
  let server: Server;
  let connection: EmbeddedConnection;
  let place: Place;
  let program: Program;
  before(async () => {
    server = await startServer();
    connection = await server.createDatabase("away");
    place = await openPlace();
    program = await startProgram(
      { ...place.env, DATABASE_URL: urlOf(connection) },
      { pace, ...seeing(place.dir) },
    );
  });
  after(async () => {
    await program.close();
    await server.stop();
    await rm(place.dir, { recursive: true, force: true });
  });

  const approvedPlan = (first: string, second: string): void =>
    program.model.script([
      { agent: "planner", json: twoSteps(first, second) },
      { agent: "reviewer", json: { result: "approved", notes: "Looked at." } },
    ]);
  const began = (name: string) =>
    soon(`${name} began`, async () => (await place.kubectl.lines()).some((line) => line.includes(name)));
  const ends = (id: string) =>
    soon("the change ended", async () => {
      const change = await program.app.changes.get(id).catch(() => null);
      return (
        change !== null && !["approved", "running", "reviewing", "waiting"].includes(change.status) && change
      );
    });

  for (const [name, ms] of [
    ["short", 1_000],
    ["longer than its lease and the step", 4_000],
  ] as const) {
    it(`lets a step run on through an outage that is ${name}, writes its end and lines, and goes on by itself`, async () => {
      const first = `long-${ms}`;
      approvedPlan(first, `after-${ms}`);
      const waiting = await program.ask(`scale two things through ${ms}`);
      await program.decide(waiting, "approve");
      await began(first);
      await server.outage(ms);
      const ended = await ends(waiting.id);
      assert.equal(ended.status, "done");
      assert.deepEqual(await program.ran(waiting.id), ["forward 1 done", "forward 2 done"]);
      const mine = (await place.kubectl.lines()).filter((line) => line.includes(`-${ms}`));
      assert.deepEqual(mine, [runLine(first), runLine(`after-${ms}`)]);
      assert.deepEqual(
        ended.decisions.filter(({ gate }) => gate === "operator"),
        [],
      );
      const key = { changeId: waiting.id, revision: 1, step: 1, direction: "forward", attempt: 1 } as const;
      const { head } = await program.app.changes.logs(key, { head: 100, tail: 0 });
      assert.deepEqual(
        head.map(({ text }) => text),
        [...Array.from({ length: 10 }, (_, index) => `line ${index + 1}`), "deployment.apps/web scaled"],
      );
      assert.deepEqual(
        head.map(({ number }) => number),
        head.map((_, index) => index + 1),
      );
    });
  }

  it("turns readiness red and answers requests with 503 at once, and nothing is claimed for a lease after it", async () => {
    const { address } = program.app;
    const headers = { authorization: `Bearer ${ANA_SECRET}`, "content-type": "application/json" };
    const ask = (key: string) =>
      fetch(`${address}/infra-change`, {
        method: "POST",
        headers: { ...headers, "idempotency-key": key },
        body: JSON.stringify({ description: `show the pods in production, ${key}` }),
      });
    const statusOf = async (path: string) => (await fetch(`${address}${path}`)).status;
    const { promise: looked, resolve: goOn } = Promise.withResolvers<void>();
    const over = server.outage(looked);
    await soon("red", async () => (await statusOf("/readyz")) === 503);
    const began = performance.now();
    const refused = await ask("meanwhile");
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get("content-type") ?? "", /problem\+json/);
    assert.match(String(JSON.stringify(await refused.json())), /The database is away/);
    assert.equal(await statusOf("/readyz"), 503);
    assert.equal(await statusOf("/healthz"), 200);
    // Waiting for a connection, one answer alone would take 10 s.
    assert.ok(performance.now() - began < 8_000);
    goOn();
    await over;
    await soon("green", async () => (await statusOf("/readyz")) === 200);
    // Since the program was answered again: that it is green is seen later, by how much is up to the machine.
    const back = performance.now() - program.app.database.reach.backForMs();
    const asked = await soon("taken", async () => {
      const answer = await ask("after");
      return answer.status === 202 && ((await answer.json()) as { thread_id: string });
    });
    await soon("begun", async () => {
      const change = await program.app.changes.get(asked.thread_id);
      return change !== null && change.status !== "queued";
    });
    assert.ok(performance.now() - back > LEASE_MS - 100, "claimed before the owners could renew");
    const { rows } = await program.app.database.query(
      "select 1 from changes where request like '%meanwhile'",
    );
    assert.deepEqual(rows, []);
  });
});

describe("an instance that is cut off from the database while another is not", { timeout: 180_000 }, () => {
  let database: TestDatabase;
  let way: Cuttable;
  let place: Place;
  let program: Program;
  let other: App | null = null;
  before(async () => {
    database = await createDatabase({ migrate });
    way = await createCuttable(database.config);
    place = await openPlace();
    program = await startProgram(
      { ...place.env, DATABASE_URL: urlOf(way.config) },
      { pace, ...seeing(place.dir) },
    );
  });
  afterEach(async () => {
    await way.mend();
    await other?.stop();
    other = null;
    await program.releaseTargets();
  });
  after(async () => {
    await program.close();
    await way.close();
    await database.drop();
    await rm(place.dir, { recursive: true, force: true });
  });

  /** A change whose step ended where nobody could be told, and whose end another instance asks about. */
  const lost = async (name: string): Promise<Change> => {
    program.model.script({ agent: "planner", json: twoSteps(name, `${name}-after`) });
    const waiting = await program.ask(`scale two things, cut off, ${name}`);
    const url = urlOf(database.config);
    const config = { ...program.config, database: { kind: "url", url } as const };
    await program.decide(waiting, "approve");
    await soon("begun", async () => (await place.kubectl.lines()).some((line) => line.includes(name)));
    await way.cut();
    other = await startApp(config, pino({ level: "silent" }), { pace, ...seeing(place.dir) });
    const asked = await soon("asked", async () => {
      const change = await other?.changes.get(waiting.id);
      return change?.status === "needs_person" && change;
    });
    assert.deepEqual(await ran(asked), ["forward 1 unknown"]);
    return asked;
  };
  const ran = async (change: Change) =>
    (await (other as App).changes.steps(change.id)).map(
      (step) => `${step.direction} ${step.step} ${step.outcome}`,
    );
  const decide = (change: Change, answer: "happened" | "did_not_happen") =>
    (other as App).changes.decide({
      changeId: change.id,
      gate: "operator",
      revision: change.revision,
      round: 1,
      digest: change.digest ?? "",
      answer,
      by: { kind: "token", name: "ben", role: "approver", slackId: null },
      reason: null,
    });
  const ended = (change: Change) =>
    soon("ended", async () => {
      const found = await other?.changes.get(change.id);
      return found !== null && found !== undefined && found.endedAt !== null && found;
    });
  const runs = async (name: string) => (await place.kubectl.lines()).filter((line) => line.includes(name));

  it("tells later how its step ended, and the change goes on by one click", async () => {
    const asked = await lost("brief-told");
    await way.mend();
    await soon("told", async () => (await ran(asked))[0] === "forward 1 done");
    assert.equal((await decide(asked, "did_not_happen")).kind, "refused");
    program.model.script({ agent: "reviewer", json: { result: "approved", notes: "Looked at." } });
    assert.equal((await decide(asked, "happened")).kind, "decided");
    assert.equal((await ended(asked)).status, "done");
    assert.deepEqual(await runs("brief-told"), [runLine("brief-told"), runLine("brief-told-after")]);
    const [first] = await (other as App).changes.steps(asked.id);
    assert.deepEqual([first?.settledBy, first?.exitCode, first?.toldAt === null], [null, 0, false]);
  });

  it("keeps its change while all its connections are busy: what it renews by waits for none of them", async () => {
    program.model.script([
      { agent: "planner", json: twoSteps("long-busy", "busy-after") },
      { agent: "reviewer", json: { result: "approved", notes: "Looked at." } },
    ]);
    const waiting = await program.ask("scale two things, busy");
    await program.decide(waiting, "approve");
    await soon("begun", async () => (await runs("long-busy")).length > 0);
    const busy = Array.from({ length: 20 }, () =>
      program.app.database.query("select pg_sleep(3)").catch(() => undefined),
    );
    const url = urlOf(database.config);
    const config = { ...program.config, database: { kind: "url", url } as const };
    other = await startApp(config, pino({ level: "silent" }), { pace, ...seeing(place.dir) });
    const done = await ended(waiting);
    await Promise.all(busy);
    assert.deepEqual(await ran(done), ["forward 1 done", "forward 2 done"]);
    assert.deepEqual(await runs("busy"), [runLine("long-busy"), runLine("busy-after")]);
  });

  it("changes nothing once a person has said what happened", async () => {
    const asked = await lost("brief-settled");
    program.model.script({ agent: "reviewer", json: { result: "approved", notes: "Looked at." } });
    assert.equal((await decide(asked, "happened")).kind, "decided");
    assert.equal((await ended(asked)).status, "done");
    const before = await (other as App).changes.steps(asked.id);
    await way.mend();
    // It has tried once it reaches the database again.
    await soon("reached", () =>
      program.app.database.query("select 1").then(
        () => true,
        () => false,
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual(await (other as App).changes.steps(asked.id), before);
    assert.deepEqual(await runs("brief-settled"), [runLine("brief-settled"), runLine("brief-settled-after")]);
  });
});

describe("connections that are cut all the time, or lead to a server that takes no writes", {
  timeout: 180_000,
}, () => {
  let place: Place;
  let program: Program;
  before(async () => {
    place = await openPlace();
    program = await startProgram(place.env, { pace, ...seeing(place.dir) });
  });
  after(async () => {
    await program.close();
    await rm(place.dir, { recursive: true, force: true });
  });

  /** Looks past connections that were cut and nobody has noticed yet: whoever reads by one is told that the database is away. */
  const endOf = (id: string) =>
    soon("the end", async () => {
      const change = await program.app.changes.get(id).catch(() => null);
      return change !== null && change.endedAt !== null && change;
    });

  it("end no process, lose nothing and run nothing twice", async () => {
    const names = ["slow-a", "slow-b", "slow-c"];
    const waiting: Change[] = [];
    for (const name of names) {
      program.model.script({ agent: "planner", json: twoSteps(name, `${name}-after`) });
      waiting.push(await program.ask(`scale two things, cut often, ${name}`));
    }
    for (const _ of names)
      program.model.script({ agent: "reviewer", json: { result: "approved", notes: "Looked at." } });
    for (const change of waiting) await program.decide(change, "approve");
    const { url } = program.config.database as { url: string };
    const knife = new pg.Client({ connectionString: url });
    await knife.connect();
    for (let cuts = 0; cuts < 25; cuts += 1) {
      await knife.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      await new Promise((resolve) => setTimeout(resolve, 30 + 13 * (cuts % 10)));
    }
    await knife.end();
    for (const change of waiting) assert.equal((await endOf(change.id)).status, "done");
    const expected = names.flatMap((name) => [runLine(name), runLine(`${name}-after`)]);
    assert.deepEqual((await place.kubectl.lines()).toSorted(), expected.toSorted());
  });

  it("hold the end of a step while another server takes over and none of them takes writes", async () => {
    program.model.script([
      { agent: "planner", json: twoSteps("slow-failover", "failover-after") },
      { agent: "reviewer", json: { result: "approved", notes: "Looked at." } },
    ]);
    const waiting = await program.ask("scale two things, failover");
    const { url } = program.config.database as { url: string };
    const knife = new pg.Client({ connectionString: url });
    await knife.connect();
    const takesWrites = async (value: "on" | "off") => {
      const { rows } = await knife.query("select current_database() as name");
      await knife.query(`alter database ${rows[0].name} set default_transaction_read_only = ${value}`);
      await knife.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
    };
    await program.decide(waiting, "approve");
    const lines = async () => (await place.kubectl.lines()).filter((line) => line.includes("failover"));
    await soon("begun", async () => (await lines()).length > 0);
    await takesWrites("on");
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await takesWrites("off");
    await knife.end();
    const done = await endOf(waiting.id);
    assert.equal(done.status, "done");
    const ran = await soon("what ran", () => program.ran(done.id).catch(() => null));
    assert.deepEqual(ran, ["forward 1 done", "forward 2 done"]);
    assert.deepEqual(await lines(), [runLine("slow-failover"), runLine("failover-after")]);
  });
});
