import { Blocked } from "#change/blocked.ts";

/** Whom the change `c` waits for, as one JSON column. */
export const BLOCKED = `
  (select jsonb_build_object('by', h.id, 'requester', h.requester, 'team', h.home_team, 'channel', h.home_channel,
     'target', c.blocked_target, 'since', c.blocked_since, 'waitsForPerson', h.status = 'needs_person',
     'freeAt', (select min(l.free_at) from target_locks l where l.change_id = h.id),
     'heldSince', (select min(l.taken_at) from target_locks l where l.change_id = h.id),
     'cardTs', (select m.ts from messages m where m.change_id = h.id and m.name = 'card'))
   from changes h where h.id = c.blocked_by)`;

/** Reads that column; null when it waits for none. */
export function toBlocked(value: unknown): Blocked | null {
  if (typeof value !== "object" || value === null) return null;
  const row = value as { [column: string]: unknown };
  return Blocked.parse({
    by: row["by"],
    requester: row["requester"],
    target: row["target"],
    since: toDate(row["since"]),
    heldSince: toDate(row["heldSince"]),
    waitsForPerson: row["waitsForPerson"],
    freeAt: toDate(row["freeAt"]),
    home: row["channel"] === null ? null : { teamId: row["team"], channelId: row["channel"] },
    cardTs: row["cardTs"],
  });
}

function toDate(value: unknown): unknown {
  return typeof value === "string" ? new Date(value) : value;
}
