import { ModelUse } from "#change/model-use.ts";
import type { Database, Sql } from "#store/postgres/database.ts";

/** One try at asking a model before it is made: `most` is what it can use at most. */
export type PlannedCall = {
  changeId: string;
  agent: "planner" | "reviewer";
  try: number;
  model: string;
  inputTokens: number;
  outputTokens: number;
};

/** What came of it. `outcome` is `ok` or what went wrong, in a few words. Not `isKnown`: what it used may be anything up to what was booked. */
export type MadeCall = {
  outcome: string;
  isKnown: boolean;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  durationMs: number;
};

/** What a token counts for, and how much of that one change, one requester in a day and a day may use. */
export type Allowance = { input: number; output: number; change: number; person: number; day: number };

/** Which part of the allowance would be overdrawn. */
export type Overdrawn = "change" | "person" | "day";

/** Held while it is counted and booked, so that no two calls are allowed by the same remainder. */
const BUDGET_LOCK = "7310868735955264051";

/** What a call counts for: what it used, or what was booked for it while that is not known. A cache's tokens count as plain ones. */
const AMOUNT = `coalesce(m.booked_input, m.input_tokens + m.cache_read_tokens + m.cache_write_tokens) * $2::float8
  + coalesce(m.booked_output, m.output_tokens) * $3::float8`;
/** The same of all calls of a person in a day: a trigger keeps the sums (migration 0027), however many calls there were. */
const SPENT = "s.input * $2::float8 + s.output * $3::float8";

/**
 * Books the most a call can use, unless that would overdraw the allowance. Whoever dies after it leaves it booked: a call
 * that nobody saw the end of may have been paid for. Without an allowance it is only written down.
 */
export async function bookModelCall(
  database: Database,
  call: PlannedCall,
  allowance: Allowance | null,
): Promise<{ ok: true; id: string } | { ok: false; over: Overdrawn }> {
  return database.transaction(async (sql) => {
    const over = allowance === null ? null : await findOverdrawn(sql, call, allowance);
    if (over !== null) return { ok: false, over };
    const { rows } = await sql.query<{ id: string }>(
      `insert into model_calls (change_id, agent, try, model, outcome, input_tokens, output_tokens, cache_read_tokens,
         cache_write_tokens, duration_ms, booked_input, booked_output, at)
       values ($1, $2, $3, $4, 'booked', 0, 0, 0, 0, 0, $5, $6, clock_timestamp()) returning id::text`,
      [call.changeId, call.agent, call.try, call.model, call.inputTokens, call.outputTokens],
    );
    const [row] = rows;
    if (row === undefined) throw new Error("A model call was booked and has no id.");
    return { ok: true, id: row.id };
  });
}

async function findOverdrawn(sql: Sql, call: PlannedCall, allowance: Allowance): Promise<Overdrawn | null> {
  const { input, output } = allowance;
  await sql.query("select pg_advisory_xact_lock($1)", [BUDGET_LOCK]);
  const { rows } = await sql.query<Record<Overdrawn, number>>(
    `select
       (select coalesce(sum(${AMOUNT}), 0) from model_calls m where m.change_id = $1)::float8 as change,
       coalesce(sum(${SPENT}) filter (where s.requester_key = mine.requester_key), 0)::float8 as person,
       coalesce(sum(${SPENT}), 0)::float8 as day
     from changes mine left join model_spent s on s.day = (statement_timestamp() at time zone 'utc')::date
     where mine.id = $1`,
    [call.changeId, input, output],
  );
  const [used] = rows;
  if (used === undefined) throw new Error(`Change ${call.changeId} is not there.`);
  const most = call.inputTokens * input + call.outputTokens * output;
  const order = ["change", "person", "day"] as const;
  return order.find((name) => used[name] + most > allowance[name]) ?? null;
}

/** Writes what a call used in the place of what was booked for it; where that is not known, the booking stays. */
export async function settleModelCall(sql: Sql, id: string, made: MadeCall): Promise<void> {
  await sql.query(
    `update model_calls set outcome = $2, input_tokens = $3, output_tokens = $4, cache_read_tokens = $5,
       cache_write_tokens = $6, duration_ms = $7, booked_input = case when $8 then null else booked_input end,
       booked_output = case when $8 then null else booked_output end
     where id = $1`,
    [
      id,
      made.outcome,
      made.inputTokens,
      made.outputTokens,
      made.cacheReadTokens,
      made.cacheWriteTokens,
      made.durationMs,
      made.isKnown,
    ],
  );
}

/** What all tries for one change used, those that came to nothing too: they are paid for. */
export async function sumModelCalls(sql: Sql, changeId: string): Promise<ModelUse> {
  const { rows } = await sql.query(
    `select coalesce(sum(input_tokens), 0)::int as "inputTokens", coalesce(sum(output_tokens), 0)::int as "outputTokens",
       coalesce(sum(cache_read_tokens + cache_write_tokens), 0)::int as "cachedTokens"
     from model_calls where change_id = $1`,
    [changeId],
  );
  return ModelUse.parse(rows[0]);
}
