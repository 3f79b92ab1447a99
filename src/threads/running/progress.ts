import { type ChangeStatus, isEnded } from "#change/change.ts";
import { attemptOf, type StepKey, type StepRecord } from "#change/journal.ts";
import type { GivenAnswer } from "#change/planning/given-answer.ts";
import type { RefusedPlan } from "#change/planning/refused-plan.ts";
import { titleOf } from "#change/titles/title.ts";
import type { Review } from "#change/verdict.ts";
import type { PlannedChange } from "#graph/deps.ts";
import { noteAnswer } from "#store/answers.ts";
import { permitByPolicy } from "#store/decisions.ts";
import type { RecordEvents } from "#store/events.ts";
import { replaceTouched } from "#store/find-touched.ts";
import { noteMade, settleByLook } from "#store/journal.ts";
import { assertOwned } from "#store/leases.ts";
import { deleteLeftOpen } from "#store/left-open.ts";
import type { Sql } from "#store/postgres/database.ts";
import { noteRefusedPlan } from "#store/refused-plans.ts";
import { releaseTargets } from "#store/target-locks.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import { noteOpenHere } from "#threads/stopping/open-here.ts";

/** Writes of the owner of a change, each in one transaction that holds the lease. */
type OwnerDeps = Pick<ThreadDeps, "database" | "record" | "leaseOf">;

/** A list shows less of it. */
const TITLE_CHARS = 200;

/** Says what is being done now, to the row and whoever looks at it. */
export function reportStatus(deps: OwnerDeps, changeId: string, status: ChangeStatus): Promise<void> {
  return owned(deps, changeId, async (sql) => {
    await setStatus(sql, deps.record, changeId, status, null);
  });
}

/** Says once that a plan was refused and is made anew. */
export function reportRefused(deps: OwnerDeps, changeId: string, refused: RefusedPlan): Promise<void> {
  return owned(deps, changeId, async (sql) => {
    if (await noteRefusedPlan(sql, changeId, refused))
      await deps.record(sql, changeId, { type: "plan_refused", ...refused });
  });
}

/** Writes what a question was answered. */
export function recordAnswer(deps: OwnerDeps, changeId: string, answer: GivenAnswer): Promise<void> {
  return owned(deps, changeId, (sql) => noteAnswer(sql, changeId, answer));
}

/** Writes the assessed plan into the row; where policy asks for nobody, its permission too, in the same transaction. */
export function recordPlan(
  deps: OwnerDeps & Pick<ThreadDeps, "policy">,
  changeId: string,
  planned: PlannedChange,
): Promise<void> {
  const { assessment, bindings, digest, plan, previews, revision } = planned;
  const asksPerson = assessment.asksPerson && planned.mayRun;
  return owned(deps, changeId, async (sql) => {
    await sql.query(
      `update changes set plan = $2, digest = $3, risk = $4, risk_reasons = $5, step_risks = $6, environments = $7,
         revision = $8, previews = $9, bindings = $10, targets = $11, title = $12, title_revision = $8 where id = $1`,
      [
        changeId,
        JSON.stringify(plan),
        digest,
        assessment.risk,
        assessment.reasons,
        assessment.stepRisks,
        assessment.environments,
        revision,
        JSON.stringify(previews),
        JSON.stringify(bindings),
        assessment.targets,
        titleOf({ plan, stepRisks: assessment.stepRisks, previews })?.slice(0, TITLE_CHARS) ?? null,
      ],
    );
    await replaceTouched(sql, changeId, assessment.targets);
    await noteOpenHere(sql, changeId, assessment.targets);
    if (planned.mayRun && !asksPerson) {
      const question = { changeId, gate: "approval", revision, digest } as const;
      await permitByPolicy(sql, question, { kind: "policy", version: deps.policy.hash });
    }
    const { risk } = assessment;
    await deps.record(sql, changeId, { type: "planned", revision, risk, digest, asksPerson });
  });
}

/** Writes the uids of what steps made to their attempts, so that a rollback knows those objects again. */
export async function recordMade(
  deps: OwnerDeps,
  records: readonly StepRecord[],
  made: readonly { step: number; target: string; uid: string }[],
): Promise<void> {
  for (const step of new Set(made.map((one) => one.step))) {
    const own = made.filter((one) => one.step === step);
    const last = records.findLast((one) => one.step === step && one.direction === "forward");
    if (last === undefined) continue;
    const uids = Object.fromEntries(own.map(({ target, uid }) => [target, uid]));
    await owned(deps, last.changeId, (sql) => noteMade(sql, last, uids));
  }
}

/** Writes the verdict into the row. */
export function recordReview(deps: OwnerDeps, changeId: string, review: Review): Promise<void> {
  return owned(deps, changeId, async (sql) => {
    await sql.query("update changes set review = $2 where id = $1", [changeId, JSON.stringify(review)]);
    await deps.record(sql, changeId, { type: "reviewed", review });
  });
}

/** Writes that an attempt whose end nobody saw took effect: a look found what it changes as it leaves it. */
export function settleSeen(deps: OwnerDeps, key: StepKey): Promise<void> {
  return owned(deps, key.changeId, async (sql) => {
    if (!(await settleByLook(sql, key))) return;
    await deps.record(sql, key.changeId, { type: "step_finished", ...attemptOf(key), outcome: "done" });
  });
}

function owned(
  { database, leaseOf }: OwnerDeps,
  changeId: string,
  work: (sql: Sql) => Promise<void>,
): Promise<void> {
  return database.transaction(async (sql) => {
    await assertOwned(sql, leaseOf(changeId));
    await work(sql);
  });
}

/**
 * Moves a change to a status, with its event, in the caller's transaction; one that ends gives its targets back in it. The
 * same status again says nothing, and returns false.
 */
export async function setStatus(
  sql: Sql,
  record: RecordEvents,
  changeId: string,
  status: ChangeStatus,
  error: string | null,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update changes set status = $2, error = coalesce($3, error), ended_at = case when $4 then now() end
     where id = $1 and status <> $2`,
    [changeId, status, error, isEnded(status)],
  );
  if (rowCount !== 1) return false;
  if (isEnded(status)) {
    await record(sql, changeId, { type: "ended", status, error });
    await releaseTargets(sql, changeId);
    await deleteLeftOpen(sql, changeId);
  } else await record(sql, changeId, { type: "status", status });
  return true;
}
