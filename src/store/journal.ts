import { z } from "zod";
import {
  attemptOf,
  type ChildProcess,
  Direction,
  type OpenAttempt,
  Outcome,
  type StepEnd,
  type StepKey,
  type StepRecord,
} from "#change/journal.ts";
import { Person } from "#change/person.ts";
import type { Sql } from "#store/postgres/database.ts";

/** Writes the intent to run, before the spawn. False when this attempt has a row already: it must not be run again. */
export async function insertIntent(
  sql: Sql,
  key: StepKey,
  argv: string[],
  dir: string,
  by: { epoch: number; here: Pick<ChildProcess, "host" | "bootId">; token: string },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into journal (change_id, revision, step, direction, attempt, argv, dir, lease_epoch, host, boot_id, spawn_token)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
    [...keyValues(key), JSON.stringify(argv), dir, by.epoch, by.here.host, by.here.bootId, by.token],
  );
  return rowCount === 1;
}

/** Records that the child runs, where, and since how many ms. */
export async function markStarted(sql: Sql, key: StepKey, child: ChildProcess, agoMs: number): Promise<void> {
  await sql.query(
    `update journal set started_at = now() - make_interval(secs => $10 / 1000.0), host = $6, boot_id = $7, pgid = $8, pid_start = $9
     where ${ATTEMPT}`,
    [...keyValues(key), child.host, child.bootId, child.pgid, child.pidStart, agoMs],
  );
}

/** Records the end; false when it has one. An attempt ends once: the first record stands. */
export async function markFinished(sql: Sql, key: StepKey, end: StepEnd): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update journal set finished_at = now(), outcome = $6, exit_code = $7, signal = $8, error = $9, may_run_until = $10,
       refused = $12, spawn_token = case when $11 then null else spawn_token end
     where ${ATTEMPT} and finished_at is null`,
    [
      ...keyValues(key),
      end.outcome,
      end.exitCode,
      end.signal,
      end.error,
      end.mayRunUntil ?? null,
      end.wasEnded === true,
      end.isRefused === true,
    ],
  );
  return rowCount === 1;
}

/** The attempts of a change that have no end, the oldest first. */
export async function findOpenAttempts(sql: Sql, changeId: string): Promise<OpenAttempt[]> {
  const { rows } = await sql.query<JournalRow>(
    "select * from journal where change_id = $1 and finished_at is null order by intent_at",
    [changeId],
  );
  return rows.map((raw) => {
    const row = JournalRow.parse(raw);
    const record = toRecord(row);
    const { argv, dir } = record;
    const key = { changeId: record.changeId, ...attemptOf(record) };
    return { key, argv, dir, child: toChild(row), since: row.started_at ?? row.intent_at };
  });
}

/**
 * Writes what a person says of an attempt whose end nobody saw, with the round of the question they answered. Once only;
 * false when it is settled by now.
 */
export async function settleAttempt(
  sql: Sql,
  key: StepKey,
  word: { answer: "happened" | "did_not_happen"; by: Person; round: number },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update journal set outcome = $6, settled_by = $7, settled_round = $8
     where ${ATTEMPT} and outcome = 'unknown' and settled_by is null`,
    [...keyValues(key), word.answer === "happened" ? "done" : "not run", JSON.stringify(word.by), word.round],
  );
  return rowCount === 1;
}

/** Writes `done` to an attempt whose end nobody saw, because a look showed its effect; false when it is settled by now. */
export async function settleByLook(sql: Sql, key: StepKey): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update journal set outcome = 'done', error = null
     where ${ATTEMPT} and outcome = 'unknown' and settled_by is null`,
    keyValues(key),
  );
  return rowCount === 1;
}

/** Writes the uids of the objects that an attempt made. Once only: the first look after it knows them. */
export async function noteMade(
  sql: Sql,
  key: StepKey,
  made: Readonly<Record<string, string>>,
): Promise<void> {
  await sql.query(`update journal set made = $6 where ${ATTEMPT} and made is null`, [
    ...keyValues(key),
    JSON.stringify(made),
  ]);
}

/** Whether an attempt that could not be ended where it runs may still run: by the database's clock, which dated it. */
export async function mayStillRun(sql: Sql, key: StepKey): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from journal where ${ATTEMPT} and clock_timestamp() < may_run_until`,
    keyValues(key),
  );
  return rowCount === 1;
}

/**
 * Whether an approver's decision permits one more attempt after this one: it answered a question about exactly this
 * revision and digest with "it did not happen", and this attempt is the one it spoke of (invariant 3).
 */
export async function mayRunAgain(sql: Sql, key: StepKey, digest: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from journal j join decisions d on d.change_id = j.change_id and d.revision = j.revision
       and d.round = j.settled_round and d.gate = 'operator' and d.answer = 'did_not_happen' and d.digest = $6
     where j.change_id = $1 and j.revision = $2 and j.step = $3 and j.direction = $4 and j.attempt = $5
       and j.outcome = 'not run'`,
    [...keyValues(key), digest],
  );
  return rowCount === 1;
}

/** Every attempt of a change, in the order they were made. */
export async function findSteps(sql: Sql, changeId: string): Promise<StepRecord[]> {
  const { rows } = await sql.query<JournalRow>(
    "select * from journal where change_id = $1 order by intent_at, direction, step",
    [changeId],
  );
  return rows.map(toRecord);
}

/** The condition that names one attempt by its first five values, which are `keyValues`. */
export const ATTEMPT = "change_id = $1 and revision = $2 and step = $3 and direction = $4 and attempt = $5";

/** An attempt's key, in the order of the journal's columns. */
export function keyValues(key: StepKey): unknown[] {
  return [key.changeId, key.revision, key.step, key.direction, key.attempt];
}

const JournalRow = z.object({
  change_id: z.string(),
  revision: z.int(),
  step: z.int(),
  direction: Direction,
  attempt: z.int(),
  argv: z.array(z.string()),
  dir: z.string(),
  outcome: Outcome.nullable(),
  exit_code: z.int().nullable(),
  error: z.string().nullable(),
  intent_at: z.date(),
  started_at: z.date().nullable(),
  finished_at: z.date().nullable(),
  host: z.string().nullable(),
  boot_id: z.string().nullable(),
  pgid: z.int().nullable(),
  pid_start: z.string().nullable(),
  may_run_until: z.date().nullable(),
  settled_by: Person.nullable(),
  told_at: z.date().nullable(),
  refused: z.boolean(),
  made: z.record(z.string(), z.string()).nullable(),
});
type JournalRow = z.infer<typeof JournalRow>;

function toRecord(raw: JournalRow): StepRecord {
  const row = JournalRow.parse(raw);
  return {
    changeId: row.change_id,
    revision: row.revision,
    step: row.step,
    direction: row.direction,
    attempt: row.attempt,
    argv: row.argv,
    dir: row.dir,
    outcome: row.outcome ?? "running",
    exitCode: row.exit_code,
    error: row.error,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    host: row.host,
    mayRunUntil: row.may_run_until,
    settledBy: row.settled_by,
    toldAt: row.told_at,
    isRefused: row.refused,
    made: row.made,
  };
}

function toChild({ host, boot_id, pgid, pid_start }: JournalRow): OpenAttempt["child"] {
  if (host === null || boot_id === null) return null;
  const process = pgid === null || pid_start === null ? {} : { pgid, pidStart: pid_start };
  return { host, bootId: boot_id, ...process };
}
