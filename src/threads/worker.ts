import type { ChangeGraph } from "../graph/graph.ts";
import { type At, nowhere } from "../observe/crash-points.ts";
import { findChange } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import type { RecordEvents } from "../store/events.ts";
import {
  claimChange,
  type Lease,
  LeaseLostError,
  type RunLimits,
  releaseLease,
  renewLease,
} from "../store/leases.ts";
import { type Wakes, wake } from "../store/notify.ts";
import { carryOn } from "./carry.ts";
import { giveUpOrRetry } from "./faults.ts";
import { settle, type TimesOf } from "./settle.ts";
import { createTakeTargets } from "./take-targets.ts";

/** A lease is renewed at a third of its time; a notification can be lost, and the poll is what finds its work then. */
export type LeasePace = {
  leaseMs: number;
  heartbeatMs: number;
  pollMs: number;
  faultPausesMs?: readonly number[];
};

export type WorkerOptions = {
  database: Database;
  wakes: Wakes;
  record: RecordEvents;
  graph: ChangeGraph;
  leases: Map<string, Lease>;
  owner: string;
  limits: RunLimits;
  timesOf: TimesOf;
  /** Forgets what a change that ended has on this machine. */
  cleanUp: (changeId: string) => Promise<void>;
  /** Ends what a crash left running; see open-steps.ts. */
  endOpenSteps: (changeId: string) => Promise<void>;
  redact: (text: string) => string;
  pace?: LeasePace | undefined;
  at?: At;
  log: { info: (facts: object, text: string) => void; error: (facts: object, text: string) => void };
};

const PACE: LeasePace = { leaseMs: 6_000, heartbeatMs: 2_000, pollMs: 1_000 };

/** Starts the loop that claims changes and carries them on. `stop` ends the intake and waits at most `graceMs` for what runs. */
export function startWorker(options: WorkerOptions): { stop(graceMs: number): Promise<void> } {
  const intake = new AbortController();
  const work = new AbortController();
  const running = new Set<Promise<void>>();
  const loop = (async () => {
    while (!intake.signal.aborted) {
      const lease = await claim(options);
      if (lease === null) {
        await options.wakes.wait("work", (options.pace ?? PACE).pollMs, intake.signal);
        continue;
      }
      const one = carry(options, lease, work.signal).finally(() => running.delete(one));
      running.add(one);
    }
  })();
  return {
    stop: async (graceMs) => {
      intake.abort();
      await loop;
      const grace = setTimeout(() => work.abort(), graceMs);
      await Promise.all(running);
      clearTimeout(grace);
    },
  };
}

async function claim(options: WorkerOptions): Promise<Lease | null> {
  try {
    const { database, leases, limits, owner, pace = PACE, at = nowhere } = options;
    at("before lease claim");
    const lease = await claimChange(database, owner, pace.leaseMs, limits, [...leases.keys()]);
    if (lease !== null) at("after lease claim");
    return lease;
  } catch (error) {
    options.log.error({ err: error }, "No change could be claimed; trying again");
    return null;
  }
}

async function carry(options: WorkerOptions, lease: Lease, stopping: AbortSignal): Promise<void> {
  const { database, leases, log, pace = PACE, at = nowhere } = options;
  const lost = new AbortController();
  leases.set(lease.changeId, lease);
  const heartbeat = setInterval(() => {
    renewLease(database, lease, pace.leaseMs).then(
      (kept) => kept || lost.abort(new LeaseLostError(lease)),
      (error) => log.error({ err: error, changeId: lease.changeId }, "The lease could not be renewed"),
    );
  }, pace.heartbeatMs);
  try {
    const change = await findChange(database, lease.changeId);
    if (change === null) throw new Error(`Change ${lease.changeId} was claimed and is not there.`);
    const take = createTakeTargets(database, options.record);
    const until = AbortSignal.any([stopping, lost.signal]);
    const rest = await carryOn(options.graph, database, change, until, () => take(lease));
    at("before settle");
    await settle(database, options.record, lease, rest, options.timesOf);
    at("after settle");
    if (rest.at === "end") await options.cleanUp(change.id).catch(() => undefined);
  } catch (error) {
    log.error(
      { err: error, changeId: lease.changeId },
      "A change could not be carried on; it is tried again",
    );
    await giveBack(options, lease, { error, stopping: AbortSignal.any([stopping, lost.signal]) });
  } finally {
    clearInterval(heartbeat);
    leases.delete(lease.changeId);
  }
  // Whoever waited for a free place looks now.
  await wake(database, "work").catch(() => undefined);
}

/** A stop and a lost lease say nothing about the change; anything else may. */
async function giveBack(
  options: WorkerOptions,
  lease: Lease,
  { error, stopping }: { error: unknown; stopping: AbortSignal },
): Promise<void> {
  const { database, pace = PACE } = options;
  try {
    const isFault = !stopping.aborted && !(error instanceof LeaseLostError);
    const rest = isFault ? await giveUpOrRetry(options, lease, error, pace.faultPausesMs) : null;
    if (rest === null) await releaseLease(database, lease, null);
    else await settle(database, options.record, lease, rest, options.timesOf);
  } catch (failure) {
    // The lease runs out by itself.
    options.log.error({ err: failure, changeId: lease.changeId }, "A change could not be given back");
  }
}
