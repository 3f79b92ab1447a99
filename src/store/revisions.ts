import type { Sql } from "#store/postgres/database.ts";
import { ERRORED_STATE } from "./sealed-files.ts";

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
  await sql.query(
    "delete from sealed_files where change_id = $1 and revision < $2 and not starts_with(name, $3)",
    [changeId, revision, ERRORED_STATE],
  );
}
