import type { FilesAsked } from "#agents/looks.ts";
import { planChange } from "#agents/planner.ts";
import { reviewOutcome } from "#agents/reviewer.ts";
import type { Command } from "#change/plan.ts";
import type { RefusedPlan } from "#change/planning/refused-plan.ts";
import { assessBound } from "#execution/assess-bound.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import { factsOfRollback } from "#execution/facts/rollback-facts.ts";
import { factsOfRun } from "#execution/facts/run-facts.ts";
import { makeFileLook, makeLook } from "#execution/looking/make-look.ts";
import { endOpenSteps } from "#execution/open-steps.ts";
import { createOverview } from "#execution/overview/workspace-overview.ts";
import { previewPlan } from "#execution/previews/preview.ts";
import { lookBack } from "#execution/rollbacks/look-back.ts";
import { runBack } from "#execution/rollbacks/run-back.ts";
import { runStep } from "#execution/run-step.ts";
import { findDifference } from "#execution/still-approved.ts";
import type { GraphDeps } from "#graph/deps.ts";
import { type ChangeGraph, createGraph } from "#graph/graph.ts";
import { between, watch } from "#observe/crash-points.ts";
import type { Tracing } from "#observe/tracing.ts";
import { mayAskFor } from "#policy/approvals/asking.ts";
import type { Looker } from "#policy/approvals/looking.ts";
import { contextsOf, type Policy } from "#policy/document.ts";
import { findCancel } from "#store/cancels.ts";
import { findChange } from "#store/changes.ts";
import { createCheckpointer } from "#store/checkpointer.ts";
import { findPermission } from "#store/decisions.ts";
import { findSteps, mayRunAgain } from "#store/journal.ts";
import { findExcerpt } from "#store/log-lines.ts";
import { findLooks, hasLooks } from "#store/looks.ts";
import { findPreparedPlan } from "#store/plans.ts";
import type { Database } from "#store/postgres/database.ts";
import { holdToRules, whyFrozen } from "#threads/answering/rules-now.ts";
import { createLookRows } from "#threads/running/look-rows.ts";
import {
  recordAnswer,
  recordMade,
  recordPlan,
  recordReview,
  reportRefused,
  reportStatus,
  settleSeen,
} from "#threads/running/progress.ts";
import type { Model } from "./model.ts";
import type { Parts } from "./parts.ts";

/** Out of how much of what a step printed the Reviewer is shown the most telling. */
const REVIEWED_LINES = { head: 60, tail: 140 };

/** The graph on its checkpointer, traced where that is wanted. */
export function openGraph(
  parts: Parts,
  model: Model,
  execution: ExecutionDeps,
  tracing: Tracing | null,
): ChangeGraph {
  const { at, database, leaseOf } = parts;
  const saver = watch(at, createCheckpointer(database, leaseOf), {
    put: "checkpoint put",
    putWrites: "checkpoint writes",
  });
  const deps = graphDeps(parts, model, execution);
  const graph = createGraph(deps, saver, tracing === null ? [] : [tracing.tracer]);
  return watch(at, graph, { updateState: "updateState", invoke: "invoke" });
}

/** What the graph asks of the world: agents, execution, journal and rows, each write held by the change's lease. */
function graphDeps(parts: Parts, model: Model, execution: ExecutionDeps): GraphDeps {
  const { database, policy, signalsOf, at } = parts;
  return {
    ...{ policy, signalsOf },
    ...agentDeps(parts, model, execution),
    report: between(at, "status report", (changeId, status) => reportStatus(parts, changeId, status)),
    reportRefused: between(at, "status report", (changeId: string, refused: RefusedPlan) =>
      reportRefused(parts, changeId, refused),
    ),
    recordAnswer: between(at, "plan recorded", async (changeId, revision, { text, restsOn }) => {
      const looks = await findLooks(database, changeId, revision);
      const argvs = looks
        .filter(({ number }) => restsOn.includes(number))
        .map(({ argv, end }) => end?.ran ?? argv);
      await recordAnswer(parts, changeId, { text, restsOn: argvs });
    }),
    recordPlan: between(at, "plan recorded", (changeId, planned) => recordPlan(parts, changeId, planned)),
    recordReview: between(at, "review recorded", (changeId, review) => recordReview(parts, changeId, review)),
    isPermitted: between(
      at,
      "permission read",
      async (changeId: string, revision: number, digest: string) =>
        (await findPermission(database, changeId, revision, digest)) !== null,
    ),
    findCancel: (changeId) => findCancel(database, changeId),
    findSteps: (changeId) => findSteps(database, changeId),
    mayRunAgain: (key, digest) => mayRunAgain(database, key, digest),
    findLog: (key) => findExcerpt(database, key, REVIEWED_LINES),
    previewPlan: (changeId, revision, plan, signal, answers) =>
      previewPlan(execution, { changeId, revision, plan, answers }, signal),
    assess: async (changeId, plan, previews, bindings) =>
      holdToRules(parts, changeId, await assessBound(execution, changeId, plan, previews, bindings)),
    hasLooked: (changeId) => hasLooks(database, changeId),
    whyVoid: async (changeId, bound, signal) =>
      (await whyFrozen(parts, changeId, bound)) ??
      (await findDifference(execution, { changeId, bound, wayBack: null }, signal))?.reason ??
      null,
    readFacts: async (changeId, bound, records, signals) => {
      const read = await factsOfRun(execution, changeId, bound, records, signals);
      await recordMade(parts, records, read.made ?? []);
      return read;
    },
    readRestored: (...given) => factsOfRollback(execution, ...given),
    runStep: (key, command, bound, signals) => runStep(execution, key, command, bound, signals),
    lookBack: (back, signal) => lookBack(execution, back, signal),
    runBack: (key, back, signals) => runBack(execution, key, back, signals),
    settleSeen: (key) => settleSeen(parts, key),
    endOpenSteps: (changeId) => endOpenSteps(execution, changeId),
  };
}

function agentDeps(
  parts: Parts,
  { ask, askingFor }: Model,
  execution: ExecutionDeps,
): Pick<GraphDeps, "askPlanner" | "askReviewer"> {
  const { database, policy } = parts;
  const environments = environmentLines(policy);
  const overview = createOverview(execution);
  const rows = createLookRows(parts);
  return {
    askPlanner: async (changeId, { revision, ...input }, signals) => {
      // What an approver asks to have changed is the model's to plan, on top of it.
      const prepared = input.requestedChanges.length > 0 ? null : await findPreparedPlan(database, changeId);
      if (prepared !== null) return { ok: true, answer: prepared };
      const looker = await findLooker(database, changeId);
      const stop = AbortSignal.any([signals.pause, signals.stop]);
      const told = {
        ...{ environments, workspace: await overview(), mayAskFor: mayAskFor(policy, looker) },
        looks: {
          earlier: await rows.find(changeId, revision),
          make: (number: number, command: Command) =>
            makeLook({ ...execution, rows }, { changeId, revision, number, command, looker }, stop),
          read: (number: number, asked: FilesAsked) =>
            makeFileLook({ ...execution, rows }, { changeId, revision, number, ...asked, looker }),
        },
      };
      return planChange(ask, { ...input, ...told }, askingFor(changeId, "planner", signals));
    },
    askReviewer: (changeId, { steps, ...told }, signals) => {
      const reviewed = steps.map(({ record: { step, argv, direction, outcome, exitCode, error }, log }) => ({
        step,
        argv,
        direction,
        outcome: outcome === "running" ? ("unknown" as const) : outcome,
        exit_code: exitCode,
        error,
        log,
      }));
      return reviewOutcome(ask, { ...told, steps: reviewed }, askingFor(changeId, "reviewer", signals));
    },
  };
}

/** For whom is looked and where: whoever asked for the change, in the channel they asked in. */
async function findLooker(database: Database, changeId: string): Promise<Looker> {
  const change = await findChange(database, changeId);
  if (change === null) throw new Error(`Change ${changeId} is planned and has no row.`);
  return { requester: change.requester, channelId: change.home?.channelId ?? null };
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
