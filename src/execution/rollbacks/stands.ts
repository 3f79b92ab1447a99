import type { StepRecord } from "#change/journal.ts";
import type { Operation } from "#execution/objects/back-patch.ts";
import type { Stretch } from "#execution/objects/differences.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";

/**
 * How an object of the plan stands right before it is taken back. `as before`: nothing of the plan stands there. `ours`: it is
 * exactly as the plan left it, and this takes it back. `other`: somebody else changed it since, and it is not touched.
 */
export type Stands =
  | { kind: "as before" }
  | { kind: "ours"; verb: "patch"; content: Operation[] }
  | { kind: "ours"; verb: "create"; content: ClusterObject }
  | { kind: "ours"; verb: "delete"; content: null }
  | { kind: "other"; says: Others };

/** The field that is another's: its name, the values (`undefined`: none), and who set it; or a sentence. */
export type Others =
  | {
      path: readonly Stretch[];
      now: unknown;
      left: unknown;
      by: { manager: string; at: string | null } | null;
    }
  | string;

/** The last attempt at a step, as far as it counts here. */
export type Ran = Pick<StepRecord, "outcome" | "startedAt" | "finishedAt" | "made">;

/** The database dates the attempt and the cluster the object: their clocks may differ by so much. */
export const CLOCKS_MS = 60_000;
