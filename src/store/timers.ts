import type { Decision } from "#change/change.ts";
import type { Sql } from "#store/postgres/database.ts";

/** What is said of a question while nobody answers it. */
export type Notice = "reminded" | "warned" | "escalated";

/** Which question of which change. */
export type QuestionKey = Pick<Decision, "gate" | "revision" | "round"> & { changeId: string };

/** A sixth of the whole time before its end, and five minutes at most. */
const WARNS_AT = "d.expires_at - least((d.expires_at - d.asked_at) / 6, interval '5 minutes')";

/**
 * When each is due, by the row as it stands; null once it was said. Of the Planner's questions there is one reminder alone.
 * Half of the time always comes before its last sixth, and what is due at once (after an outage) is said in this order.
 * The trigger of migration 0021 says the same again: a notice that only stands here never fires (test/store/next-timer.test.ts).
 */
export const dueAt: Record<Notice, string> = {
  reminded:
    "case when d.gate in ('approval', 'answers') and d.reminded_at is null then d.asked_at + (d.expires_at - d.asked_at) / 2 end",
  escalated: "d.escalates_at",
  warned: `case when d.gate = 'approval' and d.warned_at is null and d.reminded_at is not null then ${WARNS_AT} end`,
};

/**
 * $1: the changes that are left out. `next_at` is kept by a trigger (migration 0021) as the least of expires_at and the three
 * above, so that one page of an index answers, however many questions are open. The change is looked up from there, one
 * after the other, with `offset 0` or a lock of its own: joined, PostgreSQL read all that wait first (287 pages at 500 open).
 */
const OPEN = (how: string) => `from decisions d,
  lateral (select c.id from changes c where c.id = d.change_id and c.status in ('waiting', 'asking') ${how}) c
  where d.next_at is not null and d.change_id <> all ($1::uuid[])`;

/**
 * Holds the row of a change whose open question has something due, for the rest of the transaction, and names the change;
 * null when there is none but these that no other instance has at hand. The longest overdue comes first.
 */
export async function lockDue(sql: Sql, except: readonly string[]): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `select c.id ${OPEN("for update skip locked")} and d.next_at <= statement_timestamp() order by d.next_at limit 1`,
    [except],
  );
  return rows[0]?.id ?? null;
}

/** In how many ms the next timer is due; 0 or less for one that another instance or a click has at hand, null for none but these. */
export async function msUntilTimer(sql: Sql, except: readonly string[]): Promise<number | null> {
  const { rows } = await sql.query<{ ms: number | null }>(
    `select (extract(epoch from d.next_at - clock_timestamp()) * 1000)::float8 as ms ${OPEN("offset 0")} order by d.next_at limit 1`,
    [except],
  );
  return rows[0]?.ms ?? null;
}

/**
 * Writes that it was said, once: true for whoever may say it now. False when it is not due, was said before, the question
 * was answered, or its time is over. An escalation stays due until markEscalated has written whom it brought.
 */
export async function markSaid(sql: Sql, key: QuestionKey, notice: "reminded" | "warned"): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update decisions d set ${notice}_at = clock_timestamp() where ${IS_OPEN} and ${dueAt[notice]} <= clock_timestamp()`,
    keyOf(key),
  );
  return rowCount === 1;
}

/**
 * Writes which environments have more approvers from now on, once, and in how many minutes after this escalation the next
 * one comes (null: none does). True for whoever may say it now; false as above.
 */
export async function markEscalated(
  sql: Sql,
  key: QuestionKey,
  came: { environments: readonly string[]; nextInMinutes: number | null },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update decisions d set escalated = d.escalated || $5::text[],
       escalated_at = case when cardinality($5::text[]) > 0 then clock_timestamp() else d.escalated_at end,
       escalates_at = d.escalates_at + make_interval(secs => $6::float8 * 60)
     where ${IS_OPEN} and ${dueAt.escalated} <= clock_timestamp()`,
    [...keyOf(key), came.environments, came.nextInMinutes],
  );
  return rowCount === 1;
}

const IS_OPEN = `d.change_id = $1 and d.gate = $2 and d.revision = $3 and d.round = $4 and d.answer is null
  and clock_timestamp() < d.expires_at`;

function keyOf({ changeId, gate, revision, round }: QuestionKey): unknown[] {
  return [changeId, gate, revision, round];
}
