import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import pg from "pg";
import { SchemaError } from "#store/postgres/apply-migration.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { soon } from "#test/support/soon.ts";

const FOLDER = new URL("../../../migrations/", import.meta.url);

/**
 * Two files that were landed with one number. They stay: a database knows them by these names, and a new name would be
 * applied once more.
 */
const SAME_NUMBER = ["0011_escalated.sql", "0011_unlocked.sql"];

it("gives each migration a number of its own", async () => {
  const names = (await readdir(FOLDER)).toSorted();
  for (const name of names) assert.match(name, /^\d{4}_[a-z_]+\.sql$/);
  const numbers = names.filter((name) => name !== SAME_NUMBER[1]).map((name) => name.slice(0, 4));
  assert.deepEqual(numbers, [...new Set(numbers)]);
  assert.deepEqual(
    names.filter((name) => name.startsWith("0011")),
    SAME_NUMBER,
  );
});

describe("the migrations of a database", () => {
  let empty: TestDatabase;
  const clients: pg.Client[] = [];
  let folder: string;

  beforeEach(async () => {
    empty = await createDatabase({ migrate: async () => undefined });
    folder = await mkdtemp(join(tmpdir(), "greenlight-migrations-"));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
    await empty.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client(empty.config);
    await client.connect();
    clients.push(client);
    return client;
  };
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const applied = async (client: pg.Client): Promise<string[]> =>
    (await client.query("select name from applied_migrations order by at, name")).rows.map(
      ({ name }) => name,
    );

  it("are applied once, in order, when eight instances start at the same moment", async () => {
    const names = (await readdir(FOLDER)).toSorted();
    const seen = await Promise.all(Array.from({ length: 8 }, () => migrate(empty.config)));
    assert.deepEqual(seen.flat(), names);
    const client = await connect();
    const { rows } = await client.query("select name, at from applied_migrations order by at");
    assert.deepEqual(
      rows.map(({ name }) => name),
      names,
    );
    const graph = await client.query(
      "select count(*)::int as count from information_schema.tables where table_schema = 'greenlight_graph'",
    );
    assert.ok(graph.rows[0].count >= 4);
  });

  it("are not touched by an older program, which says which one it does not know", async () => {
    await migrate(empty.config);
    const client = await connect();
    await client.query(
      "insert into applied_migrations (name, sha256) values ('9998_later.sql', 'x'), ('9999_last.sql', 'x')",
    );
    await assert.rejects(migrate(empty.config), (error) => {
      assert.ok(error instanceof SchemaError);
      assert.match(error.message, /9999_last\.sql/);
      return true;
    });
  });

  it("are refused when a file that was applied has changed since", async () => {
    await write("0001_one.sql", "create table one (n int);");
    await migrate(empty.config, { folder });
    await write("0001_one.sql", "create table other (n int);");
    await assert.rejects(migrate(empty.config, { folder }), SchemaError);
  });

  it("let other statements through while a long transaction holds what they change", async () => {
    await write("0001_one.sql", "create table one (n int);");
    await migrate(empty.config, { folder });
    await write("0002_more.sql", "alter table one add column more int;");
    const [long, other] = [await connect(), await connect()];
    await long.query("begin");
    await long.query("select * from one");
    const migrated = migrate(empty.config, { folder, lockMs: 100, pauseMs: 200 });
    await soon("the migration waits", async () => {
      const waiting = "select 1 from pg_locks where not granted and relation = 'one'::regclass";
      return (await long.query(waiting)).rowCount === 1;
    });
    // Behind a migration that goes on waiting, this would wait as long as the transaction lasts.
    await other.query("set statement_timeout = '5s'");
    await other.query("select * from one");
    await long.query("commit");
    assert.deepEqual(await migrated, ["0002_more.sql"]);
  });

  it("give up with a sentence when what they change is held for too long", async () => {
    await write("0001_one.sql", "create table one (n int);");
    await migrate(empty.config, { folder });
    await write("0002_more.sql", "alter table one add column more int;");
    const long = await connect();
    await long.query("begin");
    await long.query("select * from one");
    await assert.rejects(
      migrate(empty.config, { folder, lockMs: 20, pauseMs: 20, patienceMs: 300 }),
      (error) => {
        assert.ok(error instanceof SchemaError);
        assert.match(error.message, /0002_more\.sql/);
        return true;
      },
    );
    assert.deepEqual(await applied(long), ["0001_one.sql"]);
  });

  describe("that say -- no transaction", () => {
    const INDEX = "-- no transaction\n-- Why.\ncreate index concurrently one_n on one (n);\n";
    const isValid = async (client: pg.Client): Promise<boolean> => {
      const { rows } = await client.query(
        "select indisvalid from pg_index where indexrelid = to_regclass('one_n')",
      );
      return rows[0]?.indisvalid === true;
    };

    it("build an index while others write, whichever of two instances does it", async () => {
      await write("0001_one.sql", "create table one (n int);");
      await migrate(empty.config, { folder });
      await write("0002_index.sql", INDEX);
      const [writer, other] = [await connect(), await connect()];
      await writer.query("begin");
      await writer.query("insert into one values (1)");
      const migrated = Promise.all([migrate(empty.config, { folder }), migrate(empty.config, { folder })]);
      await soon("the index is begun", async () => {
        return (await other.query("select 1 where to_regclass('one_n') is not null")).rowCount === 1;
      });
      await other.query("set statement_timeout = '5s'");
      await other.query("insert into one values (2)");
      await writer.query("commit");
      assert.deepEqual((await migrated).flat(), ["0002_index.sql"]);
      assert.ok(await isValid(writer));
    });

    it("build the index anew that a dead instance left unfinished, and keep one that it finished", async () => {
      await write("0001_one.sql", "create table one (n int); insert into one values (1), (1);");
      await migrate(empty.config, { folder });
      const client = await connect();
      // As a build that was cut off leaves it.
      await assert.rejects(client.query("create unique index concurrently one_n on one (n)"));
      assert.ok(!(await isValid(client)));
      await write("0002_index.sql", INDEX);
      assert.deepEqual(await migrate(empty.config, { folder }), ["0002_index.sql"]);
      assert.ok(await isValid(client));
      await client.query("delete from applied_migrations where name = '0002_index.sql'");
      assert.deepEqual(await migrate(empty.config, { folder }), ["0002_index.sql"]);
      assert.ok(await isValid(client));
    });

    it("hold nothing else, because what is half done could not be taken back", async () => {
      await write("0001_one.sql", "-- no transaction\ncreate table one (n int);\n");
      await assert.rejects(migrate(empty.config, { folder }), /0001_one\.sql/);
    });
  });
});
