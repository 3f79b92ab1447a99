import { z } from "zod";
import { LaterLook } from "#change/fact.ts";
import type { Sql } from "#store/postgres/database.ts";

/** A look that somebody has at hand. `claim` is this very claim's own. */
export type ClaimedLook = { changeId: string; number: number; claim: string };

/**
 * Writes when a change that has just ended is looked at again, `afterMs` each, and returns whether it is: only where kubectl
 * objects were read back and were good, because only those can be held against something.
 */
export async function insertLaterLooks(
  sql: Sql,
  changeId: string,
  afterMs: readonly number[],
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into later_looks (change_id, number, due_at)
     select c.id, a.number, clock_timestamp() + make_interval(secs => a.ms / 1000.0)
     from changes c, unnest($2::float8[]) with ordinality a (ms, number)
     where c.id = $1 and exists (
       select 1 from jsonb_array_elements(c.review -> 'facts') f, jsonb_array_elements(c.plan -> 'plan') s
       where f ->> 'state' = 'good' and s -> 'step' = f -> 'step' and s ->> 'tool' = 'kubectl')
     on conflict do nothing`,
    [changeId, afterMs],
  );
  return (rowCount ?? 0) > 0;
}

const FREE_AT = "greatest(l.due_at, l.claimed_until)";
/** After an outage both looks of a change may be due: side by side they would tell the same twice. */
const IS_NEXT = `not exists (
  select 1 from later_looks earlier where earlier.change_id = l.change_id and earlier.number < l.number)`;

/** In how many ms the next look may be claimed; null where there is none. */
export async function msUntilLaterLook(sql: Sql): Promise<number | null> {
  const { rows } = await sql.query<{ ms: number }>(
    `select (extract(epoch from ${FREE_AT} - clock_timestamp()) * 1000)::float8 as ms
     from later_looks l where ${IS_NEXT} order by ${FREE_AT} limit 1`,
  );
  return rows[0]?.ms ?? null;
}

/** Claims the look that has been due the longest, for `leaseMs`; null where none is due. Whoever dies with it loses it then. */
export async function claimLaterLook(sql: Sql, claim: string, leaseMs: number): Promise<ClaimedLook | null> {
  const { rows } = await sql.query<{ change_id: string; number: number }>(
    `update later_looks l set claimed_by = $1, claimed_until = clock_timestamp() + make_interval(secs => $2 / 1000.0)
     from (select change_id, number from later_looks l where ${FREE_AT} <= statement_timestamp() and ${IS_NEXT}
       order by ${FREE_AT} limit 1 for update skip locked) next
     where l.change_id = next.change_id and l.number = next.number returning l.change_id, l.number`,
    [claim, leaseMs],
  );
  const row = rows[0];
  return row === undefined ? null : { changeId: row.change_id, number: row.number, claim };
}

/** Gives a claim back, so that another instance need not wait for its end. */
export async function letGoLaterLook(sql: Sql, { changeId, number, claim }: ClaimedLook): Promise<void> {
  await sql.query(
    "update later_looks set claimed_by = null, claimed_until = null where change_id = $1 and number = $2 and claimed_by = $3",
    [changeId, number, claim],
  );
}

/**
 * Ends a claimed look with what it found, in the caller's transaction. False when it is somebody else's by now, or is not to
 * be made any more: then nothing was written, and nothing may be said.
 */
export async function finishLaterLook(
  sql: Sql,
  { changeId, number, claim }: ClaimedLook,
  facts: LaterLook["facts"],
): Promise<boolean> {
  const { rowCount } = await sql.query(
    "delete from later_looks where change_id = $1 and number = $2 and claimed_by = $3",
    [changeId, number, claim],
  );
  if (rowCount !== 1) return false;
  await sql.query(
    `update changes set later_looks = later_looks || jsonb_build_array(jsonb_build_object(
       'number', $2::int, 'at', clock_timestamp(), 'facts', $3::jsonb))
     where id = $1`,
    [changeId, number, JSON.stringify(facts)],
  );
  return true;
}

const Looked = z.array(z.object({ id: z.uuid(), targets: z.array(z.string()) }));

/** The changes that are still to be looked at, with what they touched: those that ended within the last minutes. */
export async function findLookedAt(sql: Sql): Promise<{ id: string; targets: string[] }[]> {
  const { rows } = await sql.query(
    `select c.id, c.targets from (select distinct change_id from later_looks) l join changes c on c.id = l.change_id`,
  );
  return Looked.parse(rows);
}

/** These are not looked at any more. */
export async function deleteLaterLooks(sql: Sql, changeIds: readonly string[]): Promise<void> {
  await sql.query("delete from later_looks where change_id = any ($1::uuid[])", [changeIds]);
}

/** Reads the column of what was found. */
export function toLaterLooks(value: unknown): LaterLook[] {
  return z.array(LaterLook).parse(value ?? []);
}
