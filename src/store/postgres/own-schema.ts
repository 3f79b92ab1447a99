import { GRAPH_SCHEMA } from "#store/checkpointer.ts";
import { type Migration, SchemaError } from "./apply-migration.ts";
import type { Sql } from "./database.ts";
import { findOld, moveOld } from "./move-old.ts";

/**
 * Sees to it that our schema is there and is ours, and moves into it what a version before it left beside other people's
 * tables. `sql` is one transaction. Throws SchemaError when the schema is somebody else's or may not be made, and when an
 * older instance still works on what would be moved.
 */
export async function openSchema(sql: Sql, files: readonly Migration[]): Promise<void> {
  const schema = await makeSchema(sql);
  await makeGraphSchema(sql);
  if (schema === "filled") return;
  const places = await placesOfOld(sql);
  const old = await findOld(sql, places, files);
  if (old === null) {
    await sql.query(
      "create table applied_migrations (name text primary key, sha256 text not null, at timestamptz not null default now())",
    );
  } else await moveOld(sql, old, files);
  await bar(sql, "greenlight");
  const [first] = places;
  if (first !== undefined) await bar(sql, first);
}

/** A superuser counts as a member of every role. */
const IS_OURS =
  "pg_get_userbyid(nspowner) = current_user or (current_setting('is_superuser') = 'off' and pg_has_role(nspowner, 'usage'))";

/** LangGraph's tables are made with `if not exists`: ones that somebody put there, with a trigger, would be taken as they are. */
async function makeGraphSchema(sql: Sql): Promise<void> {
  const { rows } = await sql.query<{ ours: boolean }>(
    `select ${IS_OURS} as ours from pg_namespace where nspname = $1`,
    [GRAPH_SCHEMA],
  );
  const [found] = rows;
  if (found === undefined) return createSchema(sql, GRAPH_SCHEMA);
  if (found.ours) return;
  throw new SchemaError(
    `This database has a schema ${GRAPH_SCHEMA} that is not Greenlight's: another user owns it. Give Greenlight a database of its own, or rename that schema.`,
  );
}

/** Owned by somebody else it could hold functions and triggers of theirs, which would run as us. */
async function makeSchema(sql: Sql): Promise<"filled" | "empty"> {
  const { rows } = await sql.query<{ ours: boolean; tables: string[] }>(
    `select ${IS_OURS} as ours,
       array(select relname::text from pg_class where relnamespace = n.oid and relkind in ('r', 'v', 'm', 'p', 'f')) as tables
     from pg_namespace n where nspname = 'greenlight'`,
  );
  const [found] = rows;
  if (found === undefined) await createSchema(sql, "greenlight");
  if (found === undefined || (found.ours && found.tables.length === 0)) return "empty";
  if (found.ours && found.tables.includes("applied_migrations")) return "filled";
  const why = found.ours ? "other tables stand in it" : "another user owns it";
  throw new SchemaError(
    `This database has a schema greenlight that is not Greenlight's: ${why}. Give Greenlight a database of its own, or rename that schema.`,
  );
}

async function createSchema(sql: Sql, name: string): Promise<void> {
  const { rows } = await sql.query<{ may: boolean; who: string; where: string }>(
    "select has_database_privilege(current_database(), 'create') as may, quote_ident(current_user) as who, quote_ident(current_database()) as where",
  );
  const [{ may, who, where } = { may: false, who: "?", where: "?" }] = rows;
  if (!may) {
    throw new SchemaError(
      `The database user ${who} may not make the schema that Greenlight keeps its tables in. Run as an administrator: grant create on database ${where} to ${who}`,
    );
  }
  await sql.query(`create schema ${name}`);
}

/** Where the statements of older versions went, which named no schema: by the path of this user, database and address. */
async function placesOfOld(sql: Sql): Promise<string[]> {
  await sql.query("set local search_path to default");
  const { rows } = await sql.query<{ place: string }>(
    "select quote_ident(place) as place from unnest(current_schemas(false)) place where place <> 'greenlight'",
  );
  await sql.query("set local search_path to greenlight, pg_temp");
  return rows.map(({ place }) => place);
}

/**
 * A version before this one would make all its tables anew where it looks for them, and serve. It reads `migrations` first,
 * and stops at one that was applied with other content, or that it does not know. The user may be called greenlight, whose own
 * schema is looked at first.
 */
async function bar(sql: Sql, place: string): Promise<void> {
  const { rows } = await sql.query<{ may: boolean }>(
    "select has_schema_privilege($1::regnamespace, 'create') and to_regclass($1 || '.migrations') is null as may",
    [place],
  );
  if (rows[0]?.may !== true) return;
  await sql.query(
    `create table ${place}.migrations (name text, sha256 text, at timestamptz not null default now())`,
  );
  await sql.query(`insert into ${place}.migrations (name, sha256) values
    ('0001_changes.sql', 'its tables stand in the schema greenlight'), ('9999_moved_to_schema_greenlight.sql', '')`);
}
