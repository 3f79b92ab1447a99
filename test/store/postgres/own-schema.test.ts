import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, it } from "node:test";
import pg from "pg";
import { SchemaError } from "#store/postgres/apply-migration.ts";
import { openDatabase } from "#store/postgres/database.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { loadFixture } from "#test/upgrade/load.ts";

const FOLDER = new URL("../../../migrations/", import.meta.url);

describe("our schema", () => {
  let scratch: TestDatabase;
  let clients: pg.Client[] = [];

  beforeEach(async () => {
    scratch = await createDatabase({ migrate: async () => undefined });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
    await scratch.drop();
  });

  const connect = async (how: pg.ClientConfig = {}): Promise<pg.Client> => {
    const client = new pg.Client({ ...scratch.config, ...how });
    await client.connect();
    clients.push(client);
    return client;
  };
  const tablesOf = async (client: pg.Client, schema: string): Promise<string[]> => {
    const { rows } = await client.query<{ name: string }>(
      "select relname::text as name from pg_class where relnamespace = to_regnamespace($1) and relkind = 'r' order by 1",
      [schema],
    );
    return rows.map(({ name }) => name);
  };
  const refusal = async (): Promise<string> => {
    const error: unknown = await migrate(scratch.config, { lockMs: 20, pauseMs: 20, patienceMs: 200 }).catch(
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof SchemaError, String(error));
    return error.message;
  };

  it("stands beside other people's tables of the same names, and touches none of them", async () => {
    const client = await connect({ options: "-c search_path=public" });
    await client.query(
      `create table events (mine int); create table changes (mine int); create table migrations (version int);
       insert into events values (1); insert into migrations values (7)`,
    );
    await migrate(scratch.config);
    assert.deepEqual(await tablesOf(client, "public"), ["changes", "events", "migrations"]);
    assert.deepEqual((await client.query("select * from events")).rows, [{ mine: 1 }]);
    const database = openDatabase(scratch.config);
    assert.equal((await database.query("select id from changes")).rowCount, 0);
    await database.close();
  });

  it("gets what an older version left in public, with its rows, and nothing of anybody else's", async () => {
    await loadFixture(scratch.config, "0.1");
    const client = await connect({ options: "-c search_path=public" });
    await client.query("create table other (n int)");
    const count = "select count(*)::int as count from changes";
    const [before] = (await client.query(count)).rows;
    await client.query("update changes set lease_owner = null, lease_until = null");
    await migrate(scratch.config);
    // Its `migrations` is what stops the older version.
    assert.deepEqual(await tablesOf(client, "public"), ["migrations", "other"]);
    const database = openDatabase(scratch.config);
    assert.deepEqual((await database.query(count)).rows, [before]);
    assert.deepEqual(await migrate(scratch.config), []);
    await database.close();
  });

  it("gets triggers and functions too, which see nothing in public by their names", async () => {
    const client = await connect({ options: "-c search_path=public" });
    await applyInPublic(client);
    await migrate(scratch.config);
    // As somebody who may make things in public, for an administrator to run.
    await client.query(
      `create function public.next_timer_of(d greenlight.decisions) returns timestamptz language plpgsql as $$
       begin raise 'planted'; end $$`,
    );
    await client.query(
      `insert into greenlight.changes (id, status, request, requester, requester_key, plan_only, idempotency_key)
         values (gen_random_uuid(), 'waiting', 'x', '{}', 'x', false, 'x');
       insert into greenlight.decisions (change_id, gate, revision, round, digest, expires_at)
         select id, 'approval', 1, 1, 'x', now() + interval '1 hour' from greenlight.changes`,
    );
    const { rows } = await client.query("select next_at is not null as kept from greenlight.decisions");
    assert.deepEqual(rows, [{ kept: true }]);
  });

  it("is what every connection looks in, whatever DATABASE_URL sets", async () => {
    await migrate(scratch.config);
    const database = openDatabase({ ...scratch.config, options: "-c search_path=public" });
    for (const sql of [database, database.urgent])
      assert.deepEqual((await sql.query("show search_path")).rows, [{ search_path: "greenlight, pg_temp" }]);
    await database.transaction(async (sql) => {
      assert.equal((await sql.query("select id from changes")).rowCount, 0);
    });
    await database.close();
  });

  it("is not moved into while an older instance holds a lease, or is connected", async () => {
    await loadFixture(scratch.config, "0.1");
    const client = await connect({ options: "-c search_path=public" });
    await client.query(
      "update changes set lease_owner = 'green-7:12:ab', lease_until = now() + interval '1 minute'",
    );
    assert.match(await refusal(), /green-7:12:ab.*until \d\d:\d\d:\d\d UTC/);
    await client.query("update changes set lease_until = now() - interval '1 second'");
    const old = await connect({ application_name: "greenlight-listen" });
    assert.match(await refusal(), /Stop every older instance/);
    assert.ok((await tablesOf(client, "public")).includes("changes"));
    await old.end();
    clients = clients.filter((one) => one !== old);
    await migrate(scratch.config);
  });

  it("gets all of it or nothing", async () => {
    await loadFixture(scratch.config, "0.1");
    const client = await connect({ options: "-c search_path=public" });
    await client.query("update changes set lease_until = null");
    const before = await tablesOf(client, "public");
    await client.query("begin");
    // One of the last to be moved.
    await client.query("select 1 from homes");
    assert.match(await refusal(), /held by other transactions/);
    await client.query("commit");
    assert.deepEqual(await tablesOf(client, "public"), before);
    assert.deepEqual(await tablesOf(client, "greenlight"), []);
  });

  for (const [who, options] of [
    ["a user of another name", "-c search_path=public"],
    ["a user called greenlight", '-c search_path="$user",public'],
  ] as const) {
    it(`lets no older version make its tables anew, as ${who}`, async () => {
      for (const isMoved of [false, true]) {
        if (isMoved) {
          await scratch.drop();
          scratch = await createDatabase({ migrate: async () => undefined });
          await loadFixture(scratch.config, "0.1");
          const client = await connect();
          await client.query("update public.changes set lease_until = null");
        }
        await migrate(scratch.config);
        const client = await connect({ options });
        await assert.rejects(migrateAsIn01(client), /other content/);
        for (const one of clients.splice(0)) await one.end();
      }
    });
  }

  it("is refused when somebody else owns it, or keeps tables in it", async () => {
    const client = await connect();
    await client.query("create schema greenlight; create table greenlight.changes (n int)");
    assert.match(await refusal(), /other tables stand in it/);
    await client.query(
      "drop schema greenlight cascade; create role planter; create role plain; create schema greenlight authorization planter",
    );
    try {
      // Also as a superuser, who may do with it what they like.
      assert.match(await refusal(), /another user owns it/);
      await assert.rejects(migrate({ ...scratch.config, options: "-c role=plain" }), /another user owns it/);
      await client.query("drop schema greenlight");
      await assert.rejects(
        migrate({ ...scratch.config, options: "-c role=plain" }),
        /grant create on database/,
      );
      await client.query(`grant create on database ${scratch.config.database} to plain`);
      await migrate({ ...scratch.config, options: "-c role=plain" });
    } finally {
      await client.query("drop owned by plain; drop role plain; drop owned by planter; drop role planter");
    }
  });
});

describe("the schema of the graph's checkpoints", () => {
  it("is refused when somebody else owns it: a trigger on a table put there runs as us", async () => {
    const scratch = await createDatabase({ migrate: async () => undefined });
    const client = new pg.Client(scratch.config);
    await client.connect();
    const plain = { ...scratch.config, options: "-c role=graph_plain" };
    await client.query(
      `create role graph_planter; create role graph_plain; create schema greenlight_graph authorization graph_planter;
       grant all on schema greenlight_graph to graph_plain; grant create on database ${scratch.config.database} to graph_plain`,
    );
    try {
      await assert.rejects(migrate(scratch.config), /schema greenlight_graph .*another user owns it/);
      await assert.rejects(migrate(plain), /schema greenlight_graph .*another user owns it/);
      await client.query("drop schema greenlight_graph");
      await migrate(plain);
      assert.deepEqual(await migrate(plain), []);
      // Only the first start makes schemas.
      await client.query(`revoke create on database ${scratch.config.database} from graph_plain`);
      assert.deepEqual(await migrate(plain), []);
    } finally {
      await client.query(
        "drop owned by graph_plain; drop role graph_plain; drop owned by graph_planter; drop role graph_planter",
      );
      await client.end();
      await scratch.drop();
    }
  });
});

/** As the version before the schema left it. */
async function applyInPublic(client: pg.Client): Promise<void> {
  const names = (await readdir(FOLDER)).toSorted();
  await client.query(
    "create table migrations (name text primary key, sha256 text not null, at timestamptz not null default now())",
  );
  for (const name of names) {
    const text = await readFile(new URL(name, FOLDER), "utf8");
    await client.query(text);
    await client.query("insert into migrations (name, sha256) values ($1, $2)", [name, sha256(text)]);
  }
}

/** What version 0.1 does at its start, before anything else. */
async function migrateAsIn01(client: pg.Client): Promise<void> {
  await client.query(
    "create table if not exists migrations (name text primary key, sha256 text not null, at timestamptz not null default now())",
  );
  const { rows } = await client.query("select name, sha256 from migrations");
  const hashes = new Map(rows.map((row) => [row.name, row.sha256]));
  for (const name of (await readdir(FOLDER)).toSorted()) {
    const text = await readFile(new URL(name, FOLDER), "utf8");
    const before = hashes.get(name);
    if (before === undefined) await client.query(text);
    else if (before !== sha256(text))
      throw new Error(`Migration ${name} was applied to this database with other content.`);
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
