import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import type { EmbeddedConnection } from "#store/embedded/embedded.ts";

/**
 * Fills an empty database with what a version left there, as if it had been a moment ago: every moment in a column is as far
 * from now as it was from the dump, so that nothing in it has run out since. Returns the lines its kubectl had run.
 */
export async function loadFixture(config: EmbeddedConnection, version: string): Promise<string[]> {
  const folder = join(import.meta.dirname, version);
  const text = await readFile(join(folder, "dump.sql"), "utf8");
  const [, dumpedAt] = /^-- dumped at (.+)\n/.exec(text) ?? [];
  const client = new pg.Client(config);
  await client.connect();
  try {
    await client.query(text);
    const { rows } = await client.query<{ place: string; column: string }>(
      `select format('%I.%I', table_schema, table_name) as place, quote_ident(column_name) as column
       from information_schema.columns where data_type = 'timestamp with time zone'
         and table_schema in ('public', 'greenlight_graph')`,
    );
    for (const { place, column } of rows)
      await client.query(
        `update ${place} set ${column} = ${column} + (clock_timestamp() - $1::timestamptz)`,
        [dumpedAt],
      );
  } finally {
    await client.end();
  }
  const lines = (await readFile(join(folder, "ran.txt"), "utf8")).split("\n");
  return lines.filter((line) => line !== "");
}
