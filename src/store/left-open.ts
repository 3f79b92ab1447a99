import { z } from "zod";
import { OpenHere } from "#change/blocked.ts";
import type { Sql } from "#store/postgres/database.ts";

/** From now on these are free in so many minutes, unless the change goes on before: it waits for a person. */
export async function freeTargetsIn(sql: Sql, changeId: string, minutes: number): Promise<void> {
  await sql.query(
    "update target_locks set free_at = now() + make_interval(secs => $2::float8 * 60) where change_id = $1",
    [changeId, minutes],
  );
}

/** The change goes on, and holds its targets for as long as that takes. */
export async function keepTargets(sql: Sql, changeId: string): Promise<void> {
  await sql.query("update target_locks set free_at = null where change_id = $1 and free_at is not null", [
    changeId,
  ]);
}

/** How many changes are let go of at once; the next sweep takes the rest. */
const AT_ONCE = 20;

/** Changes whose targets are to be free by now. */
export async function findOverdue(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ change_id: string }>(
    `select distinct change_id from (
       select change_id from target_locks where free_at <= now() order by free_at limit ${AT_ONCE}) due`,
  );
  return rows.map(({ change_id }) => change_id);
}

/** Remembers that a change lost these targets while a person is asked about it. */
export async function insertLeftOpen(sql: Sql, changeId: string, targets: readonly string[]): Promise<void> {
  await sql.query(
    "insert into left_open (change_id, targets) values ($1, $2) on conflict (change_id) do update set targets = excluded.targets",
    [changeId, targets],
  );
}

/** It has ended, or holds its targets again. */
export async function deleteLeftOpen(sql: Sql, changeId: string): Promise<void> {
  await sql.query("delete from left_open where change_id = $1", [changeId]);
}

const Rows = z.array(z.object({ change_id: z.uuid(), targets: z.array(z.string()) }));
/** Of more than this many the newest are told. */
const MOST_OPEN = 200;

/** The changes that lost their targets and still wait for a person, but this one. */
export async function findLeftOpen(
  sql: Sql,
  changeId: string,
): Promise<{ changeId: string; targets: string[] }[]> {
  const { rows } = await sql.query(
    `select o.change_id, o.targets from left_open o join changes c on c.id = o.change_id
     where c.status = 'needs_person' and o.change_id <> $1 order by c.created_at desc limit ${MOST_OPEN}`,
    [changeId],
  );
  return Rows.parse(rows).map((row) => ({ changeId: row.change_id, targets: row.targets }));
}

/** Writes which of them stand on this change's targets. */
export async function markOpenHere(sql: Sql, changeId: string, ids: readonly string[]): Promise<void> {
  await sql.query(
    "update changes set open_here = $2::uuid[] where id = $1 and open_here is distinct from $2::uuid[]",
    [changeId, ids],
  );
}

/** Those of them that still stand open, as one JSON column of the change `c`. */
export const OPEN_HERE = `
  (select jsonb_agg(jsonb_build_object('changeId', h.id, 'requester', h.requester, 'team', h.home_team, 'channel', h.home_channel,
     'cardTs', (select m.ts from messages m where m.change_id = h.id and m.name = 'card')) order by h.created_at desc)
   from changes h where h.id = any (c.open_here) and h.status = 'needs_person')`;

/** Reads that column. */
export function toOpenHere(value: unknown): OpenHere[] {
  return z
    .array(z.looseObject({ channel: z.string().nullable(), team: z.string().nullable() }))
    .parse(value ?? [])
    .map((row) =>
      OpenHere.parse({
        ...row,
        home: row.channel === null ? null : { teamId: row.team, channelId: row.channel },
      }),
    );
}
