import type { Change, Decision } from "#change/change.ts";
import { stillApprovers } from "#change/still-approve.ts";
import type { Sql } from "#store/postgres/database.ts";
import { markEscalated, markSaid } from "#store/timers.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import { findTerms, type TermsDeps } from "./terms.ts";

/** What it is given. */
export type RemindDeps = TermsDeps & Pick<ThreadDeps, "record">;

/**
 * Says the first thing that is due of an open question: that half of its time is over, that more people may approve now,
 * that it ends soon. One conditional update with its event, in the caller's transaction, which holds the change's row.
 * False when nothing is due, or it was answered, or its time is over: then nothing was written.
 */
export async function remind(
  sql: Sql,
  deps: RemindDeps,
  change: Change,
  question: Decision,
): Promise<boolean> {
  const { gate, revision, round } = question;
  const key = { changeId: change.id, gate, revision, round };
  if (await markSaid(sql, key, "reminded")) {
    await deps.record(sql, change.id, { type: "reminded", gate, revision, round });
    return true;
  }
  if (await escalate(sql, deps, change, question)) return true;
  if (!(await markSaid(sql, key, "warned"))) return false;
  await deps.record(sql, change.id, { type: "warned", gate, revision, round });
  return true;
}

/** Who comes is what the rules say now; whom the row then names is what every click goes by. */
async function escalate(sql: Sql, deps: RemindDeps, change: Change, question: Decision): Promise<boolean> {
  const { gate, revision, round, escalated } = question;
  const came = findTerms(deps, change).nextEscalation;
  const environments = came?.environments ?? [];
  const after = findTerms(deps, withEscalated(change, question, [...escalated, ...environments]));
  const next = after.nextEscalation;
  const nextInMinutes = came === null || next === null ? null : next.afterMinutes - came.afterMinutes;
  const key = { changeId: change.id, gate, revision, round };
  if (!(await markEscalated(sql, key, { environments, nextInMinutes }))) return false;
  // The rules may have changed since it was asked, and bring nobody any more: then there is nothing to say.
  if (came === null) return true;
  // The record names nobody whose approval would be refused.
  const brought = stillApprovers(change, after).filter((one) =>
    one.environments.some((name) => environments.includes(name)),
  );
  const users = [...new Set(brought.flatMap((one) => one.escalated?.users ?? []))];
  const groups = [...new Set(brought.flatMap((one) => one.escalated?.groups ?? []))];
  const event = { type: "escalated", gate, revision, round, environments, users, groups } as const;
  await deps.record(sql, change.id, event);
  return true;
}

function withEscalated(change: Change, question: Decision, escalated: string[]): Change {
  const decisions = change.decisions.map((one) => (one === question ? { ...one, escalated } : one));
  return { ...change, decisions };
}
