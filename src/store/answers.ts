import type { GivenAnswer } from "#change/planning/given-answer.ts";
import type { Sql } from "#store/postgres/database.ts";

/** Writes what a question was answered. */
export async function noteAnswer(sql: Sql, changeId: string, answer: GivenAnswer): Promise<void> {
  await sql.query("update changes set answer = $2 where id = $1", [changeId, JSON.stringify(answer)]);
}
