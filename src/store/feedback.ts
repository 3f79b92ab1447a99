import type { Person } from "#change/person.ts";
import type { Sql } from "#store/postgres/database.ts";
import { keyOf } from "./changes.ts";

/** Writes one person's verdict on an ended change; their last one counts. False when there is no such change, or it goes on. */
export async function putFeedback(
  sql: Sql,
  changeId: string,
  by: Person,
  verdict: "up" | "down",
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into feedback (change_id, by_key, verdict)
     select id, $2, $3 from changes where id = $1 and ended_at is not null
     on conflict (change_id, by_key) do update set verdict = excluded.verdict, at = now()`,
    [changeId, keyOf(by), verdict],
  );
  return rowCount === 1;
}
