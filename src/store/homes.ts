import { z } from "zod";
import type { DueHome } from "#change/home-port.ts";
import type { Database, Sql } from "#store/postgres/database.ts";
import { type Wakes, wake } from "#store/postgres/notify.ts";

const HomeRow = z.object({
  user_id: z.string(),
  team_id: z.string(),
  wanted: z.int(),
  shown: z.string().nullable(),
  notice: z.string().nullable(),
  failures: z.int(),
});

/** Whoever has not looked for that long sees it anew when they open it. */
const KEPT = "interval '24 hours'";
const CLAIM_SECONDS = 60;
/** A Home changes no more often than this, whatever happens. */
const MIN_GAP_MS = 2_000;
/** How long the answer to a click stands on the Home. */
const NOTICE = "interval '2 minutes'";
const SHORTEST_WAIT_MS = 50;

/** The Homes people have opened, for whoever publishes them; every call is one statement or transaction. */
export function createHomes(database: Database, wakes: Wakes) {
  return {
    opened: (userId: string, teamId: string) => opened(database, userId, teamId),
    say: (userId: string, notice: string) => say(database, userId, notice),
    claim: (limit: number) => database.transaction((sql) => claim(sql, limit)),
    async sent(due: DueHome, shown: string | null): Promise<void> {
      await database.query(
        `update homes set sent = greatest(sent, $2), shown = $3, claimed_until = null, failures = 0,
           due_at = greatest(due_at, now() + make_interval(secs => $4 / 1000.0)) where user_id = $1`,
        [due.userId, due.wanted, shown, MIN_GAP_MS],
      );
    },
    async postpone(due: DueHome, ms: number): Promise<void> {
      await database.query(
        `update homes set claimed_until = null, due_at = now() + make_interval(secs => $2 / 1000.0)
         where user_id = $1`,
        [due.userId, ms],
      );
    },
    async wait(ms: number, signal: AbortSignal): Promise<void> {
      const next = await msUntilDue(database);
      await wakes.wait("messages", Math.max(SHORTEST_WAIT_MS, Math.min(ms, next ?? ms)), signal);
    },
  };
}

/** Says that a Home may be out of date, in the caller's transaction. It locks nothing that another transaction wants. */
export async function markHomes(sql: Sql): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into home_marks overriding system value
     select nextval(pg_get_serial_sequence('home_marks', 'id'))
     where exists (select 1 from homes where opened_at > now() - ${KEPT})`,
  );
  return rowCount !== 0;
}

async function opened(sql: Sql, userId: string, teamId: string): Promise<void> {
  await sql.query(
    `insert into homes (user_id, team_id) values ($1, $2)
     on conflict (user_id) do update set team_id = $2, opened_at = now(), wanted = homes.wanted + 1, due_at = now()`,
    [userId, teamId],
  );
  await wake(sql, "messages");
}

async function say(sql: Sql, userId: string, notice: string): Promise<void> {
  await sql.query(
    `update homes set notice = $2, notice_at = now(), opened_at = now(), wanted = wanted + 1, due_at = now()
     where user_id = $1`,
    [userId, notice],
  );
  await wake(sql, "messages");
}

async function claim(sql: Sql, limit: number): Promise<DueHome[]> {
  const marks = await sql.query(
    "delete from home_marks where id in (select id from home_marks for update skip locked)",
  );
  if (marks.rowCount !== 0) {
    await forget(sql);
    await sql.query(
      `update homes h set wanted = wanted + 1 from (
         select user_id from homes where opened_at > now() - ${KEPT} order by user_id for update
       ) open where open.user_id = h.user_id`,
    );
  }
  // Nothing happens when a notice's time is over, so nobody else says that the Home is out of date by it.
  await sql.query(
    `update homes h set wanted = wanted + 1, notice = null, notice_at = null from (
       select user_id from homes where notice_at <= now() - ${NOTICE} order by user_id for update skip locked
     ) over where over.user_id = h.user_id`,
  );
  const { rows } = await sql.query(
    `with due as (
       select user_id from homes
       where wanted > sent and opened_at > now() - ${KEPT} and due_at <= now()
         and (claimed_until is null or claimed_until <= now())
       order by due_at limit $1 for update skip locked
     )
     update homes h set claimed_until = now() + make_interval(secs => $2), failures = failures + 1
     from due where due.user_id = h.user_id
     returning h.user_id, h.team_id, h.wanted, h.shown, h.failures - 1 as failures,
       h.notice`,
    [limit, CLAIM_SECONDS],
  );
  return rows.map((raw) => {
    const row = HomeRow.parse(raw);
    const { user_id: userId, team_id: teamId, wanted, shown, notice, failures } = row;
    return { userId, teamId, wanted, shown, notice, failures };
  });
}

/** What was not shown to somebody while they looked is due no more: it would be gone through with each look for ever. */
async function forget(sql: Sql): Promise<void> {
  await sql.query(
    `update homes h set sent = wanted from (
       select user_id from homes where wanted > sent and opened_at <= now() - ${KEPT}
       order by opened_at limit 100 for update skip locked
     ) stale where stale.user_id = h.user_id`,
  );
}

async function msUntilDue(sql: Sql): Promise<number | null> {
  const { rows } = await sql.query<{ ms: number | null }>(
    `select (extract(epoch from greatest(due_at, claimed_until) - now()) * 1000)::float8 as ms
     from homes where wanted > sent and opened_at > now() - ${KEPT} order by greatest(due_at, claimed_until) limit 1`,
  );
  return rows[0]?.ms ?? null;
}
