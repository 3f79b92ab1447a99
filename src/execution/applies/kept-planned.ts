import type { Bindings, BoundPlan } from "#change/preview.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { PlannedApply } from "./planned.ts";

/** Keeps what a saved plan is to do, sealed beside what other steps' previews saw; returns what the approval binds of it. */
export async function keepPlanned(
  deps: Pick<ExecutionDeps, "keepStates">,
  key: { changeId: string; revision: number; step: number },
  planned: PlannedApply,
): Promise<NonNullable<Bindings["states"]>> {
  const bytes = Buffer.from(JSON.stringify({ objects: [], ...planned }));
  const sha256 = sha256Of(bytes);
  await deps.keepStates(key, { bytes, sha256 });
  return [{ step: key.step, sha256 }];
}

/** What a step's saved plan was to do; null for plans of an older version, and where it is not kept as it was bound. */
export async function keptPlanned(
  deps: Pick<ExecutionDeps, "openStates">,
  changeId: string,
  { revision, bindings }: BoundPlan,
  step: number,
): Promise<PlannedApply | null> {
  const kept = bindings.states?.find((one) => one.step === step);
  const isApply = bindings.savedPlans.some((one) => one.step === step);
  if (kept === undefined || !isApply) return null;
  const bytes = await deps.openStates({ changeId, revision, step });
  if (bytes === null || sha256Of(bytes) !== kept.sha256) return null;
  return PlannedApply.parse(JSON.parse(bytes.toString("utf8")));
}
