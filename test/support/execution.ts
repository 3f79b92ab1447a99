import assert from "node:assert/strict";
import pino from "pino";
import { createSavedFiles } from "#app/saved-files.ts";
import { noBox } from "#execution/box/box.ts";
import type { ExecutionDeps, SavedFiles } from "#execution/deps.ts";
import type { Looks } from "#execution/looks.ts";
import type { Seal } from "#execution/seal.ts";
import { builtInPolicy } from "#policy/document.ts";
import { createRedact, createRedactLines } from "#redact/redact.ts";
import type { Lease } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import { createHeldWrites } from "#threads/running/held-writes.ts";

const never = new AbortController().signal;

/** Looks after a run that a test can wait for. */
export const QUICK_LOOKS = { firstMs: 50, mostMs: 400, steadyMs: 50, standMs: 600, landMs: 300 };

/** What execution is given, where a test gives only what it is about: to ask for anything else is a fault. */
export function executionDeps(
  given: Pick<ExecutionDeps, "workspace" | "dataDir"> & Partial<ExecutionDeps>,
): ExecutionDeps {
  const fail = () => assert.fail("nothing of this was given");
  return {
    policy: builtInPolicy,
    box: noBox,
    looks: looksOf({}),
    redact: createRedact([]),
    redactLines: createRedactLines([]),
    journal: { intend: fail, findOpen: fail, finishOpen: fail },
    whyNotPreview: async () => null,
    signalsOf: () => ({ pause: never, stop: never, kill: never }),
    at: () => undefined,
    keepPlan: fail,
    keepPlanText: async () => {},
    openPlan: async () => null,
    settle: QUICK_LOOKS,
    now: () => new Date(),
    keepStates: async () => {},
    openStates: async () => null,
    holdApplied: async () => {},
    openApplied: async () => null,
    keepPackage: fail,
    openPackage: async () => null,
    keepErroredState: fail,
    holdErroredState: fail,
    isStateKept: async () => false,
    ...given,
  };
}

/** The program's own looks, where a test gives only those it is about. */
export function looksOf(given: Partial<Looks>): Looks {
  const fail = () => assert.fail("nobody should look at this");
  return {
    kubectl: fail,
    cluster: fail,
    kubeconfig: fail,
    terraform: fail,
    readyRoot: async () => null,
    fetching: fail,
    givenTo: async ({ changeId }) => ({
      env: {},
      view: { changeId, readWrite: [], readOnly: [], stateFile: null },
    }),
    ...given,
  };
}

/** What is kept of a change's files, as the program keeps it. */
export function savedFiles(database: Database, seal: Seal, leaseOf: (changeId: string) => Lease): SavedFiles {
  return createSavedFiles({ database, seal, leaseOf, held: createHeldWrites(pino({ level: "silent" })) });
}
