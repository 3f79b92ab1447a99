import { z } from "zod";
import { PlannerOutput } from "#change/plan.ts";
import { Bindings, type BoundPlan } from "#change/preview.ts";
import type { Sql } from "#store/postgres/database.ts";
import { ERRORED_STATE } from "./sealed-files.ts";

/** The plan a change was asked for with, or null. Only its first revision is that plan: what people ask for anew is planned. */
export async function findPreparedPlan(sql: Sql, id: string): Promise<PlannerOutput | null> {
  const { rows } = await sql.query<{ prepared_plan: unknown }>(
    "select prepared_plan from changes where id = $1 and revision = 1",
    [id],
  );
  const prepared = rows[0]?.prepared_plan ?? null;
  return prepared === null ? null : PlannerOutput.parse(prepared);
}

/** A change's plan with everything its approval covers, as it was recorded, or null while there is none. */
export async function findBoundPlan(sql: Sql, id: string): Promise<BoundPlan | null> {
  const { rows } = await sql.query(
    "select revision, plan, bindings, digest from changes where id = $1 and bindings is not null and digest is not null",
    [id],
  );
  return rows[0] === undefined ? null : BoundRow.parse(rows[0]);
}

/**
 * Begins the next revision of a change, in the transaction of the request for it: from then on no row names the old plan as
 * the one that is open, so that no answer to it counts. What was saved for it is forgotten. Risk and environments stay until
 * the new plan has its own: they say who may decide. Throws when the change is at another revision.
 */
export async function beginRevision(sql: Sql, changeId: string, revision: number): Promise<void> {
  const { rowCount } = await sql.query(
    `update changes set revision = $2, plan = null, step_risks = '{}', risk_reasons = '{}', previews = '[]',
       bindings = null, digest = null, targets = '{}', error = null
     where id = $1 and revision = $2 - 1`,
    [changeId, revision],
  );
  if (rowCount !== 1) throw new Error(`Change ${changeId} is not at revision ${revision - 1}.`);
  await sql.query("delete from plan_texts where change_id = $1 and revision < $2", [changeId, revision]);
  await sql.query(
    "delete from sealed_files where change_id = $1 and revision < $2 and not starts_with(name, $3)",
    [changeId, revision, ERRORED_STATE],
  );
}

const BoundRow = z.object({ revision: z.int(), plan: PlannerOutput, bindings: Bindings, digest: z.string() });
