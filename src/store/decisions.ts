import type { Answer, Decision, Gate } from "#change/change.ts";
import type { Person } from "#change/person.ts";
import type { Question as Asked } from "#change/planning/question.ts";
import type { Sql } from "#store/postgres/database.ts";
import { toDecision } from "./changes.ts";

/** now() is when the transaction began, and it may have waited for a lock since. */
const IN_TIME = "(d.expires_at is null or clock_timestamp() < d.expires_at)";

/** The question as its asker names it. */
export type Question = { changeId: string; gate: Gate; revision: number; digest: string };

/**
 * Puts a question to a person, once per interrupt of the graph: asked again for the same interrupt, it changes nothing.
 * Returns its round, or null when it stood already. `openMinutes` null: it stays open; `escalateMinutes` null: nobody else
 * is asked. The times are the database's, which is the one clock that every instance goes by.
 */
export async function openQuestion(
  sql: Sql,
  question: Question & {
    interruptId: string;
    openMinutes: number | null;
    escalateMinutes: number | null;
    questions?: readonly Asked[];
  },
): Promise<number | null> {
  const { rows } = await sql.query<{ round: number }>(
    `insert into decisions (change_id, gate, revision, round, digest, interrupt_id, expires_at, escalates_at, questions)
     select $1, $2, $3, 1 + count(*), $4, $5, now() + make_interval(secs => $6::float8 * 60),
       now() + make_interval(secs => $7::float8 * 60), $8::jsonb from decisions where change_id = $1 and gate = $2 and revision = $3
     on conflict (change_id, interrupt_id) do nothing returning round`,
    [
      question.changeId,
      question.gate,
      question.revision,
      question.digest,
      question.interruptId,
      question.openMinutes,
      question.escalateMinutes,
      JSON.stringify(question.questions ?? []),
    ],
  );
  return rows[0]?.round ?? null;
}

/**
 * Records that policy asks for nobody: the permission of an unattended run. The same again changes nothing, and a change
 * that was asked for as a plan only never has one.
 */
export async function permitByPolicy(sql: Sql, question: Question, by: Person): Promise<void> {
  await sql.query(
    `insert into decisions (change_id, gate, revision, round, digest, answer, by, decided_at)
     select $1, 'approval', $2, 1, $3, 'approve', $4, now() from changes where id = $1 and not plan_only
     on conflict (change_id, gate, revision, round) do nothing`,
    [question.changeId, question.revision, question.digest, JSON.stringify(by)],
  );
}

/**
 * An answer to a question. `answers`: what was said to each question of the Planner. `approvals`: how many persons' yes to this very digest it takes; 0 for any other answer.
 * `voids`: an `expire` that does not wait for the time to be over, because what was asked about is not there any more.
 */
export type GivenAnswer = {
  answer: Answer;
  by: Person;
  reason: string | null;
  answers?: readonly string[];
  approvals: number;
  brokeGlass: boolean;
  voids?: boolean;
};

/**
 * The one conditional UPDATE that decides (docs/architecture.md, invariant 1): it changes a row only while the question is open, the
 * change stands where it was asked, revision and digest are the ones the person saw, there are approvals enough, and its
 * time is not over where that counts: by the database's clock, which at the same moment lets either an approval or the
 * expiry through, never both. The Planner's questions have a digest of their own; the change has none yet. True for the
 * one winner.
 */
export async function answerQuestion(
  sql: Sql,
  question: Question & { round: number },
  given: GivenAnswer,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update decisions d set answer = $6, by = $7, reason = $8, decided_at = now(), broke_glass = $10, answers = $12
     from changes c
     where d.change_id = $1 and d.gate = $2 and d.revision = $3 and d.round = $4 and d.digest = $5 and d.answer is null
       and c.id = d.change_id and c.revision = d.revision and (d.gate = 'answers' or c.digest = d.digest)
       and not (c.plan_only and $6 = 'approve')
       and not (c.cancel_at is not null and $6 in ('approve', 'request_changes', 'answered'))
       and c.status = case d.gate when 'answers' then 'asking' when 'approval' then 'waiting' else 'needs_person' end
       and $9 <= (select count(*) from approvals a where a.change_id = d.change_id and a.gate = d.gate
         and a.revision = d.revision and a.round = d.round and a.digest = d.digest)
       and case when $6 in ('approve', 'request_changes', 'answered') then ${IN_TIME}
         when $6 = 'expire' then $11 or not ${IN_TIME} else true end`,
    [
      question.changeId,
      question.gate,
      question.revision,
      question.round,
      question.digest,
      given.answer,
      JSON.stringify(given.by),
      given.reason,
      given.approvals,
      given.brokeGlass,
      given.voids === true,
      JSON.stringify(given.answers ?? []),
    ],
  );
  return rowCount === 1;
}

/** Whether this question's time is over by now. */
export async function isLate(sql: Sql, question: Question & { round: number }): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from decisions d where d.change_id = $1 and d.gate = $2 and d.revision = $3 and d.round = $4 and not ${IN_TIME}`,
    [question.changeId, question.gate, question.revision, question.round],
  );
  return rowCount === 1;
}

/** The answered question behind this interrupt of the graph, or null while it is open or unknown. */
export async function findAnswer(sql: Sql, changeId: string, interruptId: string): Promise<Decision | null> {
  const { rows } = await sql.query(
    "select * from decisions where change_id = $1 and interrupt_id = $2 and answer is not null",
    [changeId, interruptId],
  );
  return rows[0] === undefined ? null : toDecision(rows[0]);
}

/** The row that permits running exactly this revision and digest, or null: then nothing may run (invariant 3). No row permits a plan only. */
export async function findPermission(
  sql: Sql,
  changeId: string,
  revision: number,
  digest: string,
): Promise<Decision | null> {
  const { rows } = await sql.query(
    `select d.* from decisions d join changes c on c.id = d.change_id and not c.plan_only
     where d.change_id = $1 and d.gate = 'approval' and d.revision = $2 and d.digest = $3 and d.answer = 'approve'`,
    [changeId, revision, digest],
  );
  return rows[0] === undefined ? null : toDecision(rows[0]);
}
