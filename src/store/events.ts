import type { Change } from "../change/change.ts";
import type { ChangeEvent } from "../change/events.ts";
import { findChange } from "./changes.ts";
import type { Sql } from "./database.ts";
import { wake } from "./notify.ts";

/** A message in Slack that an event makes stale; `rank` says which goes first. */
export type MessageRef = { name: string; rank: number };

/** Which messages an event makes stale: handed in, because the store knows no Slack. */
export type MessagesOf = (event: ChangeEvent, change: Change) => MessageRef[];

/** Writes what happened, and marks what is now out of date in Slack, in the caller's transaction. */
export type RecordEvents = (sql: Sql, changeId: string, ...events: ChangeEvent[]) => Promise<void>;

/** Makes the one function through which events are written. */
export function createRecordEvents(messagesOf: MessagesOf): RecordEvents {
  return async (sql, changeId, ...events) => {
    for (const event of events) if (event.type !== "step_logged") await append(sql, changeId, event);
    const change = await findChange(sql, changeId);
    if (change === null || change.home === null) return;
    const stale = new Map<string, number>();
    for (const event of events) for (const { name, rank } of messagesOf(event, change)) stale.set(name, rank);
    if (stale.size === 0) return;
    await markStale(sql, changeId, stale);
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

async function markStale(sql: Sql, changeId: string, stale: Map<string, number>): Promise<void> {
  await sql.query(
    `insert into messages (change_id, name, rank)
     select $1, name, rank from unnest($2::text[], $3::int[]) as fresh (name, rank) order by name
     on conflict (change_id, name) do update set wanted = messages.wanted + 1`,
    [changeId, [...stale.keys()], [...stale.values()]],
  );
}

/** How many cards say a place in the queue that is worth keeping true. */
const SHOWN_QUEUE = 50;

/** Marks the cards of the changes in the queue: somebody ahead of them is through, so each has moved up. */
export async function markQueueStale(sql: Sql): Promise<void> {
  const { rowCount } = await sql.query(
    `update messages set wanted = wanted + 1 where name = 'card' and change_id in (
       select id from changes where work_wanted > work_done and lease_owner is null and home_channel is not null
       order by work_wanted_at limit $1)`,
    [SHOWN_QUEUE],
  );
  if (rowCount !== 0) await wake(sql, "messages");
}
