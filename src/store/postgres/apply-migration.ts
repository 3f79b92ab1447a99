import { setTimeout as sleep } from "node:timers/promises";
import type { Database, Sql } from "./database.ts";

/** One file of `migrations/`. */
export type Migration = { name: string; sha256: string; text: string };

/** The database cannot be brought to this version; the message says what was found and what to do. */
export class SchemaError extends Error {
  override name = "SchemaError";
}

/**
 * How a migration waits for its locks. While it waits for a table, every other statement on that table waits behind it, so
 * it waits shortly, lets the others through, and tries again.
 */
export type LockPace = { lockMs: number; pauseMs: number; patienceMs: number };

const PACE: LockPace = { lockMs: 1_000, pauseMs: 2_000, patienceMs: 120_000 };

/** The first line of a file that builds indexes while others write, which no transaction can. */
const NO_TRANSACTION = "-- no transaction\n";
const BUILT = /^create (?:unique )?index concurrently (\w+) on\s/;
const DROPPED = /^drop index concurrently if exists \w+$/;

/**
 * Applies one file and notes it, in one transaction. A file that says `-- no transaction` holds only indexes that are built or
 * dropped concurrently, and is safe to be applied again where an earlier try was cut off.
 */
export async function applyFile(database: Database, file: Migration, pace: Partial<LockPace>): Promise<void> {
  const name = `Migration ${file.name}`;
  if (file.text.startsWith(NO_TRANSACTION)) {
    const { patienceMs } = { ...PACE, ...pace };
    return untilUnlocked(name, pace, () => applyIndexes(database, file, patienceMs));
  }
  return underLocks(database, name, pace, async (sql) => {
    await note(sql, file);
    await sql.query(file.text);
  });
}

/** Does `work` in one transaction that waits for no lock for long, and again from its begin until it got them all. */
export async function underLocks(
  database: Database,
  name: string,
  pace: Partial<LockPace>,
  work: (sql: Sql) => Promise<void>,
): Promise<void> {
  const { lockMs } = { ...PACE, ...pace };
  return untilUnlocked(name, pace, () =>
    database.transaction(async (sql) => {
      await sql.query("select set_config('lock_timeout', $1, true)", [`${lockMs}ms`]);
      await work(sql);
    }),
  );
}

async function untilUnlocked(
  name: string,
  given: Partial<LockPace>,
  apply: () => Promise<void>,
): Promise<void> {
  const pace = { ...PACE, ...given };
  const giveUp = performance.now() + pace.patienceMs;
  for (;;) {
    try {
      return await apply();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() > giveUp) {
        throw new SchemaError(
          `${name} found its tables held by other transactions for ${pace.patienceMs / 1000} s. End the long ones (select pid, application_name, xact_start from pg_stat_activity order by xact_start) and start again.`,
          { cause: error },
        );
      }
    }
    await sleep(pace.pauseMs);
  }
}

/** SQLSTATE of a lock that did not come in time, and of two that waited for each other. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(55P03|40P01)$/.test(String(error.code));
}

/** One after the other: nobody waits behind a build, so it may wait for a long transaction as long as the start has patience. */
async function applyIndexes(database: Database, file: Migration, patienceMs: number): Promise<void> {
  const statements = statementsOf(file.text);
  const odd = statements.find((one) => !BUILT.test(one) && !DROPPED.test(one));
  if (odd !== undefined) {
    throw new Error(
      `Migration ${file.name} has no transaction and holds what could not be taken back: ${odd.slice(0, 80)}`,
    );
  }
  const client = await database.pool.connect();
  try {
    await client.query("select set_config('lock_timeout', $1, false)", [`${patienceMs}ms`]);
    for (const statement of statements) {
      const [, index] = BUILT.exec(statement) ?? [];
      if (index === undefined || !(await isBuilt(client, index))) await client.query(statement);
    }
    await note(client, file);
  } finally {
    // With its lock_timeout it is of no use to others.
    client.release(true);
  }
}

/** Whether the index is there and whole. What a build that was cut off left is dropped: it slows writes and serves nobody. */
async function isBuilt(sql: Sql, index: string): Promise<boolean> {
  const { rows } = await sql.query<{ valid: boolean }>(
    "select indisvalid as valid from pg_index where indexrelid = to_regclass($1)",
    [index],
  );
  if (rows[0]?.valid === false) await sql.query(`drop index concurrently ${index}`);
  return rows[0]?.valid === true;
}

/** Comments stand on lines of their own, and no statement of this kind has a semicolon within. */
function statementsOf(text: string): string[] {
  const lines = text.split("\n").filter((line) => !line.startsWith("--"));
  const statements = lines.join("\n").split(";");
  return statements.map((one) => one.trim()).filter((one) => one !== "");
}

async function note(sql: Sql, { name, sha256 }: Migration): Promise<void> {
  await sql.query("insert into applied_migrations (name, sha256) values ($1, $2)", [name, sha256]);
}
