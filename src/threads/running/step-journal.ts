import { randomUUID } from "node:crypto";
import { ChangeCancelledError } from "#change/cancel.ts";
import { attemptOf, type ChildProcess, type StepEnd, type StepKey } from "#change/journal.ts";
import type { Attempt, Journal } from "#execution/deps.ts";
import { lockChange } from "#store/approvals.ts";
import { findCancel } from "#store/cancels.ts";
import { appendAsEvidence, settleByEvidence, withdrawIntent } from "#store/evidence.ts";
import { findOpenAttempts, insertIntent, markFinished, markStarted } from "#store/journal.ts";
import { assertOwned, isHeld, type Lease, LeaseLostError, renewLease } from "#store/leases.ts";
import { appendLines } from "#store/log-lines.ts";
import { isAway } from "#store/postgres/away.ts";
import type { Sql } from "#store/postgres/database.ts";
import { findTargets } from "#store/target-locks.ts";
import type { ThreadDeps } from "#threads/deps.ts";

type JournalDeps = Pick<ThreadDeps, "database" | "record" | "leaseOf" | "held" | "pace">;

/**
 * Execution's journal. Each write is fenced by the lease the attempt was begun with: a stale owner writes nothing
 * (docs/architecture.md, invariant 2), but evidence about the child it saw end (store/evidence.ts). What a child did is held while the
 * database is away, and the run with it, so that nothing else is spawned meanwhile.
 */
export function createStepJournal(deps: JournalDeps): Journal {
  return {
    intend: async (key, argv, dir, here) => {
      const lease = deps.leaseOf(key.changeId);
      // After an outage the heartbeat may not have come by yet, and what is not held is not spawned.
      if (!isHeld(lease)) await renewLease(deps.database.urgent, lease, deps.pace.leaseMs);
      const spawned = { key, token: randomUUID() };
      try {
        const isNew = await owned(deps, lease, (sql) =>
          intend(sql, deps, spawned, { argv, dir, here, lease }),
        );
        return isNew ? createAttempt(deps, lease, spawned) : null;
      } catch (error) {
        // Whether it is committed is not known; that nothing was spawned is, and then nobody has to be asked.
        if (isAway(error)) await createAttempt(deps, lease, spawned).withdraw();
        throw error;
      }
    },
    findOpen: (changeId) => findOpenAttempts(deps.database, changeId),
    finishOpen: (key, end) => owned(deps, deps.leaseOf(key.changeId), (sql) => finish(sql, deps, key, end)),
  };
}

type Spawned = { key: StepKey; token: string };

async function intend(
  sql: Sql,
  { record }: JournalDeps,
  { key, token }: Spawned,
  {
    argv,
    dir,
    here,
    lease,
  }: { argv: string[]; dir: string; here: Pick<ChildProcess, "host" | "bootId">; lease: Lease },
): Promise<boolean> {
  // Whoever runs the graph by another way than its owner's has taken no targets.
  if (!(await findTargets(sql, key.changeId)).areHeld)
    throw new Error(`Change ${key.changeId} does not hold what step ${key.step} would touch: not run.`);
  // Under the row's lock: a cancel is written before this, or finds the intent.
  if (key.direction === "forward" && (await findCancel(sql, key.changeId)) !== null)
    throw new ChangeCancelledError();
  const isNew = await insertIntent(sql, key, argv, dir, { epoch: lease.epoch, here, token });
  if (!isNew) return false;
  await sql.query("update changes set current_step = $2 where id = $1", [key.changeId, key.step]);
  await record(sql, key.changeId, { type: "step_started", ...attemptOf(key) });
  return true;
}

function createAttempt(deps: JournalDeps, lease: Lease, spawned: Spawned): Attempt {
  const { database, held, record } = deps;
  const { key, token } = spawned;
  // The token in full would let whoever reads the log speak for this instance.
  const about = { changeId: key.changeId, ...attemptOf(key), spawnToken: `${token.slice(0, 8)}…` };
  const asOwner = (work: (sql: Sql) => Promise<void>) => owned(deps, lease, work);
  const asEvidence = (work: (sql: Sql) => Promise<void>): Promise<void> =>
    database.transaction(async (sql) => {
      await lockChange(sql, key.changeId);
      await work(sql);
    });
  return {
    isHeld: () => isHeld(lease),
    withdraw: () => held.until({ ...about, what: "intent" }, () => withdrawIntent(database, spawned)),
    started: (place) => {
      const startedMs = performance.now();
      const write = () => asOwner((sql) => markStarted(sql, key, place, performance.now() - startedMs));
      return held.until({ ...about, what: "start" }, () => write().catch(unlessLost));
    },
    lines: (lines) => {
      const event = { type: "step_logged", ...attemptOf(key) } as const;
      const write = () =>
        asOwner(async (sql) => {
          await appendLines(sql, key, lines);
          await record(sql, key.changeId, event);
        });
      const tell = () =>
        asEvidence(async (sql) => {
          if (await appendAsEvidence(sql, spawned, lines)) await record(sql, key.changeId, event);
        });
      return held.until({ ...about, what: "lines", lines: lines.length }, () =>
        write().catch((error: unknown) => {
          unlessLost(error);
          return tell();
        }),
      );
    },
    finished: (end) => {
      const { outcome, exitCode, error } = end;
      const tell = () => asEvidence((sql) => settle(sql, deps, spawned, end));
      return held.until({ ...about, what: "end", outcome, exitCode, error }, async () => {
        try {
          await asOwner((sql) => finish(sql, deps, key, end));
        } catch (fault) {
          if (fault instanceof LeaseLostError) await tell();
          throw fault;
        }
      });
    },
  };
}

function owned<Result>(
  { database }: Pick<JournalDeps, "database">,
  lease: Lease,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (sql) => {
    await assertOwned(sql, lease);
    return work(sql);
  });
}

async function finish(
  sql: Sql,
  { record }: Pick<JournalDeps, "record">,
  key: StepKey,
  end: StepEnd,
): Promise<void> {
  // Written a second time after a commit that was cut, it is told once.
  if (!(await markFinished(sql, key, end))) return;
  await record(sql, key.changeId, { type: "step_finished", ...attemptOf(key), outcome: end.outcome });
}

async function settle(sql: Sql, { record }: JournalDeps, spawned: Spawned, end: StepEnd): Promise<void> {
  const seen = asSeen(end);
  if (!(await settleByEvidence(sql, spawned, seen))) return;
  const { key } = spawned;
  await record(sql, key.changeId, { type: "step_finished", ...attemptOf(key), outcome: seen.outcome });
}

/** A command that a signal ended was ended by whoever took the change over, and may have taken effect. */
function asSeen(end: StepEnd): StepEnd {
  return end.outcome === "failed" && end.signal !== null ? { ...end, outcome: "unknown" } : end;
}

/** Throws anything but a lost lease. */
function unlessLost(error: unknown): void {
  if (!(error instanceof LeaseLostError)) throw error;
}
