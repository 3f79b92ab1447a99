import type { KeepPlan } from "./execution/preview.ts";
import type { OpenPlan } from "./execution/ready-step.ts";
import type { Seal } from "./execution/seal.ts";
import type { Database } from "./store/database.ts";
import { findSealedFile, insertSealedFile } from "./store/sealed-files.ts";

/** Saved terraform plans between preview and run: sealed in the database, so that any instance can run them and nobody read them. */
export function createSavedPlans(database: Database, seal: Seal): { keepPlan: KeepPlan; openPlan: OpenPlan } {
  return {
    keepPlan: (key, { bytes, sha256, path }) =>
      insertSealedFile(database, {
        ...key,
        name: "plan",
        sha256,
        path,
        sealed: seal.seal(bytes, ownerOf(key)),
      }),
    openPlan: async (key) => {
      const kept = await findSealedFile(database, { ...key, name: "plan" });
      return kept === null ? null : { bytes: seal.open(kept.sealed, ownerOf(key)), path: kept.path };
    },
  };
}

function ownerOf(key: Parameters<KeepPlan>[0]): string {
  return `the saved plan of change ${key.changeId}, revision ${key.revision}, step ${key.step}`;
}
