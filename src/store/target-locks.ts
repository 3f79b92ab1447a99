import { z } from "zod";
import { HeldTarget } from "#change/listed.ts";
import type { Sql } from "#store/postgres/database.ts";
import { wake } from "#store/postgres/notify.ts";

/** Takers come one after the other: whether two targets meet is more than an index can say. Held for milliseconds. */
const TAKERS_LOCK = "5120986337119845523";

/** A target of another change that comes first: it holds it, or waits for it longer. */
export type Ahead = { changeId: string; target: string };

const Rows = z.array(z.object({ change_id: z.string(), target: z.string() }));

/** What a change would touch, as it was assessed, whether it holds all of that already, and whether it has ended. */
export async function findTargets(
  sql: Sql,
  changeId: string,
): Promise<{ targets: string[]; areHeld: boolean; hasEnded: boolean }> {
  const { rows } = await sql.query<{ targets: string[]; held: number; ended: boolean }>(
    `select targets, ended_at is not null as ended, (select count(*)::int from target_locks l where l.change_id = c.id and l.target = any (c.targets)) as held
     from changes c where id = $1`,
    [changeId],
  );
  const targets = rows[0]?.targets ?? [];
  return { targets, areHeld: rows[0]?.held === targets.length, hasEnded: rows[0]?.ended ?? true };
}

/**
 * Everything that other changes hold, then what those wait for that were blocked before this one, the oldest first. The
 * caller is the only taker until its transaction ends.
 */
export async function findAhead(sql: Sql, changeId: string): Promise<Ahead[]> {
  await sql.query("select pg_advisory_xact_lock($1)", [TAKERS_LOCK]);
  const { rows } = await sql.query(
    `select change_id, target from (
       select 0 as rank, taken_at as since, change_id, target from target_locks where change_id <> $1
       union all
       select 1, w.blocked_since, w.id, unnest(w.targets) from changes w, changes me
       where me.id = $1 and w.id <> me.id and w.status = 'blocked' and w.blocked_by is not null
         and (me.blocked_since is null or (w.blocked_since, w.id) < (me.blocked_since, me.id))
     ) ahead order by rank, since, change_id, target`,
    [changeId],
  );
  return Rows.parse(rows).map((row) => ({ changeId: row.change_id, target: row.target }));
}

/** Takes them, all of them; the caller has seen that nobody is ahead. */
export async function insertLocks(sql: Sql, changeId: string, targets: readonly string[]): Promise<void> {
  await sql.query(
    "insert into target_locks (target, change_id) select unnest($2::text[]), $1 on conflict do nothing",
    [changeId, targets],
  );
  await sql.query(
    "update changes set blocked_by = null, blocked_target = null, blocked_since = null where id = $1",
    [changeId],
  );
}

/**
 * Writes whom a change waits for; its place in the line is the one it got first. False when that was known. The place is
 * behind all others, whenever this transaction began and whatever the clock says: of two changes that each stood before
 * the other, both would wait for ever. The caller is the only taker.
 */
export async function markBlocked(sql: Sql, changeId: string, by: Ahead): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update changes set blocked_by = $2, blocked_target = $3, blocked_since = coalesce(blocked_since, greatest(
       clock_timestamp(), (select max(blocked_since) + interval '1 microsecond' from changes where status = 'blocked')))
     where id = $1 and (blocked_by, blocked_target) is distinct from ($2, $3)`,
    [changeId, by.changeId, by.target],
  );
  return rowCount === 1;
}

/**
 * Gives back what a change holds, and calls those who wait for it, the oldest first. In the transaction that ends the
 * change or takes its locks away, after that has locked the change's row: see isAhead. Returns what was given back.
 */
export async function releaseTargets(sql: Sql, changeId: string): Promise<string[]> {
  const { rows } = await sql.query<{ target: string }>(
    "delete from target_locks where change_id = $1 returning target",
    [changeId],
  );
  const { rowCount } = await sql.query(
    `update changes set work_wanted = work_wanted + 1, work_wanted_at = blocked_since
     where blocked_by = $1 and status = 'blocked'`,
    [changeId],
  );
  if (rowCount !== 0) await wake(sql, "work");
  return rows.map(({ target }) => target).toSorted();
}

/**
 * Whether that change still comes first. Waits for a transaction that is ending it: either that one sees who is blocked,
 * or this one sees that it ended. To be asked in a transaction of its own, after the one that wrote `blocked_by`.
 */
export async function isAhead(sql: Sql, changeId: string): Promise<boolean> {
  await sql.query("select 1 from changes where id = $1 for share", [changeId]);
  const { rowCount } = await sql.query(
    `select 1 from changes c where c.id = $1 and ((c.status = 'blocked' and c.blocked_by is not null)
       or exists (select 1 from target_locks l where l.change_id = c.id))`,
    [changeId],
  );
  return rowCount === 1;
}

/** What should not be there: locks of changes that ended, and changes that wait for one that is not ahead any more. Returns how many were mended. */
export async function sweepTargets(sql: Sql): Promise<number> {
  const left = await sql.query(
    "delete from target_locks l using changes c where c.id = l.change_id and c.ended_at is not null",
  );
  const forgotten = await sql.query(
    `update changes c set work_wanted = work_wanted + 1, work_wanted_at = blocked_since
     where c.status = 'blocked' and c.lease_owner is null and c.work_wanted = c.work_done
       and not exists (select 1 from target_locks l where l.change_id = c.blocked_by)
       and not exists (select 1 from changes h where h.id = c.blocked_by and h.status = 'blocked')`,
  );
  const mended = (left.rowCount ?? 0) + (forgotten.rowCount ?? 0);
  if (mended > 0) await wake(sql, "work");
  return mended;
}

/** What these changes hold, the longest held first; `waiting`: how many changes wait for it. */
export async function findHeld(sql: Sql, ids: readonly string[]): Promise<HeldTarget[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query(
    `select l.target, l.change_id as "changeId", l.taken_at as since,
       (select count(*)::int from changes w where w.blocked_by = l.change_id and w.status = 'blocked'
         and w.blocked_target = l.target) as waiting
     from target_locks l where l.change_id = any ($1) order by l.taken_at, l.target limit 100`,
    [ids],
  );
  return z.array(HeldTarget).parse(rows);
}
