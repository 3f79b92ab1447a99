import type { LogLine, StepEnd, StepKey } from "#change/journal.ts";
import type { Sql } from "#store/postgres/database.ts";
import { ATTEMPT, keyValues } from "./journal.ts";
import { appendLines } from "./log-lines.ts";

/**
 * What is written here comes from the instance that spawned an attempt and does not own the change any more. It names the
 * attempt's spawn token, which nobody else knows, and it counts only while no person has settled what happened.
 */
export type Spawned = { key: StepKey; token: string };

/** Writes how it ended, where that is open or unknown; true when this changed the row. An unknown end settles nothing. */
export async function settleByEvidence(sql: Sql, { key, token }: Spawned, end: StepEnd): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update journal set outcome = $7, exit_code = $8, signal = $9, error = $10, may_run_until = null,
       told_at = case when outcome = 'unknown' then now() end, finished_at = now()
     where ${OURS} and (finished_at is null or (outcome = 'unknown' and $7 <> 'unknown'))`,
    [...values(key, token), end.outcome, end.exitCode, end.signal, end.error],
  );
  return rowCount === 1;
}

/** Appends lines it printed; true when the attempt is still the token's to tell about. */
export async function appendAsEvidence(
  sql: Sql,
  { key, token }: Spawned,
  lines: LogLine[],
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from journal where ${OURS} and (finished_at is null or outcome = 'unknown') for update`,
    values(key, token),
  );
  if (rowCount === 1) await appendLines(sql, key, lines);
  return rowCount === 1;
}

/** Takes back an intent that came to nothing: whoever knows its token knows that nothing was spawned. */
export async function withdrawIntent(sql: Sql, { key, token }: Spawned): Promise<void> {
  await sql.query(
    `delete from journal where ${OURS} and started_at is null and finished_at is null`,
    values(key, token),
  );
}

const OURS = `${ATTEMPT}
  and spawn_token = $6 and settled_by is null`;

function values(key: StepKey, token: string): unknown[] {
  return [...keyValues(key), token];
}
