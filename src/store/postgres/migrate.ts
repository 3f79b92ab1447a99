import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { setUpCheckpoints } from "#store/checkpointer.ts";
import { applyFile, type LockPace, type Migration, SchemaError, underLocks } from "./apply-migration.ts";
import { type Database, openDatabase } from "./database.ts";
import { openSchema } from "./own-schema.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "..", "migrations");

/** One arbitrary number every instance agrees on: "GREENLIT" squeezed into a bigint. */
const LOCK = "5132418832574104404";

/** How long an instance waits for another one's migration before it says so. */
const TURN_MS = 120_000;
const TURN_POLL_MS = 100;

/** An index of a large table takes its time, and nobody waits for it but the start. */
const STATEMENT_MS = 3_600_000;

/** How migrations wait for locks; `folder` is the files, of tests. */
export type MigrateOptions = Partial<LockPace & { folder: string }>;

/**
 * Brings the database to this version: our numbered files and LangGraph's own tables, under one advisory lock, so that
 * any number of instances may start at once (measured: PostgresSaver.setup() alone fails in 20 of 20 such starts).
 * Returns the names of the files it applied. Throws SchemaError when the database is of a later version, when a file that
 * was applied before has changed since, and when what a file changes is held by others for too long.
 */
export async function migrate(config: pg.PoolConfig, options: MigrateOptions = {}): Promise<string[]> {
  // A pool of its own: the lock's connection must not be one that setup() waits for.
  // By its own name: an older instance is known by the other one.
  const application_name = "greenlight-migrate";
  const database = openDatabase({ ...config, application_name, max: 2, statement_timeout: STATEMENT_MS });
  try {
    return await inTurn(database, async () => {
      const applied = await applyFiles(database, options);
      await setUpCheckpoints(database);
      return applied;
    });
  } finally {
    await database.close();
  }
}

/**
 * One instance after the other. Asked for again and again, because a session that waits for the lock within a statement
 * holds a snapshot, and an index that is built concurrently waits for all of those: neither came on (measured).
 */
async function inTurn<Result>(database: Database, work: () => Promise<Result>): Promise<Result> {
  const client = await database.pool.connect();
  const giveUp = performance.now() + TURN_MS;
  try {
    while (!(await takesTurn(client))) {
      if (performance.now() > giveUp) {
        throw new SchemaError(
          `Another instance has been changing this database's tables for ${TURN_MS / 1000} s. Start again once it is done.`,
        );
      }
      await sleep(TURN_POLL_MS);
    }
    return await work();
  } finally {
    // Closing the connection gives the lock back, whatever state it is in.
    client.release(true);
  }
}

async function takesTurn(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [LOCK]);
  return rows[0]?.taken === true;
}

async function applyFiles(
  database: Database,
  { folder = FOLDER, ...pace }: MigrateOptions,
): Promise<string[]> {
  const files = await readFiles(folder);
  await underLocks(database, "The move into a schema of its own", pace, (sql) => openSchema(sql, files));
  const { rows } = await database.query<Omit<Migration, "text">>(
    "select name, sha256 from applied_migrations",
  );
  refuseForeign(rows, files);
  const before = new Set(rows.map(({ name }) => name));
  const missing = files.filter(({ name }) => !before.has(name));
  for (const file of missing) await applyFile(database, file, pace);
  await bindFunctions(database);
  return missing.map(({ name }) => name);
}

/**
 * A function runs by the path of whoever sets it off: an administrator who mends a row would run what anybody put into
 * `public` by the name of ours.
 */
async function bindFunctions(database: Database): Promise<void> {
  const { rows } = await database.query<{ name: string }>(
    "select oid::regprocedure::text as name from pg_proc where pronamespace = 'greenlight'::regnamespace and proconfig is null",
  );
  for (const { name } of rows)
    await database.query(`alter function ${name} set search_path = greenlight, pg_temp`);
}

async function readFiles(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((file) => file.endsWith(".sql")).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), "utf8");
      return { name, text, sha256: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

/** An older program would read and write tables that mean something else by now. */
function refuseForeign(applied: readonly Omit<Migration, "text">[], files: readonly Migration[]): void {
  const hashes = new Map(files.map(({ name, sha256 }) => [name, sha256]));
  const later = applied.map(({ name }) => name).filter((name) => !hashes.has(name));
  const last = later.toSorted().at(-1);
  if (last !== undefined) {
    throw new SchemaError(
      `This database has the migration ${last}, which this version of Greenlight does not know. Run the newer version, or restore a backup of the database from before it.`,
    );
  }
  const changed = applied.find(({ name, sha256 }) => hashes.get(name) !== sha256);
  if (changed !== undefined) {
    throw new SchemaError(
      `Migration ${changed.name} was applied to this database with other content. Migrations only go forward: restore the file and add a new one.`,
    );
  }
}
