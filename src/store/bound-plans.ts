import { z } from "zod";
import { PlannerOutput } from "#change/plan.ts";
import { Bindings, type BoundPlan } from "#change/preview.ts";
import type { Sql } from "#store/postgres/database.ts";

/** A change's plan with everything its approval covers, as it was recorded, or null while there is none. */
export async function findBoundPlan(sql: Sql, id: string): Promise<BoundPlan | null> {
  const { rows } = await sql.query(
    "select revision, plan, bindings, digest from changes where id = $1 and bindings is not null and digest is not null",
    [id],
  );
  return rows[0] === undefined ? null : BoundRow.parse(rows[0]);
}

const BoundRow = z.object({ revision: z.int(), plan: PlannerOutput, bindings: Bindings, digest: z.string() });
