import { PlannerOutput } from "#change/plan.ts";
import type { Sql } from "#store/postgres/database.ts";

/** The plan a change was asked for with, or null. Only its first revision is that plan: what people ask for anew is planned. */
export async function findPreparedPlan(sql: Sql, id: string): Promise<PlannerOutput | null> {
  const { rows } = await sql.query<{ prepared_plan: unknown }>(
    "select prepared_plan from changes where id = $1 and revision = 1",
    [id],
  );
  const prepared = rows[0]?.prepared_plan ?? null;
  return prepared === null ? null : PlannerOutput.parse(prepared);
}
