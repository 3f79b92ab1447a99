import { z } from "zod";
import { Cancel } from "#change/cancel.ts";
import type { Person } from "#change/person.ts";
import type { Sql } from "#store/postgres/database.ts";

const Row = z.object({
  cancel_by: z.unknown(),
  cancel_reason: z.string().nullable(),
  cancel_at: z.date().nullable(),
});

/** Reads who cancelled a change out of its row, or null. */
export function toCancel(row: unknown): Cancel | null {
  const { cancel_by: by, cancel_reason: reason, cancel_at: at } = Row.parse(row);
  return at === null ? null : Cancel.parse({ by, reason, at });
}

/** Who cancelled a change, or null. Read before each spawn: after it nothing goes forward. */
export async function findCancel(sql: Sql, changeId: string): Promise<Cancel | null> {
  const { rows } = await sql.query("select cancel_by, cancel_reason, cancel_at from changes where id = $1", [
    changeId,
  ]);
  return rows[0] === undefined ? null : toCancel(rows[0]);
}

/** Writes that somebody wants a change stopped: the first one's name stays. `error` null leaves what stands there. */
export async function markCancelled(
  sql: Sql,
  changeId: string,
  given: { by: Person; reason: string | null; error: string | null },
): Promise<void> {
  await sql.query(
    `update changes set stop_asked = true, error = coalesce($4, error),
       cancel_by = case when cancel_at is null then $2 else cancel_by end,
       cancel_reason = case when cancel_at is null then $3 else cancel_reason end,
       cancel_at = coalesce(cancel_at, now()) where id = $1`,
    [changeId, JSON.stringify(given.by), given.reason, given.error],
  );
}

/** Takes a change that nobody owns out of everybody's reach: a frozen owner's epoch is over. False when somebody owns it. */
export async function takeUnowned(sql: Sql, changeId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update changes set lease_owner = null, lease_until = null, lease_epoch = lease_epoch + 1
     where id = $1 and (lease_until is null or lease_until <= now())`,
    [changeId],
  );
  return rowCount === 1;
}

/** Whether somebody has asked for a stop that is not done yet. */
export async function isStopAsked(sql: Sql, changeId: string): Promise<boolean> {
  return (await findStopAsked(sql, [changeId])).length > 0;
}

/** Those of these changes that are to be stopped. */
export async function findStopAsked(sql: Sql, changeIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    "select id from changes where id = any ($1::uuid[]) and stop_asked",
    [changeIds],
  );
  return rows.map(({ id }) => id);
}

/** The stop is done: the change has ended, or an operator is asked. */
export async function clearStop(sql: Sql, changeId: string): Promise<void> {
  await sql.query("update changes set stop_asked = false where id = $1", [changeId]);
}
