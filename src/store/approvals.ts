import type { Person } from "#change/person.ts";
import type { Sql } from "#store/postgres/database.ts";
import { keyOf } from "./changes.ts";
import type { Question } from "./decisions.ts";

/**
 * Holds the change's row for the rest of the transaction, so that approvals of one change come one after the other and
 * none of two that come at once overlooks the other. Returns false when there is no such change.
 */
export async function lockChange(sql: Sql, changeId: string): Promise<boolean> {
  const { rowCount } = await sql.query("select 1 from changes where id = $1 for update", [changeId]);
  return rowCount === 1;
}

/** Writes one person's yes to this question; the same person's again changes nothing. */
export async function insertApproval(
  sql: Sql,
  question: Question & { round: number },
  approval: { by: Person; reason: string | null },
): Promise<void> {
  await sql.query(
    `insert into approvals (change_id, gate, revision, round, digest, by_key, by, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      question.changeId,
      question.gate,
      question.revision,
      question.round,
      question.digest,
      keyOf(approval.by),
      JSON.stringify(approval.by),
      approval.reason,
    ],
  );
}
