import type { Bindings, BoundPlan } from "#change/preview.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { StepStates } from "./state.ts";

/** Keeps what a step's preview saw, sealed, until its change is over; returns what the approval binds of it. */
export async function keepStates(
  deps: Pick<ExecutionDeps, "keepStates">,
  key: { changeId: string; revision: number; step: number },
  states: StepStates | null,
): Promise<NonNullable<Bindings["states"]>> {
  if (states === null) return [];
  const bytes = Buffer.from(JSON.stringify(states));
  const sha256 = sha256Of(bytes);
  await deps.keepStates(key, { bytes, sha256 });
  return [{ step: key.step, sha256 }];
}

/** What the preview saw around a step; null where it saw nothing, or that is not kept any more as it was bound. */
export async function keptStates(
  deps: Pick<ExecutionDeps, "openStates">,
  changeId: string,
  { revision, bindings }: BoundPlan,
  step: number,
): Promise<StepStates | null> {
  const kept = bindings.states?.find((one) => one.step === step);
  if (kept === undefined) return null;
  const bytes = await deps.openStates({ changeId, revision, step });
  if (bytes === null || sha256Of(bytes) !== kept.sha256) return null;
  return StepStates.parse(JSON.parse(bytes.toString("utf8")));
}
