import type { Changes } from "#change/changes.ts";
import type { Config } from "#config/config.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import { factsLater } from "#execution/facts/later-facts.ts";
import { endOpenSteps } from "#execution/open-steps.ts";
import { removeChangeDir } from "#execution/workspace/scratch.ts";
import type { ChangeGraph } from "#graph/graph.ts";
import type { Log } from "#observe/log.ts";
import { spansUnder } from "#observe/spans.ts";
import { createTracing, type Tracing } from "#observe/tracing.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Slack } from "#slack/create-slack.ts";
import type { Database } from "#store/postgres/database.ts";
import { startFreezeEdges } from "#threads/answering/freeze-edges.ts";
import { startTimers } from "#threads/answering/timers.ts";
import { createChanges } from "#threads/changes.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import { startLaterLooks } from "#threads/later/later-looks.ts";
import { unlessAway } from "#threads/running/unless-away.ts";
import { startWorker } from "#threads/running/worker.ts";
import { startLettingGo } from "#threads/stopping/let-go.ts";
import { openApi } from "./api.ts";
import { approverLines, groupLines } from "./approvers.ts";
import { differenceAtClick, openExecution, sweepEnded } from "./execution.ts";
import { openGraph } from "./graph.ts";
import { type Model, openModel } from "./model.ts";
import { openParts, type Parts, type PartsOptions } from "./parts.ts";
import { openSlack } from "./slack.ts";
import { type Closing, close, createLeaving, type Leaving } from "./stopping.ts";

/** A running Greenlight. `lines` say what is real and what is a stand-in. `graph` and `database` are for tests. */
export type App = Leaving & {
  address: string;
  lines: string[];
  /** The playground's page, where it runs. */
  page: string | null;
  slack: SlackStandIn | null;
  changes: Changes;
  graph: ChangeGraph;
  database: Database;
};

const LIMITS = { all: 10, perRequester: 5 };
/** How long a step that runs may go on when the program is told to stop. */
const GRACE_MS = 25_000;

/**
 * For the fault tests, as PartsOptions are. `onBegun` gets the way to stop as soon as changes may be carried, which is
 * before the start is over: Slack may let one wait for long.
 */
export type AppOptions = PartsOptions & { graceMs?: number; onBegun?: (leaving: Leaving) => void };

/** Puts the program together and starts it. Whatever was started is stopped again when a later part fails. */
export async function startApp(config: Config, log: Log, options: AppOptions = {}): Promise<App> {
  const closing: Closing = [];
  try {
    return await assemble(await openParts(config, log, closing, options), options);
  } catch (error) {
    await close(closing);
    throw error;
  }
}

async function assemble(parts: Parts, { graceMs = GRACE_MS, onBegun }: AppOptions): Promise<App> {
  const { database, closing } = parts;
  const model = await openModel(parts);
  const execution = openExecution(parts);
  await sweepEnded(parts);
  const tracing = openTracing(parts);
  const graph = openGraph(parts, model, execution, tracing);
  const threads = threadDeps(parts, execution, graph, tracing);
  const changes = unlessAway(database, createChanges(threads));
  const slack = await openSlack(parts, changes);
  const worker = startWorker(threads);
  closing.push(() => worker.stop(graceMs));
  closing.push(startTimers(threads).stop, startLaterLooks(threads).stop, startLettingGo(threads).stop);
  closing.push(startFreezeEdges(threads).stop);
  const address = await openApi(parts, slack, changes);
  closing.push(() => slack.stopIntake());
  const leaving = createLeaving(worker, parts, graceMs);
  onBegun?.(leaving);
  await slack.start();
  const { standIn } = parts.slackWorkspace;
  const page = standIn === null ? null : `${address}/playground/?token=${standIn.page.token}`;
  return {
    address,
    page,
    slack: standIn,
    lines: linesOf(parts, model, slack),
    changes,
    graph,
    database,
    ...leaving,
  };
}

/** Where the runs of the graph and the later looks are traced to; null where nobody wants that. */
function openTracing({ config, closing, redactJson }: Parts): Tracing | null {
  const tracing = config.tracing === null ? null : createTracing(config.tracing, redactJson);
  closing.push(async () => tracing?.flush());
  return tracing;
}

function threadDeps(
  parts: Parts,
  execution: ExecutionDeps,
  graph: ChangeGraph,
  tracing: Tracing | null,
): ThreadDeps {
  return {
    ...parts,
    graph,
    limits: LIMITS,
    findDifference: (change) => differenceAtClick(parts, execution, change),
    lookLater: (changeId, ...given) => {
      const span = spansUnder(
        tracing === null ? {} : { callbacks: [tracing.tracer], metadata: { change_id: changeId } },
      );
      return span(
        "later look",
        () => factsLater(execution, changeId, ...given),
        (facts) => facts,
      );
    },
    cleanUp: async (changeId) => void (await removeChangeDir(execution.dataDir, changeId)),
    endOpenSteps: (changeId) => endOpenSteps(execution, changeId),
  };
}

/** What the start says of itself. */
function linesOf(parts: Parts, model: Model, slack: Slack): string[] {
  const { config, policy, tokens, commands, slackWorkspace } = parts;
  const { tracing } = config;
  return [
    ...config.warnings,
    `Database: ${parts.databaseLine}`,
    `Slack: ${slackWorkspace.line}`,
    `Model: ${model.line}`,
    ...commands.lines,
    ...approverLines(policy, tokens, parts.now()),
    ...groupLines(policy, slack.identity.missingScopes),
    tracing === null ? "Traces: none" : `Traces: LangSmith, ${tracing.endpoint ?? "its own address"}`,
  ];
}
