import { type Migration, SchemaError } from "./apply-migration.ts";
import type { Sql } from "./database.ts";

/** Where an older version keeps its tables, and which migrations made them. */
type Old = { place: string; applied: ReadonlySet<string> };

/** Finds them by our first migration, applied with our content; another program's `migrations` are none. */
export async function findOld(
  sql: Sql,
  places: readonly string[],
  files: readonly Migration[],
): Promise<Old | null> {
  for (const place of places) {
    const { rowCount } = await sql.query(
      `select 1 from pg_attribute where attrelid = to_regclass($1) and attname in ('name', 'sha256') and not attisdropped
         and has_table_privilege(attrelid, 'select') having count(*) = 2`,
      [`${place}.migrations`],
    );
    if (rowCount !== 1) continue;
    const { rows } = await sql.query<{ name: string; sha256: string }>(
      `select name::text, sha256::text from ${place}.migrations`,
    );
    const [first] = files;
    const isOurs = rows.some(({ name, sha256 }) => name === first?.name && sha256 === first.sha256);
    if (isOurs) return { place, applied: new Set(rows.map(({ name }) => name)) };
  }
  return null;
}

/**
 * Moves exactly what our migrations made there: their tables, with indexes, sequences and triggers, and their functions. Not
 * while an older instance lives: every statement of it would fail from then on, in the middle of a run too.
 */
export async function moveOld(sql: Sql, old: Old, files: readonly Migration[]): Promise<void> {
  const { place } = old;
  // From here on nobody takes a lease.
  await sql.query(`lock table ${place}.changes in access exclusive mode`);
  await refuseWhileOldLives(sql, place);
  const texts = files.filter(({ name }) => old.applied.has(name)).map(({ text }) => text);
  const made = (what: RegExp) => texts.flatMap((text) => [...text.matchAll(what)].map(([, name]) => name));
  for (const table of made(/^create table (\w+)/gm))
    await sql.query(`alter table if exists ${place}.${table} set schema greenlight`);
  const functions = await sql.query<{ name: string }>(
    "select oid::regprocedure::text as name from pg_proc where pronamespace = $1::regnamespace and proname = any($2)",
    [place, made(/^create function (\w+)/gm)],
  );
  for (const { name } of functions.rows) await sql.query(`alter function ${name} set schema greenlight`);
  await sql.query(`alter table ${place}.migrations set schema greenlight`);
  await sql.query("alter table migrations rename to applied_migrations");
}

const WHY =
  "This version moves the tables into a schema of their own, once, and nothing older can work on them after.";

async function refuseWhileOldLives(sql: Sql, place: string): Promise<void> {
  const leases = await sql.query<{ owner: string; until: string }>(
    `select lease_owner as owner, to_char(lease_until at time zone 'utc', 'HH24:MI:SS') as until from ${place}.changes
     where lease_owner is not null and lease_until > clock_timestamp() order by lease_until desc limit 1`,
  );
  const [lease] = leases.rows;
  if (lease !== undefined) {
    throw new SchemaError(
      `An older Greenlight (${lease.owner}) works on a change of this database, at least until ${lease.until} UTC. ${WHY} Stop every older instance, and start again after that.`,
    );
  }
  const connected = await sql.query<{ pid: number; from: string; since: string }>(
    `select pid, coalesce(host(client_addr), 'this machine') as from,
       to_char(backend_start at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') as since from pg_stat_activity
     where datname = current_database() and application_name in ('greenlight', 'greenlight-listen')
     order by backend_start limit 1`,
  );
  const [one] = connected.rows;
  if (one !== undefined) {
    throw new SchemaError(
      `An older Greenlight is connected to this database, from ${one.from} since ${one.since} UTC (process ${one.pid} of the server). ${WHY} Stop every older instance, and start again.`,
    );
  }
}
