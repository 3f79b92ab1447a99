import type { Decision } from "#change/change.ts";
import { answerQuestion } from "#store/decisions.ts";
import { wantWork } from "#store/leases.ts";
import type { Sql } from "#store/postgres/database.ts";
import { wake } from "#store/postgres/notify.ts";
import type { ThreadDeps } from "#threads/deps.ts";

/** What it is given; the policy is what the row names as who ended it. */
export type ExpireDeps = Pick<ThreadDeps, "record" | "policy">;

/**
 * Answers an open question with `expire`, and asks for the change to be carried to its end, in the caller's transaction.
 * `voids`: at once, because what was asked about is not there any more; else only when its time is over by the database's
 * clock. False when that is not so, or somebody has answered: then nothing was written.
 */
export async function expire(
  sql: Sql,
  deps: ExpireDeps,
  changeId: string,
  question: Pick<Decision, "gate" | "revision" | "round" | "digest">,
  why: { reason: string; voids: boolean },
): Promise<boolean> {
  const { gate, revision, round, digest } = question;
  const by = { kind: "policy", version: deps.policy.hash } as const;
  const { reason, voids } = why;
  const given = { answer: "expire", by, reason, approvals: 0, brokeGlass: false, voids } as const;
  const won = await answerQuestion(sql, { changeId, gate, revision, round, digest }, given);
  if (!won) return false;
  await sql.query("update changes set error = $2 where id = $1", [changeId, reason]);
  await wantWork(sql, changeId);
  const { answer, brokeGlass } = given;
  await deps.record(sql, changeId, {
    type: "decided",
    gate,
    revision,
    round,
    answer,
    by,
    reason,
    brokeGlass,
  });
  await wake(sql, "work");
  return true;
}
