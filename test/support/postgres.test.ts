import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { createDatabase, type Migrate } from "./postgres.ts";

test("every test file gets a database of its own, migrated once", async () => {
  let runs = 0;
  const migrate: Migrate = async (config) => {
    runs++;
    await run(config, "create table t as select 1 as n");
  };
  const [one, other] = await Promise.all([createDatabase({ migrate }), createDatabase({ migrate })]);
  await run(one.config, "insert into t values (2)");
  assert.equal((await run(one.config, "select * from t")).rowCount, 2);
  assert.equal((await run(other.config, "select * from t")).rowCount, 1);
  assert.equal(runs, 1);
  await one.drop();
  await assert.rejects(run(one.config, "select 1"), /does not exist/);
  await other.drop();
});

async function run(config: pg.ClientConfig, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}
