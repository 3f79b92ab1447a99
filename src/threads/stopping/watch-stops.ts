import { ChangeCancelledError } from "#change/cancel.ts";
import { findStopAsked } from "#store/cancels.ts";
import type { Database } from "#store/postgres/database.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import type { Runs } from "#threads/running/runs.ts";

/** Stops the runs of this instance whose change is to be stopped: told by a notification, and looked for every `everyMs`. */
export async function watchStops(
  deps: Pick<ThreadDeps, "database" | "wakes" | "runs" | "log">,
  everyMs: number,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    await deps.wakes.wait("stops", everyMs, until);
    try {
      await endStopped(deps.database, deps.runs);
    } catch (error) {
      deps.log.error({ err: error }, "It could not be read which changes are to be stopped; trying again");
    }
  }
}

async function endStopped(database: Database, runs: Runs): Promise<void> {
  // These very runs: one that begins meanwhile has read for itself whether its change is to be stopped.
  const mine = new Map(runs);
  if (mine.size === 0) return;
  for (const id of await findStopAsked(database, [...mine.keys()]))
    mine.get(id)?.end("stop", new ChangeCancelledError());
}
