import type { StepKey } from "#change/journal.ts";
import type { SavedFiles } from "#execution/deps.ts";
import { unpackPackage } from "#execution/modules/package-bytes.ts";
import type { Seal } from "#execution/seal.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { assertOwned } from "#store/leases.ts";
import { putPlanText } from "#store/plan-texts.ts";
import {
  ERRORED_STATE,
  type ErroredState,
  findLatestSealedFile,
  findSealedFile,
  insertSealedFile,
} from "#store/sealed-files.ts";
import type { Parts } from "./parts.ts";

/** Saved terraform plans and fetched modules between preview and run: sealed in the database, so that any instance can run them and nobody read them. */
export function createSavedFiles({
  database,
  seal,
  leaseOf,
  held,
}: Pick<Parts, "database" | "seal" | "leaseOf" | "held">): SavedFiles {
  const keepErroredState: SavedFiles["keepErroredState"] = (key, state) =>
    insertSealedFile(database, {
      ...key,
      name: stateNameOf(key),
      sha256: sha256Of(state),
      path: "",
      sealed: seal.seal(state, erroredOwner(key)),
    });
  return {
    keepPlan: (key, { bytes, sha256, path }) =>
      database.transaction(async (sql) => {
        // An instance that lost the change must not put its plan in the place of one somebody approves.
        await assertOwned(sql, leaseOf(key.changeId));
        const sealed = seal.seal(bytes, ownerOf(key));
        await insertSealedFile(sql, { ...key, name: "plan", sha256, path, sealed });
      }),
    keepPlanText: (key, text) =>
      database.transaction(async (sql) => {
        await assertOwned(sql, leaseOf(key.changeId));
        await putPlanText(sql, key, text);
      }),
    openPlan: async (key) => {
      const kept = await findSealedFile(database, { ...key, name: "plan" });
      if (kept === null) return null;
      try {
        return { bytes: seal.open(kept.sealed, ownerOf(key)), path: kept.path };
      } catch {
        // Another key, or an altered row: tried again it would not open either, so it counts as gone.
        return null;
      }
    },
    keepStates: (key, { bytes, sha256 }) =>
      database.transaction(async (sql) => {
        await assertOwned(sql, leaseOf(key.changeId));
        const sealed = seal.seal(bytes, statesOwner(key));
        await insertSealedFile(sql, { ...key, name: "states", sha256, path: "", sealed });
      }),
    openStates: async (key) => {
      const kept = await findSealedFile(database, { ...key, name: "states" });
      try {
        return kept === null ? null : seal.open(kept.sealed, statesOwner(key));
      } catch {
        // As for a plan: another key, or an altered row.
        return null;
      }
    },
    holdApplied: (key, applied) => {
      const file = { ...key, name: appliedName(key), sha256: sha256Of(applied), path: "" };
      const keep = () =>
        insertSealedFile(database, { ...file, sealed: seal.seal(applied, appliedOwner(key)) });
      return held.until({ ...key, what: "what an apply did" }, keep);
    },
    openApplied: async (key) => {
      const kept = await findSealedFile(database, { ...key, name: appliedName(key) });
      try {
        return kept === null ? null : seal.open(kept.sealed, appliedOwner(key));
      } catch {
        // As for a plan: another key, or an altered row.
        return null;
      }
    },
    keepPackage: ({ changeId, revision }, { bytes, sha256 }) =>
      database.transaction(async (sql) => {
        await assertOwned(sql, leaseOf(changeId));
        const sealed = seal.seal(bytes, packageOwner(changeId, sha256));
        await insertSealedFile(sql, { changeId, revision, ...packageRow(sha256), sha256, path: "", sealed });
      }),
    openPackage: async (changeId, sha256) => {
      const kept = await findLatestSealedFile(database, { changeId, ...packageRow(sha256) });
      try {
        return kept === null ? null : await unpackPackage(seal.open(kept, packageOwner(changeId, sha256)));
      } catch {
        // As for a plan: another key, or an altered row.
        return null;
      }
    },
    keepErroredState,
    holdErroredState: (key, state) =>
      held.until({ ...key, what: "a state terraform could not store" }, () => keepErroredState(key, state)),
    isStateKept: async (key) => (await findSealedFile(database, { ...key, name: stateNameOf(key) })) !== null,
  };
}

/** By its content: no step's own, and the same package is the same row. */
function packageRow(sha256: string): { step: number; name: string } {
  return { step: 0, name: `modules ${sha256}` };
}

function packageOwner(changeId: string, sha256: string): string {
  return `the modules ${sha256} of change ${changeId}`;
}

function stateNameOf({ direction, attempt }: StepKey): string {
  return `${ERRORED_STATE} ${direction} ${attempt}`;
}

/** The bytes of a state that was kept. Throws one sentence when the key is another one or the row was altered. */
export function openErroredState(seal: Seal, kept: ErroredState): Buffer {
  const [direction = "", attempt = ""] = kept.name.slice(ERRORED_STATE.length).trim().split(" ");
  return seal.open(kept.sealed, erroredOwner({ ...kept, direction, attempt }));
}

/** Each attempt's own, so that a second one never writes over what the first left. */
function erroredOwner(
  key: Pick<StepKey, "changeId" | "revision" | "step"> & { direction: string; attempt: number | string },
): string {
  return `the errored state of change ${key.changeId}, revision ${key.revision}, step ${key.step}, ${key.direction} ${key.attempt}`;
}

/** Each attempt's own: another one must not be taken for what this one did. */
function appliedName({ direction, attempt }: StepKey): string {
  return `applied ${direction} ${attempt}`;
}

function appliedOwner(key: StepKey): string {
  const { changeId, revision, step } = key;
  return `what was done by change ${changeId}, revision ${revision}, step ${step}, ${appliedName(key)}`;
}

function statesOwner(key: Pick<StepKey, "changeId" | "revision" | "step">): string {
  return `what was seen for change ${key.changeId}, revision ${key.revision}, step ${key.step}`;
}

function ownerOf(key: Pick<StepKey, "changeId" | "revision" | "step">): string {
  return `the saved plan of change ${key.changeId}, revision ${key.revision}, step ${key.step}`;
}
