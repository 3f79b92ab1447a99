import type { Ask, Book } from "#agents/claude.ts";
import { planChange } from "#agents/planner.ts";
import { reviewOutcome } from "#agents/reviewer.ts";
import type { StepKey } from "#change/journal.ts";
import type { RunSignals } from "#change/run-signals.ts";
import type { GraphDeps } from "#graph/deps.ts";
import { type At, between, nowhere } from "#observe/crash-points.ts";
import { contextsOf, type Policy } from "#policy/document.ts";
import { findCancel } from "#store/cancels.ts";
import { findPermission } from "#store/decisions.ts";
import type { RecordEvents } from "#store/events.ts";
import { findSteps, mayRunAgain } from "#store/journal.ts";
import type { Lease } from "#store/leases.ts";
import { findExcerpt } from "#store/log-lines.ts";
import type { Database } from "#store/postgres/database.ts";
import { findPreparedPlan } from "#store/prepared-plans.ts";
import { createProgress } from "#threads/running/progress.ts";
import type { Execution } from "./execution.ts";

/** How much the Reviewer is shown of what a step printed. */
const REVIEWED_LINES = { head: 20, tail: 40 };

/** Gives the graph what it asks of the world: agents, journal and rows, each write held by the change's lease. */
export function createGraphDeps(parts: {
  ask: Ask;
  bookFor: (changeId: string, agent: "planner" | "reviewer") => Book;
  database: Database;
  record: RecordEvents;
  leaseOf: (changeId: string) => Lease;
  signalsOf: (changeId: string) => RunSignals;
  policy: Policy;
  execution: Execution;
  at?: At;
}): GraphDeps {
  const { ask, bookFor, database, record, leaseOf, policy, execution, at = nowhere } = parts;
  const progress = createProgress(database, record, policy, leaseOf);
  const environments = environmentLines(policy);
  const findLog = (key: StepKey) => findExcerpt(database, key, REVIEWED_LINES);
  return {
    policy,
    signalsOf: parts.signalsOf,
    report: between(at, "status report", progress.report),
    recordPlan: between(at, "plan recorded", progress.recordPlan),
    recordReview: between(at, "review recorded", progress.recordReview),
    askPlanner: async (changeId, input, signal) => {
      // What an approver asks to have changed is the model's to plan, on top of it.
      const prepared = input.requestedChanges.length > 0 ? null : await findPreparedPlan(database, changeId);
      if (prepared !== null) return { ok: true, answer: prepared };
      return planChange(ask, {
        ...input,
        environments,
        signal,
        book: bookFor(changeId, "planner"),
      });
    },
    askReviewer: (changeId, request, facts, signal) =>
      reviewOutcome(ask, {
        request,
        steps: facts.map(({ record: { step, argv, direction, outcome, exitCode, error }, log }) => ({
          step,
          argv,
          direction,
          outcome: outcome === "running" ? "unknown" : outcome,
          exit_code: exitCode,
          error,
          output: [...log.head, ...log.tail].map((line) => line.text).join("\n"),
        })),
        signal,
        book: bookFor(changeId, "reviewer"),
      }),
    isPermitted: between(
      at,
      "permission read",
      async (changeId: string, revision: number, digest: string) =>
        (await findPermission(database, changeId, revision, digest)) !== null,
    ),
    findCancel: (changeId) => findCancel(database, changeId),
    findSteps: (changeId) => findSteps(database, changeId),
    mayRunAgain: (key, digest) => mayRunAgain(database, key, digest),
    findLog,
    previewPlan: execution.previewPlan,
    assess: execution.assess,
    whyVoid: execution.whyVoid,
    runStep: execution.runStep,
    endOpenSteps: execution.endOpenSteps,
  };
}

/** "production: namespaces shop; contexts prod-eu; directories network". */
function environmentLines(policy: Policy): string[] {
  return Object.entries(policy.environments).map(([name, environment]) => {
    const { namespaces, directories } = environment;
    const parts = Object.entries({ namespaces, contexts: contextsOf(environment), directories });
    const said = parts.filter(([, names]) => names.length > 0);
    return `${name}: ${said.map(([kind, names]) => `${kind} ${names.join(", ")}`).join("; ") || "nothing"}`;
  });
}
