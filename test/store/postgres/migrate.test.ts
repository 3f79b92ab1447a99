import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { it } from "node:test";
import pg from "pg";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase } from "#test/support/postgres.ts";

it("brings an empty database up once when eight instances start at the same moment", async () => {
  const empty = await createDatabase({ migrate: async () => undefined });
  try {
    const applied = await Promise.all(Array.from({ length: 8 }, () => migrate(empty.config)));
    assert.deepEqual(
      applied.flat(),
      (await readdir(new URL("../../../migrations/", import.meta.url))).toSorted(),
    );
    const client = new pg.Client(empty.config);
    await client.connect();
    const { rows } = await client.query(
      "select count(*)::int as count from information_schema.tables where table_schema = 'greenlight_graph'",
    );
    await client.end();
    assert.ok(rows[0].count >= 4);
  } finally {
    await empty.drop();
  }
});
