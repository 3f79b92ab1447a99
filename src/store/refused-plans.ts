import type { RefusedPlan } from "#change/planning/refused-plan.ts";
import type { Sql } from "#store/postgres/database.ts";

/** Writes that a plan was refused and is made anew. False where the row says so already. */
export async function noteRefusedPlan(sql: Sql, changeId: string, refused: RefusedPlan): Promise<boolean> {
  const { rowCount } = await sql.query(
    "update changes set refused_plan = $2 where id = $1 and refused_plan is distinct from $2::jsonb",
    [changeId, JSON.stringify(refused)],
  );
  return rowCount === 1;
}
