import { Look, type LookEnd, type LookKey } from "#change/planning/look.ts";
import type { Sql } from "#store/postgres/database.ts";

/** One that was cut off is made again twice. */
const MOST_ATTEMPTS = 3;

/** More than any revision may have. */
const MOST_LOOKS = 100;

/**
 * Writes that a look begins, or begins again after it was cut off, and returns which attempt it is. Null where it must not be
 * made: it has ended, or was cut off too often, or its number is another command's.
 */
export async function beginLook(
  sql: Sql,
  { changeId, revision, number }: LookKey,
  { argv, dir }: Pick<Look, "argv" | "dir">,
): Promise<number | null> {
  const { rows } = await sql.query<{ attempt: number }>(
    `insert into looks (change_id, revision, number, argv, dir) values ($1, $2, $3, $4, $5)
     on conflict (change_id, revision, number) do update set attempt = looks.attempt + 1, began_at = clock_timestamp()
       where looks.outcome is null and looks.attempt < $6 and looks.argv = excluded.argv and looks.dir = excluded.dir
     returning attempt`,
    [changeId, revision, number, argv, dir, MOST_ATTEMPTS],
  );
  return rows[0]?.attempt ?? null;
}

/** Writes how a look ended, once. False where its end stands there already, or another attempt was begun since. */
export async function finishLook(
  sql: Sql,
  { changeId, revision, number }: LookKey,
  attempt: number,
  { outcome, ran, environments, text, sha256, ms }: LookEnd,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update looks set outcome = $5, environments = $6, shown = $7, sha256 = $8, ms = $9, ran = $10
     where change_id = $1 and revision = $2 and number = $3 and attempt = $4 and outcome is null`,
    [changeId, revision, number, attempt, outcome, environments, text, sha256, ms, ran],
  );
  return rowCount === 1;
}

/** The looks of a revision, in order: those without an end were cut off, or are being made. */
export async function findLooks(sql: Sql, changeId: string, revision: number): Promise<Look[]> {
  const { rows } = await sql.query(
    `select number, argv, dir, attempt, case when outcome is not null then jsonb_build_object(
       'outcome', outcome, 'ran', ran, 'environments', environments, 'text', shown, 'sha256', sha256, 'ms', ms) end as end
     from looks where change_id = $1 and revision = $2 order by number limit ${MOST_LOOKS}`,
    [changeId, revision],
  );
  return rows.map((row) => Look.parse(row));
}

/** Whether any look was begun for a change, in whatever revision. */
export async function hasLooks(sql: Sql, changeId: string): Promise<boolean> {
  const { rows } = await sql.query<{ has: boolean }>(
    "select exists (select 1 from looks where change_id = $1) as has",
    [changeId],
  );
  return rows[0]?.has === true;
}
