import { type Ask, type Asked, MAX_REQUEST_LENGTH, type RollbackAsked } from "#change/changes.ts";
import type { Person } from "#change/person.ts";
import type { Plan } from "#change/plan.ts";
import { wayBackPlan } from "#change/way-back.ts";
import { findChange } from "#store/changes.ts";
import { findSteps } from "#store/journal.ts";
import type { Sql } from "#store/postgres/database.ts";

/** Takes a request on whose plan is there already. */
type AskPrepared = (sql: Sql, given: Ask, prepared: Plan) => Promise<Asked>;

/**
 * Asks for the way back of a done change, as a change of its own: judged, previewed and approved like any other, and one
 * for each change, however often it is asked for. Nothing a model writes is in it but what was approved before.
 */
export async function askRollback(
  sql: Sql,
  ask: AskPrepared,
  changeId: string,
  by: Person,
): Promise<RollbackAsked> {
  const change = await findChange(sql, changeId);
  if (change === null) return { kind: "unknown" };
  const prepared = wayBackPlan(change, await findSteps(sql, changeId));
  if (prepared === null) {
    return { kind: "refused", reason: "This change is not done, or none of its steps has a way back." };
  }
  const request = `Roll back change ${change.id}: ${change.request}`.slice(0, MAX_REQUEST_LENGTH);
  const { home } = change;
  const idempotencyKey = `rollback:${change.id}`;
  return ask(sql, { request, requester: by, home, planOnly: false, idempotencyKey }, prepared);
}
