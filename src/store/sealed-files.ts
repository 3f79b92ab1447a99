import { z } from "zod";
import type { Sql } from "#store/postgres/database.ts";

/** Which file: `name` tells several of one step apart (`plan`). */
export type SealedFileKey = { changeId: string; revision: number; step: number; name: string };

/** A file whose bytes were sealed before they got here. `sha256` is of the bytes before; `path` is where they must lie. */
export type SealedFile = SealedFileKey & { sha256: string; sealed: Buffer; path: string };

/**
 * Names that begin so are states terraform could not store. They outlive their change: they are the only record of what
 * terraform made, and a person still has to push them.
 */
export const ERRORED_STATE = "errored.tfstate";

/** Keeps a file. The same key again replaces it: a preview made again after a crash is the one that counts. */
export async function insertSealedFile(sql: Sql, file: SealedFile): Promise<void> {
  await sql.query(
    `insert into sealed_files (change_id, revision, step, name, sha256, sealed, path)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (change_id, revision, step, name) do update
       set sha256 = excluded.sha256, sealed = excluded.sealed, path = excluded.path, created_at = now()`,
    [...keyValues(file), file.sha256, file.sealed, file.path],
  );
}

/** The file as it was kept, still sealed, or null. */
export async function findSealedFile(sql: Sql, key: SealedFileKey): Promise<SealedFile | null> {
  const { rows } = await sql.query<Row>(
    `select sha256, sealed, path from sealed_files
     where change_id = $1 and revision = $2 and step = $3 and name = $4`,
    keyValues(key),
  );
  return rows[0] === undefined ? null : { ...key, ...Row.parse(rows[0]) };
}

/** The bytes of a file of the newest revision that has one, still sealed, or null. */
export async function findLatestSealedFile(
  sql: Sql,
  { changeId, step, name }: Omit<SealedFileKey, "revision">,
): Promise<Buffer | null> {
  const { rows } = await sql.query<{ sealed: Buffer }>(
    `select sealed from sealed_files where change_id = $1 and step = $2 and name = $3
     order by revision desc limit 1`,
    [changeId, step, name],
  );
  return rows[0]?.sealed ?? null;
}

/** A state terraform could not store, still sealed, and when it was kept. */
export type ErroredState = SealedFile & { keptAt: Date };

/** Those of a change, the newest first; none where that is no change's id, but what somebody typed. */
export async function findErroredStates(sql: Sql, changeId: string): Promise<ErroredState[]> {
  if (!z.guid().safeParse(changeId).success) return [];
  const { rows } = await sql.query<StateRow>(
    `select revision, step, name, sha256, sealed, path, created_at from sealed_files
     where change_id = $1 and starts_with(name, $2) order by created_at desc`,
    [changeId, ERRORED_STATE],
  );
  return rows.map((row) => {
    const { created_at: keptAt, ...file } = StateRow.parse(row);
    return { changeId, ...file, keptAt };
  });
}

/** Keeps what a change's previews saw for a day more, because what it left is held against that. Everything else of it is for `deleteSealedFiles`. */
export async function keepStatesForADay(sql: Sql, changeId: string): Promise<void> {
  await sql.query(
    "update sealed_files set forget_at = now() + interval '1 day' where change_id = $1 and name = 'states'",
    [changeId],
  );
}

/** How many files are forgotten at once: a statement stays short, and the next sweep takes the rest. */
const SWEPT_AT_ONCE = 100;

/** Forgets files whose day is over. */
export async function sweepSealedFiles(sql: Sql): Promise<void> {
  await sql.query(
    `delete from sealed_files f using (
       select change_id, revision, step, name from sealed_files where forget_at <= now() order by forget_at limit ${SWEPT_AT_ONCE}
     ) old where f.change_id = old.change_id and f.revision = old.revision and f.step = old.step and f.name = old.name`,
  );
}

/** Forgets what was kept for a change that ended; states terraform could not store stay, and what is kept for a day more. */
export async function deleteSealedFiles(sql: Sql, changeId: string): Promise<void> {
  await sql.query(
    "delete from sealed_files where change_id = $1 and not starts_with(name, $2) and forget_at is null",
    [changeId, ERRORED_STATE],
  );
}

const Row = z.object({ sha256: z.string(), sealed: z.instanceof(Buffer), path: z.string() });
type Row = z.infer<typeof Row>;
const StateRow = Row.extend({ revision: z.int(), step: z.int(), name: z.string(), created_at: z.date() });
type StateRow = z.infer<typeof StateRow>;

function keyValues({ changeId, revision, step, name }: SealedFileKey): unknown[] {
  return [changeId, revision, step, name];
}
