import type { Change } from "#change/change.ts";
import type { ChangeEvent } from "#change/events.ts";
import type { Sql } from "#store/postgres/database.ts";
import { wake } from "#store/postgres/notify.ts";
import { findChange } from "./changes.ts";
import { markHomes } from "./homes.ts";

/**
 * A message in Slack that an event makes stale. `rank` says which goes first, `holdMs` for how long it may wait for what
 * comes next (0: it is due now). `everyStanding`: every one there is already whose name begins so.
 * `besideEach`: one more for each person who has one whose name begins so, once, called prefix, person, suffix.
 */
export type MessageRef =
  | { name: string; rank: number; holdMs: number }
  | { everyStanding: string }
  | { besideEach: string; prefix: string; suffix: string; rank: number };

/** Which messages an event makes stale: handed in, because the store knows no Slack. */
export type MessagesOf = (event: ChangeEvent, change: Change) => MessageRef[];

/** Writes what happened, and marks what is now out of date in Slack, in the caller's transaction. */
export type RecordEvents = (sql: Sql, changeId: string, ...events: ChangeEvent[]) => Promise<void>;

/** What moves a change in the lists of a Home, or what is asked about it; a step's progress does not. */
const onHomes: ReadonlySet<ChangeEvent["type"]> = new Set([
  "asked",
  "status",
  "planned",
  "opened",
  "approved",
  "decided",
  "escalated",
  "cancel_asked",
  "ended",
]);

/** Makes the one function through which events are written. */
export function createRecordEvents(messagesOf: MessagesOf): RecordEvents {
  return async (sql, changeId, ...events) => {
    for (const event of events) if (event.type !== "step_logged") await append(sql, changeId, event);
    const isOnHomes = events.some(({ type }) => onHomes.has(type)) && (await markHomes(sql));
    if (isOnHomes) await wake(sql, "messages");
    const change = await findChange(sql, changeId);
    if (change === null || change.home === null) return;
    const refs = events.flatMap((event) => messagesOf(event, change));
    if (refs.length === 0) return;
    await markStale(sql, changeId, refs);
    await wake(sql, "messages");
  };
}

/** A printed line is a row of its own already; every other event is one row here. */
async function append(sql: Sql, changeId: string, event: ChangeEvent): Promise<void> {
  // The update locks the change's row, so that two writers number their events one after the other.
  await sql.query(
    `with next as (
       update changes set event_seq = event_seq + 1, updated_at = now() where id = $1 returning event_seq
     )
     insert into events (change_id, seq, event) select $1, event_seq, $2 from next`,
    [changeId, JSON.stringify(event)],
  );
}

type Named = Extract<MessageRef, { name: string }>;

async function markStale(sql: Sql, changeId: string, refs: MessageRef[]): Promise<void> {
  const named = new Map<string, Named>();
  for (const ref of refs) {
    if ("everyStanding" in ref) await markStanding(sql, changeId, ref.everyStanding);
    else if ("besideEach" in ref) await addBeside(sql, changeId, ref);
    else named.set(ref.name, sooner(named.get(ref.name), ref));
  }
  const all = [...named.values()];
  // What was given up is tried once more: where it could not be shown may be open by now.
  // One that is held already keeps its time, so that no stream of events puts it off for ever; 0 ends every hold.
  await sql.query(
    `insert into messages (change_id, name, rank, hold_until)
     select $1, name, rank, case when hold > 0 then now() + make_interval(secs => hold / 1000.0) end
     from unnest($2::text[], $3::int[], $4::int[]) as fresh (name, rank, hold) order by name
     on conflict (change_id, name) do update set wanted = messages.wanted + 1, abandoned = null,
       hold_until = case when excluded.hold_until is null then null
         when messages.wanted = messages.sent then excluded.hold_until else messages.hold_until end`,
    [changeId, all.map(({ name }) => name), all.map(({ rank }) => rank), all.map(({ holdMs }) => holdMs)],
  );
}

function sooner(known: Named | undefined, ref: Named): Named {
  return known === undefined || ref.holdMs < known.holdMs ? ref : known;
}

async function markStanding(sql: Sql, changeId: string, prefix: string): Promise<void> {
  await sql.query(
    `update messages set wanted = wanted + 1, hold_until = null
     where change_id = $1 and starts_with(name, $2) and abandoned is null`,
    [changeId, prefix],
  );
}

/**
 * Marks the cards of the changes that wait for an approval, those with a person too, and the Homes. They are locked in one
 * order, as those of the queue are.
 */
export async function markWaitingStale(sql: Sql): Promise<void> {
  await sql.query(
    `update messages m set wanted = wanted + 1, hold_until = null from (
       select change_id, name from messages where (name = 'card' or starts_with(name, 'card:dm:')) and abandoned is null
         and change_id in (select d.change_id from decisions d join changes c on c.id = d.change_id
           where d.next_at is not null and d.gate = 'approval' and c.status = 'waiting')
       order by change_id, name for update) waiting
     where m.change_id = waiting.change_id and m.name = waiting.name`,
  );
  await markHomes(sql);
  await wake(sql, "messages");
}

async function addBeside(
  sql: Sql,
  changeId: string,
  { besideEach, prefix, suffix, rank }: Extract<MessageRef, { besideEach: string }>,
): Promise<void> {
  await sql.query(
    `insert into messages (change_id, name, rank, person, channel_id)
     select change_id, $3 || person || $4, $5, person, channel_id from messages
     where change_id = $1 and starts_with(name, $2) and person is not null and abandoned is null order by name
     on conflict (change_id, name) do nothing`,
    [changeId, besideEach, prefix, suffix, rank],
  );
}

/** How many cards say a place in the queue that is worth keeping true. */
const SHOWN_QUEUE = 50;

/**
 * Marks the cards of the changes in the queue: somebody ahead of them is through, so each has moved up. They are locked in
 * one order, so that two who do this wait for each other and not for good. Not within a transaction that has written to a
 * card of the queue before.
 */
export async function markQueueStale(sql: Sql): Promise<void> {
  const { rowCount } = await sql.query(
    `update messages m set wanted = wanted + 1 from (
       select change_id from messages where name = 'card' and change_id in (
         select id from changes where work_wanted > work_done and lease_owner is null and home_channel is not null
         order by work_wanted_at limit $1)
       order by change_id for update) queued
     where m.change_id = queued.change_id and m.name = 'card'`,
    [SHOWN_QUEUE],
  );
  if (rowCount !== 0) await wake(sql, "messages");
}
