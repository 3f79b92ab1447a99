import type { Database, Sql } from "#store/postgres/database.ts";

/**
 * The right to work on one change, until somebody else takes it over. Every write of the owner names `epoch`. By
 * `heldUntilMs` (of performance.now(), moved on at each renewal) somebody else may have it, whether or not we were told.
 */
export type Lease = { changeId: string; owner: string; epoch: number; workSeen: number; heldUntilMs: number };

/** The lease is somebody else's by now: whatever was being done must stop, and nothing more be written. */
export class LeaseLostError extends Error {
  override name = "LeaseLostError";
  constructor(lease: Pick<Lease, "changeId" | "owner" | "epoch">) {
    super(
      `Change ${lease.changeId} is no longer owned by ${lease.owner} at epoch ${lease.epoch}: another instance took it over.`,
    );
  }
}

/** Finds the lease this instance holds on a change; throws LeaseLostError when it holds none. */
export function createLeaseOf(runs: ReadonlyMap<string, { lease: Lease }>): (changeId: string) => Lease {
  return (changeId) => {
    const lease = runs.get(changeId)?.lease;
    if (lease === undefined) throw new LeaseLostError({ changeId, owner: "this instance", epoch: 0 });
    return lease;
  };
}

/** How many changes may be worked on at once. */
export type RunLimits = { all: number; perRequester: number };

/**
 * A change in its review mostly waits for a rollout, up to `settle_seconds`, and is worked on by short looks: five of them
 * kept their requester's next change queued for ten minutes. So it takes no place, up to so many times the places there are.
 */
const REVIEWED_A_PLACE = 4;

/** Serialises claims, so that the limits hold over all instances. Claims are short: no network in between. */
const CLAIM_LOCK = "7310868735955264049";

/**
 * now() is when the transaction began, and it may have waited since for another instance's: counted from then a lease could
 * be over by the database's clock while its owner still holds it by its own.
 */
const LEASE_END = "clock_timestamp() + make_interval(secs => $2 / 1000.0)";

/**
 * Takes the change that has waited longest for work and that nobody owns, or null when there is none or the limits are
 * reached. A change whose owner died is claimable as soon as its lease has run out, ahead of all that has no owner: something
 * of it may be running. But not within a lease's time after the server's start: a living owner could not renew while it was
 * away, and goes first. `held` are those this instance still has a run of: taken up again, that old run would write under
 * the new epoch.
 */
export async function claimChange(
  database: Database,
  owner: string,
  leaseMs: number,
  limits: RunLimits,
  held: readonly string[] = [],
): Promise<Lease | null> {
  return database.transaction(async (sql) => {
    await sql.query("select pg_advisory_xact_lock($1)", [CLAIM_LOCK]);
    const heldUntilMs = performance.now() + leaseMs;
    const { rows } = await sql.query<{ id: string; lease_epoch: number; work_wanted: number }>(
      // The owner is named so that the index of leased changes serves: without it every change ever made was read.
      `with live as (select id, requester_key, status <> 'reviewing' as takes_place from changes where lease_owner is not null and lease_until > now()),
       next as (
         select c.id from changes c
         where c.work_wanted > c.work_done and c.id <> all ($5::uuid[]) and (c.retry_at is null or c.retry_at <= now()) and (c.lease_until is null or (c.lease_until <= now() and pg_postmaster_start_time() < now() - make_interval(secs => $2 / 1000.0)))
           and (select count(*) from live) < ${REVIEWED_A_PLACE} * $3
           and (select count(*) from live l where l.requester_key = c.requester_key) < ${REVIEWED_A_PLACE} * $4
           and (c.status = 'reviewing' or (select count(*) from live where takes_place) < $3
             and (select count(*) from live l where takes_place and l.requester_key = c.requester_key) < $4)
         order by c.lease_owner is null, c.work_wanted_at, c.id limit 1 for update skip locked
       )
       update changes set lease_owner = $1, lease_epoch = lease_epoch + 1,
         lease_until = ${LEASE_END}
       where id = (select id from next) returning id, lease_epoch, work_wanted`,
      [owner, leaseMs, limits.all, limits.perRequester, held],
    );
    const row = rows[0];
    if (row === undefined) return null;
    return { changeId: row.id, owner, epoch: row.lease_epoch, workSeen: row.work_wanted, heldUntilMs };
  });
}

/** Prolongs the lease; false when it is somebody else's by now. */
export async function renewLease(sql: Sql, lease: Lease, leaseMs: number): Promise<boolean> {
  const heldUntilMs = performance.now() + leaseMs;
  const { rowCount } = await sql.query(
    // Its row is waited for first: an update that waits has computed what it writes before.
    `update changes c set lease_until = ${LEASE_END}
     from (select id from changes where id = $1 and lease_owner = $4 and lease_epoch = $3 for update) mine
     where c.id = mine.id`,
    [lease.changeId, leaseMs, lease.epoch, lease.owner],
  );
  // One that was asked for earlier may be answered later.
  if (rowCount === 1) lease.heldUntilMs = Math.max(lease.heldUntilMs, heldUntilMs);
  return rowCount === 1;
}

/** Whether nobody else can have taken it yet, by this machine's clock alone. It counts from before each renewal was asked for. */
export function isHeld(lease: Lease): boolean {
  return performance.now() < lease.heldUntilMs;
}

/** Locks the change's row and makes sure that the lease still holds, for the rest of the transaction. Throws LeaseLostError. */
export async function assertOwned(sql: Sql, lease: Lease): Promise<void> {
  const { rowCount } = await sql.query(
    "select 1 from changes where id = $1 and lease_owner = $2 and lease_epoch = $3 for update",
    [lease.changeId, lease.owner, lease.epoch],
  );
  if (rowCount !== 1) throw new LeaseLostError(lease);
}

/** Whether somebody has this change at hand at this moment. */
export async function isOwned(sql: Sql, changeId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    "select 1 from changes where id = $1 and lease_owner is not null and lease_until > clock_timestamp()",
    [changeId],
  );
  return rowCount === 1;
}

/**
 * Counts a fault at a change and says how many there are by now; it is claimed again after the pause of that number, the
 * last one for all that follow. Not `counted`, it only rests for the first pause. Throws LeaseLostError.
 */
export async function countFault(
  sql: Sql,
  lease: Lease,
  pausesMs: readonly number[],
  counted: boolean,
): Promise<number> {
  const { rows } = await sql.query<{ faults: number }>(
    `update changes set faults = faults + $5, retry_at = now() + make_interval(secs => $6 *
       coalesce(($4::float8[])[least(faults * $5 + 1, cardinality($4::float8[]))], 0))
     where id = $1 and lease_owner = $2 and lease_epoch = $3 returning faults`,
    [lease.changeId, lease.owner, lease.epoch, pausesMs, counted ? 1 : 0, 1 / 1_000],
  );
  if (rows[0] === undefined) throw new LeaseLostError(lease);
  return rows[0].faults;
}

/** Gives the change back. What was asked for since the claim stays asked for. `workSeen` null: nothing was finished. */
export async function releaseLease(sql: Sql, lease: Lease, workSeen: number | null): Promise<void> {
  await sql.query(
    `update changes set lease_owner = null, lease_until = null, work_done = coalesce($4, work_done),
       faults = case when $4::int is null then faults else 0 end
     where id = $1 and lease_owner = $2 and lease_epoch = $3`,
    [lease.changeId, lease.owner, lease.epoch, workSeen],
  );
}

/** Asks for work on a change, and wakes nobody: the caller does, with its own transaction. */
export async function wantWork(sql: Sql, changeId: string): Promise<void> {
  // Whoever asks is a reason to try at once, and as often as at first.
  await sql.query(
    `update changes set work_wanted = work_wanted + 1, work_wanted_at = now(), faults = 0, retry_at = null where id = $1`,
    [changeId],
  );
}
