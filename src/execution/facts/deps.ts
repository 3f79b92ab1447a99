import type { Fact } from "#change/fact.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import type { Looks } from "#execution/looks.ts";
import type { WorkspaceDeps } from "#execution/workspace/copy.ts";
import { redactField } from "#redact/value.ts";
import type { ReadDeps } from "./read-facts.ts";

/** What facts are read with. */
export type FactsDeps = WorkspaceDeps &
  Pick<ExecutionDeps, "policy" | "openStates" | "redact" | "settle" | "now"> & {
    looks: Pick<Looks, "kubectl" | "kubeconfig" | "cluster">;
  };

/** What looks are made with, in the cluster of the change's commands. */
export function readWith(deps: FactsDeps, changeId: string, signal: AbortSignal): ReadDeps {
  return {
    look: deps.looks.cluster(changeId, signal),
    redact: (name, value) => redactField(name, value, deps.redact),
    pace: deps.settle,
    now: () => deps.now().getTime(),
  };
}

/** A fact that says why there is none. */
export function unread(step: number, reason: string): Fact {
  return { step, target: `Step ${step}`, state: "unknown", says: `it could not be looked at: ${reason}` };
}
