import type { StepEnd, StepKey } from "#change/journal.ts";
import type { RunSignals } from "#change/run-signals.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import { runStep } from "#execution/run-step.ts";
import { type BackLook, type BackOf, lookBack } from "./look-back.ts";

/** What came of one command of a rollback: nothing to take back, why it was not touched, or how the attempt ended. */
export type BackRan = Exclude<BackLook, { kind: "ours" }> | { kind: "ran"; end: StepEnd | null };

/**
 * Takes one object back by a rollback that Greenlight made: a look, and the command only where the object is as the plan left
 * it. The patch tests the same once more on the server, so what is run again after a crash changes nothing twice.
 */
export async function runBack(
  deps: ExecutionDeps,
  key: StepKey,
  back: BackOf,
  signals: RunSignals,
): Promise<BackRan> {
  const looked = await lookBack(deps, back, signals.pause);
  signals.pause.throwIfAborted();
  if (looked.kind !== "ours") return looked;
  return { kind: "ran", end: await runStep(deps, key, back.command, back.bound, signals, looked.file) };
}
