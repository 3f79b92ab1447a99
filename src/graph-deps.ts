import type { Ask } from "./agents/claude.ts";
import { planChange } from "./agents/planner.ts";
import { reviewOutcome } from "./agents/reviewer.ts";
import type { StepKey } from "./change/journal.ts";
import { createAssess } from "./execution/assess-bound.ts";
import { createExecutor } from "./execution/executor.ts";
import { createLooks } from "./execution/looks.ts";
import { createPreview } from "./execution/preview.ts";
import { createReadyStep } from "./execution/ready-step.ts";
import type { Redact } from "./execution/redact.ts";
import type { Seal } from "./execution/seal.ts";
import { createWhyVoid } from "./execution/still-approved.ts";
import type { GraphDeps } from "./graph/deps.ts";
import type { Ground } from "./ground.ts";
import { createSavedPlans } from "./saved-plans.ts";
import type { Database } from "./store/database.ts";
import { findPermission } from "./store/decisions.ts";
import type { RecordEvents } from "./store/events.ts";
import { findSteps } from "./store/journal.ts";
import { type Lease, LeaseLostError } from "./store/leases.ts";
import { findExcerpt } from "./store/log-lines.ts";
import { insertModelCall } from "./store/model-calls.ts";
import { createProgress } from "./threads/progress.ts";
import { createStepJournal } from "./threads/step-journal.ts";

/** How much the Reviewer is shown of what a step printed. */
const REVIEWED_LINES = { head: 20, tail: 40 };

/** Gives the graph its hands: agents, journal and rows, each write held by the change's lease. */
export function createGraphDeps(parts: {
  ask: Ask;
  database: Database;
  record: RecordEvents;
  leases: ReadonlyMap<string, Lease>;
  ground: Ground;
  seal: Seal;
  redact: Redact;
}): GraphDeps {
  const { ask, database, record, ground, redact } = parts;
  const { policy } = ground;
  const leaseOf = (changeId: string): Lease => {
    const lease = parts.leases.get(changeId);
    if (lease === undefined)
      throw new LeaseLostError({ changeId, owner: "this instance", epoch: 0, workSeen: 0 });
    return lease;
  };
  const looks = createLooks({ ground, policy, envOf: ground.envOf });
  const hands = { ground, policy, looks, redact, ...createSavedPlans(database, parts.seal) };
  const findLog = (key: StepKey) => findExcerpt(database, key, REVIEWED_LINES);
  return {
    policy,
    ...createProgress(database, record, policy, leaseOf),
    askPlanner: (changeId, request, signal) =>
      planChange(ask, {
        request,
        signal,
        onTry: (made) => insertModelCall(database, changeId, { agent: "planner", ...made }),
      }),
    askReviewer: (changeId, request, facts, signal) =>
      reviewOutcome(ask, {
        request,
        steps: facts.map(({ record: { step, argv, direction, outcome, exitCode }, log }) => ({
          step,
          argv,
          direction,
          outcome: outcome === "running" ? "unknown" : outcome,
          exit_code: exitCode,
          output: [...log.head, ...log.tail].map((line) => line.text).join("\n"),
        })),
        signal,
        onTry: (made) => insertModelCall(database, changeId, { agent: "reviewer", ...made }),
      }),
    isPermitted: async (changeId, revision, digest) =>
      (await findPermission(database, changeId, revision, digest)) !== null,
    findSteps: (changeId) => findSteps(database, changeId),
    findLog,
    previewPlan: createPreview(hands),
    assess: createAssess(hands),
    whyVoid: createWhyVoid(hands),
    runStep: createExecutor({
      readyStep: createReadyStep(hands),
      policy,
      redact,
      journal: createStepJournal(database, record, leaseOf),
    }),
  };
}
