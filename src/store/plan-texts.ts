import type { PlanText } from "#change/plan-text.ts";
import type { Sql } from "#store/postgres/database.ts";

type PlanKey = { changeId: string; revision: number };

/** Keeps the text of one saved plan. The same step again replaces it: a preview made again after a crash is the one that counts. */
export async function putPlanText(
  sql: Sql,
  { changeId, revision }: PlanKey,
  { step, text, omitted }: PlanText,
): Promise<void> {
  await sql.query(
    `insert into plan_texts (change_id, revision, step, text, omitted) values ($1, $2, $3, $4, $5)
     on conflict (change_id, revision, step) do update set text = excluded.text, omitted = excluded.omitted`,
    // PostgreSQL's text holds no NUL; what terraform prints may.
    [changeId, revision, step, text.replaceAll("\0", "\\0"), omitted],
  );
}

/** The texts of a revision's saved plans, by step; none where nothing was planned by terraform. */
export async function findPlanTexts(sql: Sql, { changeId, revision }: PlanKey): Promise<PlanText[]> {
  const { rows } = await sql.query<PlanText>(
    "select step, text, omitted from plan_texts where change_id = $1 and revision = $2 order by step",
    [changeId, revision],
  );
  return rows;
}
