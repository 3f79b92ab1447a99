import type { Change } from "#change/change.ts";
import { isTakingBack } from "#change/operator.ts";
import { findChange } from "#store/changes.ts";
import { findSteps } from "#store/journal.ts";
import { countFault, type Lease } from "#store/leases.ts";
import { isAway } from "#store/postgres/away.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import type { RunResult } from "./carry.ts";
import { parkAtOperator } from "./park.ts";

/** How long a change rests after each fault of ours before it is tried again; after the last of them it is given up. */
export const FAULT_PAUSES_MS: readonly number[] = [2_000, 8_000, 30_000, 80_000];

const MESSAGE_CHARS = 500;

type FaultDeps = Pick<ThreadDeps, "database" | "graph" | "redact" | "endOpenSteps">;

/**
 * Counts a fault in the change's row. Returns null while it may be tried again, which is after a pause that grows; else
 * where the change rests for good: with a person when something of it may have run, else at its end as failed.
 */
export async function giveUpOrRetry(
  deps: FaultDeps,
  lease: Lease,
  error: unknown,
  pausesMs = FAULT_PAUSES_MS,
): Promise<RunResult | null> {
  const { database } = deps;
  const isCounted = !isAway(error);
  const faults = await countFault(database, lease, pausesMs, isCounted);
  if (!isCounted || faults <= pausesMs.length) return null;
  const change = await findChange(database, lease.changeId);
  if (change === null) throw new Error(`Change ${lease.changeId} was claimed and is not there.`);
  const steps = await findSteps(database, change.id);
  const notes = sentence(deps, change, error, faults);
  const failed: RunResult = { at: "end", status: "failed", error: `${notes} Nothing of it has run.` };
  if (steps.length === 0) return failed;
  const because = `${notes} What ran of it stands, and no more of it is run before a person decides.`;
  await deps.endOpenSteps(change.id).catch(() => undefined);
  // What fails may be the thread itself: then nobody's answer could be carried into it.
  return (
    (await parkAtOperator(deps, lease, because, isTakingBack(change, steps)).catch(() => null)) ?? {
      ...failed,
      error: `${notes} What ran of it stands: its steps say how far it got. Nothing of it was taken back.`,
    }
  );
}

function sentence({ redact }: FaultDeps, change: Change, error: unknown, faults: number): string {
  const found = redact(error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_CHARS);
  return `Greenlight itself failed ${faults} times at this change and tries no more. The last time: ${found.replace(/\.?$/, ".")} Look in its log for change ${change.id}.`;
}
