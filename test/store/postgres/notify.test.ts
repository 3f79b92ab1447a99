import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Database, openDatabase } from "#store/postgres/database.ts";
import { listenForWakes, type Wakes, wake } from "#store/postgres/notify.ts";
import { type Server, startServer } from "#test/faults/server.ts";
import { soon } from "#test/support/soon.ts";

describe("who listens for wake-ups", { timeout: 120_000 }, () => {
  let server: Server;
  let database: Database;
  let wakes: Wakes;
  before(async () => {
    server = await startServer();
    const connection = await server.createDatabase("listening");
    database = openDatabase(connection);
    wakes = await listenForWakes(connection);
  });
  after(async () => {
    await wakes.close();
    await database.close();
    await server.stop();
  });

  const ask = (text: string) => database.query<{ [column: string]: unknown }>(text).catch(() => null);
  const isStandby = async () => (await ask("select pg_is_in_recovery() as is"))?.rows[0]?.["is"] === true;
  const listeners = async () =>
    (await ask("select 1 from pg_stat_activity where application_name = 'greenlight-listen'"))?.rowCount ??
    -1;

  it("gives up where the first try fails, so that a program that could not start ends", async () => {
    let tries = 0;
    const nobody = createServer((near) => {
      tries += 1;
      near.destroy();
    });
    await once(nobody.listen(0, "127.0.0.1"), "listening");
    const { port } = nobody.address() as AddressInfo;
    await assert.rejects(listenForWakes({ host: "127.0.0.1", port, user: "nobody" }));
    await pause(2_500);
    assert.equal(tries, 1);
    nobody.close();
  });

  it("tries again at a server that may not be listened to, with one connection, and hears it once it may", async () => {
    const directory = String((await ask("show data_directory"))?.rows[0]?.["data_directory"]);
    // As after a failover that is not over: it answers, and refuses LISTEN.
    await writeFile(join(directory, "standby.signal"), "", { mode: 0o644 });
    await server.outage(0);
    await soon("the standby", isStandby);
    await pause(5_000);
    assert.ok((await listeners()) <= 1, `${await listeners()} connections`);
    await soon("it takes over", () => ask("select pg_promote()"));
    await soon("it took over", async () => !(await isStandby()));
    await soon("woken by what was said", async () => {
      const heard = wakes.wait("work", 60_000, new AbortController().signal).then(() => true);
      await database.transaction((sql) => wake(sql, "work")).catch(() => undefined);
      return Promise.race([heard, pause(200).then(() => false)]);
    });
    assert.equal(await listeners(), 1);
  });
});
