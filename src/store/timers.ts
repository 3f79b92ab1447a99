import type { Sql } from "./database.ts";

/**
 * Holds the row of a change whose open question has no time left, for the rest of the transaction, and names the change;
 * null when there is none that no other instance has at hand. The longest overdue comes first.
 */
export async function lockOverdue(sql: Sql): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `select c.id from changes c join decisions d on d.change_id = c.id
     where d.answer is null and d.expires_at <= clock_timestamp() and c.status = 'waiting'
     order by d.expires_at limit 1 for update of c skip locked`,
  );
  return rows[0]?.id ?? null;
}

/** In how many ms the next timer is due; 0 or less for one that another instance or a click has at hand, null for none. */
export async function msUntilTimer(sql: Sql): Promise<number | null> {
  const { rows } = await sql.query<{ ms: number | null }>(
    `select (extract(epoch from min(d.expires_at) - clock_timestamp()) * 1000)::float8 as ms
     from decisions d join changes c on c.id = d.change_id where d.answer is null and c.status = 'waiting'`,
  );
  return rows[0]?.ms ?? null;
}
