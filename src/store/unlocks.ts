import { Unlock } from "#change/unlock.ts";
import type { Sql } from "#store/postgres/database.ts";

/** Writes that a change's targets were taken away, behind what was written before. */
export async function insertUnlock(sql: Sql, changeId: string, unlock: Omit<Unlock, "at">): Promise<void> {
  await sql.query(
    `update changes set unlocks = unlocks || jsonb_build_array($2::jsonb || jsonb_build_object('at', clock_timestamp()))
     where id = $1`,
    [changeId, JSON.stringify(unlock)],
  );
}

/** Reads that column. */
export function toUnlocks(value: unknown): Unlock[] {
  return Array.isArray(value) ? value.map((one) => Unlock.parse({ ...one, at: new Date(one.at) })) : [];
}
