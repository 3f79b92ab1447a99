import { ChangeCancelledError } from "#change/cancel.ts";
import { isEnded } from "#change/change.ts";
import { RunStoppedError } from "#change/run-signals.ts";
import { nowhere } from "#observe/crash-points.ts";
import { findChange } from "#store/changes.ts";
import { claimChange, type Lease, LeaseLostError, releaseLease, renewLease } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import { wake } from "#store/postgres/notify.ts";
import { settle } from "#threads/answering/settle.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import { settleStopped } from "#threads/stopping/stopped.ts";
import { takeTargets } from "#threads/stopping/take-targets.ts";
import { watchStops } from "#threads/stopping/watch-stops.ts";
import { carryOn, type RunResult } from "./carry.ts";
import { giveUpOrRetry } from "./faults.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { createRun, type Run } from "./runs.ts";

/**
 * The loop that claims changes and carries them on. `stop` ends the intake and begins nothing more; what runs may finish
 * within `graceMs` and is ended then. It resolves once every change is given back, and a second call is the first one's.
 * `kill` ends what runs at once.
 */
export type Worker = { stop(graceMs: number): Promise<void>; kill(): void };

/** Starts it. */
export function startWorker(deps: ThreadDeps): Worker {
  const { runs } = deps;
  const intake = new AbortController();
  const running = new Set<Promise<void>>();
  const loop = (async () => {
    while (!intake.signal.aborted) {
      const lease = await claim(deps);
      if (lease === null) {
        await deps.wakes.wait("work", deps.pace.pollMs, intake.signal);
        continue;
      }
      const run = createRun(lease);
      const one = carry(deps, run).finally(() => running.delete(one));
      running.add(one);
    }
  })();
  const over = new AbortController();
  const watching = watchStops(deps, deps.pace.heartbeatMs, over.signal);
  const endAll = (how: "pause" | "stop" | "kill", because: string): void => {
    for (const run of runs.values()) run.end(how, new RunStoppedError(because));
  };
  let stopped: Promise<void> | undefined;
  const stop = async (graceMs: number): Promise<void> => {
    intake.abort();
    endAll("pause", STOPPING);
    const late = `${STOPPING}, and it had not finished within ${graceMs / 1_000} s`;
    const grace = setTimeout(() => endAll("stop", late), graceMs);
    // A claim may have been under way, and what it took belongs to whoever goes on.
    await loop;
    endAll("pause", STOPPING);
    await Promise.all(running);
    clearTimeout(grace);
    over.abort();
    await watching;
  };
  return {
    stop: (graceMs) => {
      stopped ??= stop(graceMs);
      return stopped;
    },
    kill: () => endAll("kill", `at once ${STOPPING} a second time`),
  };
}

const STOPPING = "because Greenlight was told to stop";

async function claim(deps: ThreadDeps): Promise<Lease | null> {
  try {
    const { database, runs, limits, owner, pace, at = nowhere } = deps;
    if (!(await isAnswering(database, pace.leaseMs))) return null;
    at("before lease claim");
    const lease = await claimChange(database, owner, pace.leaseMs, limits, [...runs.keys()]);
    if (lease !== null) at("after lease claim");
    return lease;
  } catch (error) {
    deps.log.error({ err: error }, "No change could be claimed; trying again");
    return null;
  }
}

/** After an outage nothing is claimed for a lease's time: owners that live renew first, and tell what they hold. */
async function isAnswering({ query, reach }: Database, leaseMs: number): Promise<boolean> {
  if (reach.isAway()) await query("select 1");
  return reach.backForMs() >= leaseMs;
}

async function carry(deps: ThreadDeps, run: Run): Promise<void> {
  const { database, runs, pace, at = nowhere } = deps;
  const { lease } = run;
  runs.set(lease.changeId, run);
  const heartbeat = startBeating(deps, run, pace);
  try {
    let result = await runToResult(deps, run);
    at("before settle");
    while (!(await settle(deps, lease, result))) result = await settleStopped(deps, lease);
    at("after settle");
    if (result.at === "end") await deps.cleanUp(lease.changeId).catch(() => undefined);
  } catch (error) {
    await giveBack(deps, run, error);
  } finally {
    heartbeat.stop();
    runs.delete(lease.changeId);
  }
  // Whoever waited for a free place looks now.
  await wake(database, "work").catch(() => undefined);
}

/** As far as it goes by itself, or until somebody stops it. */
async function runToResult(deps: ThreadDeps, run: Run): Promise<RunResult> {
  const { database, graph } = deps;
  const { lease, signals } = run;
  const change = await findChange(database, lease.changeId);
  if (change === null) throw new Error(`Change ${lease.changeId} was claimed and is not there.`);
  if (change.stopAsked && !isEnded(change.status)) return settleStopped(deps, lease);
  try {
    return await carryOn(graph, database, change, signals, () => takeTargets(deps, lease));
  } catch (error) {
    if (![error, signals.stop.reason].some((why) => why instanceof ChangeCancelledError)) throw error;
    return settleStopped(deps, lease);
  }
}

function startBeating({ database, log }: ThreadDeps, run: Run, pace: ThreadDeps["pace"]): { stop(): void } {
  const { lease } = run;
  const lost = "because another instance has taken this change over";
  return startHeartbeat(() => renewLease(database.urgent, lease, pace.leaseMs), {
    everyMs: pace.heartbeatMs,
    onLost: () => run.end("stop", new RunStoppedError(lost, new LeaseLostError(lease))),
    onFault: (error) => log.error({ err: error, changeId: lease.changeId }, "The lease could not be renewed"),
  });
}

/** A stop and a lost lease say nothing about the change; anything else may. */
async function giveBack(deps: ThreadDeps, run: Run, error: unknown): Promise<void> {
  const { database, log, pace } = deps;
  const { lease, signals } = run;
  const { changeId } = lease;
  const isFault = !signals.pause.aborted && !(error instanceof LeaseLostError);
  if (isFault) log.error({ err: error, changeId }, "A change could not be carried on; it is tried again");
  else log.info({ changeId, why: String(error) }, "A change is given back as it stands");
  try {
    const result = isFault ? await giveUpOrRetry(deps, lease, error, pace.faultPausesMs) : null;
    if (result === null) await releaseLease(database, lease, null);
    else await settle(deps, lease, result);
  } catch (failure) {
    // The lease runs out by itself.
    log.error({ err: failure, changeId }, "A change could not be given back");
  }
}
