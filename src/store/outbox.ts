import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { DueMessage } from "#change/outbox-port.ts";
import type { Database, Sql } from "#store/postgres/database.ts";
import { type Wakes, wake } from "#store/postgres/notify.ts";
import { type Claimant, createMessageClaims, type MessageClaims } from "./message-claims.ts";

/** A message of a change that Slack does not show as it should; `failures` counts earlier claims that came to nothing. */
const DueRow = z.object({
  changeId: z.string(),
  name: z.string(),
  wanted: z.int(),
  ts: z.string().nullable(),
  person: z.string().nullable(),
  channelId: z.string().nullable(),
  lane: z.string(),
  teamId: z.string(),
  cardTs: z.string().nullable(),
  failures: z.int(),
  pagesStand: z.boolean(),
  since: z.date(),
});

/** As long as the lease of a change: what a dead instance had at hand is free when its changes are. */
const LEASE_MS = 6_000;
/** At most one update of a message in this time: Slack takes about one a second, and nobody reads faster. */
const MIN_GAP_MS = 1_500;
const SHORTEST_WAIT_MS = 50;
/** Of more that are due the next ones are put off; the sender's own pause holds back the rest of the lane. */
const MOST_PUT_OFF = 1_000;

/** What should stand in Slack and does not yet, for one sender; every call is one statement. */
export function createOutbox(
  database: Database,
  wakes: Wakes,
  claimant: Claimant = { owner: randomUUID(), leaseMs: LEASE_MS },
) {
  const claims = createMessageClaims(database, claimant);
  return {
    claim: (limit: number) => claim(database, claims, limit),
    isHeld: claims.isHeld,
    letGo: claims.letGo,
    async sent(due: DueMessage, ts: string | null): Promise<void> {
      await database.transaction((sql) => sent(sql, claims, due, ts));
      claims.letGo(due);
    },
    async postpone(due: DueMessage, ms: number, _why: string): Promise<void> {
      claims.letGo(due);
      await database.query(
        `update messages set claimed_until = null, claimed_by = null, due_at = now() + make_interval(secs => $4 / 1000.0)
         where ${MINE}`,
        [due.changeId, due.name, claims.owner, ms],
      );
    },
    async giveBack(due: DueMessage, ms: number): Promise<void> {
      claims.letGo(due);
      await database.query(
        `update messages set claimed_until = null, claimed_by = null, failures = greatest(failures - 1, 0),
           due_at = now() + make_interval(secs => $4 / 1000.0)
         where ${MINE}`,
        [due.changeId, due.name, claims.owner, ms],
      );
    },
    /**
     * What somebody has at hand stays theirs: taken away here, it would be posted by them and by who claims it next. What an
     * event is marking at this moment is not waited for: the two would wait for each other for good, and end a decision.
     */
    async postponeLane(lane: string, ms: number): Promise<void> {
      await database.query(
        `with next as materialized (
           select m.change_id, m.name from (
             select * from messages where wanted > sent and abandoned is null order by rank, due_at limit ${MOST_PUT_OFF}
           ) m join changes c on c.id = m.change_id where ${LANE} = $1
         ), lane as (
           select m.change_id, m.name from next join messages m on m.change_id = next.change_id and m.name = next.name
           where m.wanted > m.sent and m.abandoned is null
           for update of m skip locked
         )
         update messages m set due_at = greatest(m.due_at, now() + make_interval(secs => $2 / 1000.0))
         from lane where m.change_id = lane.change_id and m.name = lane.name`,
        [lane, ms],
      );
    },
    async abandon(due: DueMessage, why: string): Promise<void> {
      claims.letGo(due);
      await database.query(
        `update messages set claimed_until = null, claimed_by = null, abandoned = case when wanted = $5 then $4 end
         where ${MINE}`,
        [due.changeId, due.name, claims.owner, why, due.wanted],
      );
    },
    addDirect: (changeId: string, people: readonly string[]) =>
      database.transaction((sql) => addDirect(sql, changeId, people)),
    async setChannel(due: DueMessage, channelId: string): Promise<void> {
      await database.query("update messages set channel_id = $3 where change_id = $1 and name = $2", [
        due.changeId,
        due.name,
        channelId,
      ]);
    },
    isDirectCard: (at: DirectPlace) => isDirectCard(database, at),
    changeAt: (at: { channelId: string; ts: string; userId: string }) => changeAt(database, at),
    async wait(ms: number, signal: AbortSignal): Promise<void> {
      // What is postponed says nothing when its time comes, so the wait ends then.
      const next = await msUntilDue(database);
      await wakes.wait("messages", Math.max(SHORTEST_WAIT_MS, Math.min(ms, next ?? ms)), signal);
    },
  };
}

/** The claim is still this sender's: what another one has at hand by now is theirs to put off or to end. */
const MINE = "change_id = $1 and name = $2 and claimed_by = $3";

/**
 * What is sent one after the other: a channel's messages, and the questions of who is to get a direct one. Files go beside
 * them: an upload is slow and has a limit of its own, and a verdict must wait for neither.
 */
const LANE = `coalesce(m.channel_id, m.person, case when starts_with(m.name, 'approvers:') then 'approvers' end, c.home_channel)
  || case when starts_with(m.name, 'log:') or starts_with(m.name, 'plan-text:') then ' files' else '' end`;

/**
 * A step's first message waits until those of the steps begun before it stand, and the file with its log until it stands
 * itself: a thread is read from its top. `offset 0` has the step looked up by its key: without it PostgreSQL reads the whole
 * table once for each look.
 */
const OUT_OF_TURN = `m.ts is null and (starts_with(m.name, 'step:') and exists (
  select 1 from messages earlier where earlier.change_id = m.change_id and starts_with(earlier.name, 'step:')
    and earlier.number < m.number and earlier.ts is null and earlier.abandoned is null)
  or starts_with(m.name, 'log:') and exists (
  select 1 from messages step where step.change_id = m.change_id and step.name = 'step:' || substr(m.name, 5)
    and step.ts is null and step.abandoned is null offset 0))`;

/**
 * A reply is due only once its card stands: without it there is no thread, and nothing that a direct card could lead to. A
 * verdict is told where its card was given up, too.
 */
const WAITING = `m.wanted > m.sent and m.abandoned is null and (m.name = 'card' or exists (
  select 1 from messages card where card.change_id = m.change_id and card.name = 'card' and (card.ts is not null
    or card.abandoned is not null and starts_with(m.name, 'verdict:'))))
  and not (${OUT_OF_TURN})`;

/**
 * A claim that ran out is not taken within a lease's time after the server's start, nor after an outage: whoever has it at
 * hand could not renew it, and goes first, or it would be posted twice.
 */
async function claim(sql: Sql, claims: MessageClaims, limit: number): Promise<DueMessage[]> {
  const askedAtMs = performance.now();
  const { rows } = await sql.query(
    `with due as (
       select m.change_id, m.name, m.rank from messages m
       where ${WAITING} and m.due_at <= now() and coalesce(m.hold_until <= now(), true) and (m.claimed_until is null or (m.claimed_until <= now() and $4
           and pg_postmaster_start_time() < now() - make_interval(secs => $2 / 1000.0)))
       order by m.rank, m.due_at limit $1 for update of m skip locked
     )
     update messages m set claimed_until = clock_timestamp() + make_interval(secs => $2 / 1000.0), claimed_by = $3,
       failures = m.failures + 1
     from due, changes c
     where m.change_id = due.change_id and m.name = due.name and c.id = m.change_id
     returning m.change_id as "changeId", m.name, m.wanted, m.ts, c.home_team as "teamId", m.person, ${LANE} as lane,
       coalesce(m.channel_id, case when m.person is null then c.home_channel end) as "channelId",
       (select ts from messages card where card.change_id = m.change_id and card.name = 'card' and m.name <> 'card')
         as "cardTs", m.failures - 1 as failures, m.rank, c.created_at as since,
       not exists (select 1 from messages page where page.change_id = m.change_id and page.ts is null
         and page.name like 'plan:' || c.revision || ':%') as "pagesStand"`,
    [limit, claims.leaseMs, claims.owner, claims.mayTakeOver()],
  );
  const ranked = rows.toSorted((one, other) => one["rank"] - other["rank"]);
  const claimed = ranked.map((row) => DueRow.parse(row));
  claims.took(claimed, askedAtMs);
  return claimed;
}

/** Where it stands is written down whoever has it at hand by now: not known, it would be posted once more. */
async function sent(sql: Sql, { owner }: Claimant, due: DueMessage, ts: string | null): Promise<void> {
  await sql.query(
    `update messages set ts = $3, sent = greatest(sent, $4), failures = 0,
       claimed_until = case when claimed_by = $6 then null else claimed_until end, claimed_by = nullif(claimed_by, $6),
       due_at = now() + make_interval(secs => $5 / 1000.0)
     where change_id = $1 and name = $2`,
    [due.changeId, due.name, ts, due.wanted, MIN_GAP_MS, owner],
  );
  // The card holds its buttons back until the whole plan can be read.
  if (due.ts !== null || !due.name.startsWith("plan:")) return;
  await sql.query(
    "update messages set wanted = wanted + 1, hold_until = null where change_id = $1 and name = 'card'",
    [due.changeId],
  );
  await wake(sql, "messages");
}

/** Cards go first, wherever they stand. */
const CARD_RANK = 0;

/** A person's direct channel stays the same for good, so it is opened once and known from then on. */
async function addDirect(sql: Sql, changeId: string, people: readonly string[]): Promise<void> {
  if (people.length === 0) return;
  await sql.query(
    `insert into messages (change_id, name, rank, person, channel_id)
     select $1, 'card:dm:' || fresh.person, $3, fresh.person,
       (select known.channel_id from messages known where known.person = fresh.person and known.channel_id is not null limit 1)
     from unnest($2::text[]) as fresh (person) order by fresh.person
     on conflict (change_id, name) do update set wanted = messages.wanted + 1, hold_until = null, abandoned = null`,
    [changeId, people, CARD_RANK],
  );
  await wake(sql, "messages");
}

/** Slack shows a card before its place is written down, and it may be clicked in between: begun is enough, in that very channel. */
const MAY_STAND = "(ts is not null or failures > 0 and abandoned is null)";

type DirectPlace = { changeId: string; userId: string; channelId: string };

async function isDirectCard(sql: Sql, { changeId, userId, channelId }: DirectPlace): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from messages where change_id = $1 and name = 'card:dm:' || $2 and person = $2
       and channel_id = $3 and ${MAY_STAND}`,
    [changeId, userId, channelId],
  );
  return rowCount === 1;
}

async function changeAt(
  sql: Sql,
  { channelId, ts, userId }: { channelId: string; ts: string; userId: string },
): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `select c.id from messages m join changes c on c.id = m.change_id
     where m.ts = $2 and (m.name = 'card' and c.home_channel = $1
       or m.name = 'card:dm:' || $3 and m.person = $3 and m.channel_id = $1)`,
    [channelId, ts, userId],
  );
  return rows[0]?.id ?? null;
}

/** As the index has it (migration 0026), so that its first entry that waits answers. */
const READY_AT = "greatest(m.due_at, m.claimed_until, m.hold_until)";

async function msUntilDue(sql: Sql): Promise<number | null> {
  const { rows } = await sql.query<{ ms: number | null }>(
    `select (extract(epoch from ${READY_AT} - now()) * 1000)::float8 as ms
     from messages m where ${WAITING} order by ${READY_AT} limit 1`,
  );
  return rows[0]?.ms ?? null;
}
