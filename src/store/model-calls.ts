import type { MadeCall } from "#change/model/call.ts";
import { ModelUse } from "#change/model/use.ts";
import type { Database, Sql } from "#store/postgres/database.ts";

/** One try at asking a model before it is made: `most` is what it can use at most. */
export type PlannedCall = {
  changeId: string;
  agent: "planner" | "reviewer";
  try: number;
  model: string;
  /** How much the model is to think; null: that is not said. */
  effort: string | null;
  inputTokens: number;
  outputTokens: number;
};

/** What a token counts for, and how much of that one change, one requester in a day and a day may use. */
export type Allowance = {
  /** Plain, and what a cache took or held. */
  input: number;
  cacheWrite: number;
  cacheRead: number;
  output: number;
  change: number;
  person: number;
  day: number;
};

/** Which part of the allowance would be overdrawn. */
export type Overdrawn = "change" | "person" | "day";

/** Held while it is counted and booked, so that no two calls are allowed by the same remainder. */
const BUDGET_LOCK = "7310868735955264051";

/** What a call counts for: what it used, or what was booked for it while that is not known. */
const AMOUNT = `case when m.booked_input is null
    then m.input_tokens * $2::float8 + m.cache_write_tokens * $4::float8 + m.cache_read_tokens * $5::float8
    else m.booked_input * greatest($2::float8, $4::float8) end
  + coalesce(m.booked_output, m.output_tokens) * $3::float8`;
/** The same of all calls of a person in a day: a trigger keeps the sums (migrations 0027, 0032), however many calls there were. */
const SPENT = `(s.input - s.booked - s.cache_write - s.cache_read) * $2::float8 + s.booked * greatest($2::float8, $4::float8)
  + s.cache_write * $4::float8 + s.cache_read * $5::float8 + s.output * $3::float8`;

/**
 * Books the most a call can use, unless that would overdraw the allowance. Whoever dies after it leaves it booked: a call
 * that nobody saw the end of may have been paid for. Without an allowance it is only written down. Answers whose it is.
 */
export async function bookModelCall(
  database: Database,
  call: PlannedCall,
  allowance: Allowance | null,
): Promise<{ ok: true; id: string; requesterKey: string } | { ok: false; over: Overdrawn }> {
  return database.transaction(async (sql) => {
    const over = allowance === null ? null : await findOverdrawn(sql, call, allowance);
    if (over !== null) return { ok: false, over };
    const { rows } = await sql.query<{ id: string; requesterKey: string }>(
      `insert into model_calls (change_id, agent, try, model, outcome, input_tokens, output_tokens, cache_read_tokens,
         cache_write_tokens, duration_ms, booked_input, booked_output, effort, at)
       values ($1, $2, $3, $4, 'booked', 0, 0, 0, 0, 0, $5, $6, $7, clock_timestamp())
       returning id::text, (select c.requester_key from changes c where c.id = change_id) as "requesterKey"`,
      [call.changeId, call.agent, call.try, call.model, call.inputTokens, call.outputTokens, call.effort],
    );
    const [row] = rows;
    if (row === undefined) throw new Error("A model call was booked and has no id.");
    return { ok: true, ...row };
  });
}

async function findOverdrawn(sql: Sql, call: PlannedCall, allowance: Allowance): Promise<Overdrawn | null> {
  const { input, output, cacheWrite, cacheRead } = allowance;
  await sql.query("select pg_advisory_xact_lock($1)", [BUDGET_LOCK]);
  const { rows } = await sql.query<Record<Overdrawn, number>>(
    `select
       (select coalesce(sum(${AMOUNT}), 0) from model_calls m where m.change_id = $1)::float8 as change,
       coalesce(sum(${SPENT}) filter (where s.requester_key = mine.requester_key), 0)::float8 as person,
       coalesce(sum(${SPENT}), 0)::float8 as day
     from changes mine left join model_spent s on s.day = (statement_timestamp() at time zone 'utc')::date
     where mine.id = $1`,
    [call.changeId, input, output, cacheWrite, cacheRead],
  );
  const [used] = rows;
  if (used === undefined) throw new Error(`Change ${call.changeId} is not there.`);
  // The whole of the input may be taken into a cache, which costs more than reading it does.
  const most = call.inputTokens * Math.max(input, cacheWrite) + call.outputTokens * output;
  const order = ["change", "person", "day"] as const;
  return order.find((name) => used[name] + most > allowance[name]) ?? null;
}

/** Writes what a call used in the place of what was booked for it; where that is not known, the booking stays. */
export async function settleModelCall(sql: Sql, id: string, made: MadeCall): Promise<void> {
  await sql.query(
    `update model_calls set outcome = $2, input_tokens = $3, output_tokens = $4, cache_read_tokens = $5,
       cache_write_tokens = $6, duration_ms = $7, booked_input = case when $8 then null else booked_input end,
       booked_output = case when $8 then null else booked_output end, thinking_tokens = $9, request_id = $10, rate_limits = $11
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
      made.thinkingTokens,
      made.requestId,
      made.rateLimits === null ? null : JSON.stringify(made.rateLimits),
    ],
  );
}

/** What all tries for one change used, those that came to nothing too: they are paid for. */
export async function sumModelCalls(sql: Sql, changeId: string): Promise<ModelUse> {
  const { rows } = await sql.query(
    `select coalesce(sum(input_tokens), 0)::int as "inputTokens", coalesce(sum(output_tokens), 0)::int as "outputTokens",
       coalesce(sum(cache_read_tokens), 0)::int as "cacheReadTokens",
       coalesce(sum(cache_write_tokens), 0)::int as "cacheWriteTokens",
       coalesce(sum(thinking_tokens), 0)::int as "thinkingTokens"
     from model_calls where change_id = $1`,
    [changeId],
  );
  return ModelUse.parse(rows[0]);
}
