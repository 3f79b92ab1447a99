import { ModelUse } from "../change/model-use.ts";
import type { Sql } from "./database.ts";

/** One try at asking a model, whatever came of it. `outcome` is `ok` or what went wrong, in a few words. */
export type ModelCall = {
  agent: "planner" | "reviewer";
  try: number;
  model: string;
  outcome: string;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  durationMs: number;
};

/** Counts one try. */
export async function insertModelCall(sql: Sql, changeId: string, call: ModelCall): Promise<void> {
  await sql.query(
    `insert into model_calls (change_id, agent, try, model, outcome, input_tokens, output_tokens,
       cache_read_tokens, cache_write_tokens, duration_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      changeId,
      call.agent,
      call.try,
      call.model,
      call.outcome,
      call.inputTokens,
      call.outputTokens,
      call.cacheReadTokens,
      call.cacheWriteTokens,
      call.durationMs,
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
