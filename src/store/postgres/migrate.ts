import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { createCheckpointer } from "#store/checkpointer.ts";
import { type Database, openDatabase, type Sql } from "./database.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "migrations");

/** One arbitrary number every instance agrees on: "GREENLIT" squeezed into a bigint. */
const LOCK = "5132418832574104404";

/** How long an instance waits for another one's migration before it says so. */
const LOCK_TIMEOUT_MS = 120_000;

/**
 * Brings the database to this version: our numbered files and LangGraph's own tables, under one advisory lock, so that
 * any number of instances may start at once (measured: PostgresSaver.setup() alone fails in 20 of 20 such starts).
 * Returns the names of the files it applied. Throws when a file that was applied before has changed since.
 */
export async function migrate(config: pg.PoolConfig): Promise<string[]> {
  // A pool of its own: the lock's connection must not be one that setup() waits for.
  const database = openDatabase({ ...config, max: 2, statement_timeout: LOCK_TIMEOUT_MS });
  try {
    return await withLock(database, async () => {
      const applied = await applyFiles(database);
      await createCheckpointer(database).setup();
      return applied;
    });
  } finally {
    await database.close();
  }
}

async function withLock<Result>(database: Database, work: () => Promise<Result>): Promise<Result> {
  const client = await database.pool.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [LOCK]);
    return await work();
  } finally {
    // Closing the connection gives the lock back, whatever state it is in.
    client.release(true);
  }
}

async function applyFiles(database: Database): Promise<string[]> {
  await database.query(
    "create table if not exists migrations (name text primary key, sha256 text not null, at timestamptz not null default now())",
  );
  const known = await database.query<{ name: string; sha256: string }>("select name, sha256 from migrations");
  const hashes = new Map(known.rows.map((row) => [row.name, row.sha256]));
  const applied: string[] = [];
  for (const name of (await readdir(FOLDER)).filter((file) => file.endsWith(".sql")).sort()) {
    const text = await readFile(join(FOLDER, name), "utf8");
    const sha256 = createHash("sha256").update(text).digest("hex");
    const before = hashes.get(name);
    if (before === undefined) {
      await database.transaction((sql) => applyFile(sql, name, text, sha256));
      applied.push(name);
    } else if (before !== sha256) {
      throw new Error(
        `Migration ${name} was applied to this database with other content. Migrations only go forward: restore the file and add a new one.`,
      );
    }
  }
  return applied;
}

async function applyFile(sql: Sql, name: string, text: string, sha256: string): Promise<void> {
  await sql.query("insert into migrations (name, sha256) values ($1, $2)", [name, sha256]);
  await sql.query(text);
}
