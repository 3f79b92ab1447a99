import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type LookupFunction } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createCheckpointer } from "#store/checkpointer.ts";
import { isAway, isUnreachable } from "#store/postgres/away.ts";
import { openDatabase, type Sql } from "#store/postgres/database.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { listenForWakes } from "#store/postgres/notify.ts";
import { createReach } from "#store/postgres/reach.ts";
import { isReady } from "#store/postgres/ready.ts";
import { createCuttable } from "#test/support/cuttable.ts";
import { createDatabase } from "#test/support/postgres.ts";

const fault = (message: string, more: object = {}) => Object.assign(new Error(message), more);

describe("a database that is away", () => {
  it("is told from a fault of ours, also within a fault of several addresses or of a library", () => {
    const refused = fault("connect ECONNREFUSED", { code: "ECONNREFUSED", syscall: "connect" });
    const away = [
      refused,
      new AggregateError([refused], ""),
      new Error("The checkpoint could not be read", { cause: refused }),
      fault("terminating connection due to administrator command", { code: "57P01" }),
      fault("the database system is starting up", { code: "57P03" }),
      fault("Connection terminated unexpectedly"),
      fault("timeout exceeded when trying to connect"),
    ];
    for (const one of away) assert.ok(isAway(one), one.message);
    const ours = [
      fault("no such file", { code: "ENOENT", syscall: "open" }),
      fault("duplicate key", { code: "23505" }),
      "Connection terminated",
    ];
    for (const one of ours) assert.ok(!isAway(one));
  });

  it("is known by what Node says of a name with two addresses", async () => {
    const met = await new Promise<Error>((resolve) => {
      const lookup: LookupFunction = (_name, _options, done) =>
        done(null, [
          { address: "127.0.0.1", family: 4 },
          { address: "127.0.0.2", family: 4 },
        ]);
      connect({ host: "two.invalid", port: 1, lookup, autoSelectFamily: true }).on("error", resolve);
    });
    assert.ok(met instanceof AggregateError);
    assert.ok(isAway(met) && isUnreachable(met));
  });

  it("counts from when it answers again, and a connection that was cut is no outage", () => {
    let now = 1_000;
    const reach = createReach(() => now);
    reach.met(fault("terminating connection", { code: "57P01" }), now);
    assert.deepEqual([reach.isAway(), reach.backForMs()], [false, Number.POSITIVE_INFINITY]);
    reach.met(fault("the database system is starting up", { code: "57P03" }), now);
    now += 500;
    assert.deepEqual([reach.isAway(), reach.backForMs()], [true, 0]);
    reach.answered();
    now += 300;
    reach.answered();
    assert.deepEqual([reach.isAway(), reach.backForMs()], [false, 300]);
  });

  it("is not away for a statement that found no free connection while others were answered", async () => {
    const { config, drop } = await createDatabase({ migrate });
    const database = openDatabase({ ...config, max: 1, connectionTimeoutMillis: 2_000 });
    try {
      const queue = Array.from({ length: 6 }, () => database.query("select pg_sleep(0.7)"));
      const late = (await Promise.allSettled(queue)).filter(({ status }) => status === "rejected");
      assert.ok(late.length > 0, "all of them got a connection in time");
      assert.equal(database.reach.backForMs(), Number.POSITIVE_INFINITY);
    } finally {
      await database.close();
      await drop();
    }
  });

  it("is away when nothing was answered while a statement waited for a connection", () => {
    let now = 1_000;
    const reach = createReach(() => now);
    const queued = fault("timeout exceeded when trying to connect");
    reach.answered();
    now += 10_000;
    reach.met(queued, now - 9_999);
    assert.equal(reach.isAway(), true);
  });

  it("is away also where a balancer takes connections and has nothing behind it, or only half of TLS", async () => {
    const { config, drop } = await createDatabase({ migrate });
    const way = await createCuttable(config);
    const database = openDatabase(way.config);
    // "S" says that TLS may begin, anything else that the server could not even do that.
    const half = ["S", "E"].map((answer) =>
      createServer((near) => near.on("error", () => undefined).once("data", () => near.end(answer))),
    );
    try {
      await database.query("select 1");
      way.hangUp();
      // The first one may still find the connection that was cut.
      await assert.rejects(database.query("select 1"), isAway);
      await assert.rejects(
        database.transaction((sql) => sql.query("select 1")),
        isAway,
      );
      assert.equal(database.reach.isAway(), true);
      await way.mend();
      await database.query("select 1");
      assert.ok(database.reach.backForMs() < 60_000, "an outage nobody noticed");
      for (const server of half) {
        await once(server.listen(0, "127.0.0.1"), "listening");
        const { port } = server.address() as AddressInfo;
        const there = { ...config, host: "127.0.0.1", port, ssl: true };
        await assert.rejects(openDatabase(there).query("select 1"), isAway);
        // The checkpointer asks the pool itself.
        await assert.rejects(openDatabase(there).pool.query("select 1"), isAway);
      }
    } finally {
      for (const server of half) server.close();
      await database.close();
      await way.close();
      await drop();
    }
  });

  it("is away while it takes no writes, as a server does that another one takes over from", async () => {
    const { config, drop } = await createDatabase({ migrate });
    const database = openDatabase(config);
    const writes = () => database.query("create table one ()");
    try {
      await database.query(`alter database ${config.database} set default_transaction_read_only = on`);
      const fresh = openDatabase(config);
      await assert.rejects(fresh.query("create table one ()"), isAway);
      assert.equal(fresh.reach.isAway(), true);
      assert.equal(await isReady(fresh), false, "ready, and nobody could ask or approve");
      await fresh.close();
      await writes();
    } finally {
      await database.close();
      await drop();
    }
  });

  it("keeps no connection to a server that takes no writes: the next one may lead to the one that does", async () => {
    const { config, drop } = await createDatabase({ migrate });
    const database = openDatabase({ ...config, max: 1 });
    const backend = async () =>
      (await database.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;
    const write = (sql: Sql) => sql.query("create table one ()");
    const turn = "set session characteristics as transaction read only";
    try {
      const first = await backend();
      await database.query(turn);
      await assert.rejects(database.transaction(write), isAway);
      const second = await backend();
      assert.notEqual(second, first);
      await database.query(turn);
      // The checkpointer's transactions are its own.
      const saver = createCheckpointer(database, assert.fail);
      await assert.rejects(saver.deleteThread("x"), isAway);
      assert.notEqual(await backend(), second);
      await database.transaction(write);
    } finally {
      await database.close();
      await drop();
    }
  });

  it("holds up nobody who stops: who gets no answer to a goodbye hangs up", async () => {
    const { config, drop } = await createDatabase({ migrate });
    const way = await createCuttable(config);
    const database = openDatabase(way.config);
    const wakes = await listenForWakes(way.config);
    try {
      await Promise.all([database.query("select 1"), database.urgent.query("select 1")]);
      way.silence();
      const all = Promise.all([database.close(), wakes.close()]).then(() => "closed");
      assert.equal(await Promise.race([all, pause(20_000, "still waiting")]), "closed");
    } finally {
      await way.close();
      await drop();
    }
  });
});
