import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { type Ask, createAsk } from "#agents/claude.ts";
import type { Changes } from "#change/changes.ts";
import { type Config, secretsOf } from "#config/config.ts";
import type { Sees } from "#execution/box/view.ts";
import { openEncryptionKey } from "#execution/encryption-key.ts";
import { createSeal } from "#execution/seal.ts";
import { createIdentify } from "#execution/target-identity.ts";
import type { ChangeGraph } from "#graph/graph.ts";
import { refuseFuture } from "#http/future-timestamp.ts";
import type { Mount } from "#http/mounts.ts";
import { createServer } from "#http/server.ts";
import { type At, between, nowhere } from "#observe/crash-points.ts";
import type { Log } from "#observe/log.ts";
import { startModel } from "#playground/model/model.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { createRedact, createRedactLines } from "#redact/redact.ts";
import { createRedactJson } from "#redact/value.ts";
import { createSlack, type Slack } from "#slack/create-slack.ts";
import { createMessageRefs } from "#slack/sender/feed.ts";
import { createRecordEvents } from "#store/events.ts";
import { createHomes } from "#store/homes.ts";
import { createLeaseOf } from "#store/leases.ts";
import { createOutbox } from "#store/outbox.ts";
import type { Database } from "#store/postgres/database.ts";
import { isReady } from "#store/postgres/ready.ts";
import { startTimers } from "#threads/answering/timers.ts";
import { createHeldWrites, type HeldWrites } from "#threads/running/held-writes.ts";
import { createSignalsOf, type Runs } from "#threads/running/runs.ts";
import { type LeasePace, PACE, startWorker, type Worker } from "#threads/running/worker.ts";
import { openCommandEnvironment } from "./command-environment.ts";
import { createDeciding, groupLines } from "./deciding.ts";
import { createExecution } from "./execution.ts";
import { createGraphDeps } from "./graph-deps.ts";
import { type BookFor, budgetWords, createBookFor } from "./model-budget.ts";
import { openGraph, tracesLine } from "./open-graph.ts";
import { openStore } from "./open-store.ts";
import { openSlackWorkspace } from "./slack-workspace.ts";

/** A running Greenlight. `lines` say what is real and what is a stand-in. `graph` and `database` are for tests. */
export type App = {
  address: string;
  lines: string[];
  /** The playground's page, where it runs. */
  page: string | null;
  slack: SlackStandIn | null;
  changes: Changes;
  graph: ChangeGraph;
  database: Database;
  /** Takes nothing in any more, lets what runs finish within 25 s, ends it then, and resolves once all is given back. */
  stop(): Promise<void>;
  /** While it stops: ends what runs at once. */
  kill(): void;
};

/** The playground can approve, so it listens nowhere else, whatever HOST says. */
const LOOPBACK = "127.0.0.1";
const LIMITS = { all: 10, perRequester: 5 };
/** How long a step that runs may go on when the program is told to stop. */
const GRACE_MS = 25_000;

/** How a program is told to stop, and told again. */
export type Leaving = Pick<App, "stop" | "kill">;

/**
 * For the fault tests: places to die at, what their made-up programs keep notes in (`sees`), and times short enough to wait
 * for. `onBegun` gets the way to stop as soon as
 * changes may be carried, which is before the start is over: Slack may let one wait for long. `onSecrets` hears of every
 * secret value once all are known, a made key and those of variables the policy gives to commands too.
 */
export type AppOptions = {
  onSecrets?: (secrets: readonly string[]) => void;
  at?: At;
  sees?: Sees;
  pace?: LeasePace;
  graceMs?: number;
  onBegun?: (leaving: Leaving) => void;
};

type Closing = (() => Promise<unknown>)[];

/** Puts the program together and starts it. Whatever was started is stopped again when a later part fails. */
export async function startApp(config: Config, log: Log, options: AppOptions = {}): Promise<App> {
  const closing: Closing = [];
  try {
    return await assemble(config, log, closing, options);
  } catch (error) {
    await close(closing);
    throw error;
  }
}

async function assemble(
  config: Config,
  log: Log,
  closing: Closing,
  { at = nowhere, pace = PACE, graceMs = GRACE_MS, onBegun, onSecrets, sees }: AppOptions,
): Promise<App> {
  await mkdir(config.dataDir, { recursive: true });
  const { database, wakes, line: databaseLine } = await openStore(config, log, closing);
  const workspace = await openSlackWorkspace(config, closing);
  const ground = await openCommandEnvironment(config, workspace.approvers, closing, sees);
  const key = await openEncryptionKey(config.encryptionKey, config.dataDir);
  const [seal, identify] = [createSeal(key), createIdentify(key)];
  warnOfPlaces(ground.warnings, log);
  const secrets = [...secretsOf({ ...config, encryptionKey: key }), ...ground.secrets];
  onSecrets?.(secrets);
  const redact = createRedact(secrets);
  const redactJson = createRedactJson(redact);
  const redactLines = createRedactLines(secrets);
  const model = await openModel(config, database, redactJson, closing);
  const record = createRecordEvents(createMessageRefs(ground.policy.notify));
  const runs: Runs = new Map();
  const now = () => new Date();
  const owned = { database, record, at, ...createOwning(runs, pace, log, closing) };
  const execution = createExecution({ ...owned, ground, seal, identify, redact, redactLines, now });
  warnOfStates(await execution.sweep(), log);
  const deps = createGraphDeps({ ...model, ...owned, policy: ground.policy, execution });
  const graph = openGraph(deps, database, { config, redactJson, at, leaseOf: owned.leaseOf }, closing);
  const owner = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const rules = { policy: ground.policy, tokens: config.tokens, isCurrent: execution.isCurrent, now };
  const deciding = createDeciding({ database, record, redact, ...rules, at });
  const { changes, timesOf, findTerms, whoApproves } = deciding;
  const outbox = createOutbox(database, wakes, { owner, leaseMs: pace.leaseMs });
  const slack = await createSlack({
    config: { ...workspace, ...forSlack(config), ...whoApproves },
    changes,
    outbox: { ...outbox, sent: between(at, "Slack record", outbox.sent) },
    homes: createHomes(database, wakes),
    log,
    at,
  });
  closing.push(() => slack.stop());
  const running = { database, wakes, record, graph, runs, owner, timesOf, cleanUp: execution.cleanUp };
  const { endOpenSteps } = execution;
  const worker = startWorker({ ...running, endOpenSteps, redact, limits: LIMITS, log, pace, at });
  closing.push(() => worker.stop(graceMs));
  closing.push(startTimers({ database, record, findTerms, policyVersion: ground.policy.hash, log, at }).stop);
  const server = createServer({
    changes,
    mounts: mountsOf(slack, workspace.standIn),
    tokens: config.tokens,
    isReady: () => isReady(database),
    troubles: () => slackTroubles(slack),
    onFault: (error) => log.error({ err: error }, "A request could not be answered"),
  });
  const address = await server.listen({
    host: workspace.standIn === null ? config.host : LOOPBACK,
    port: config.port,
  });
  closing.push(() => server.close());
  closing.push(() => slack.stopIntake());
  const leaving = createLeaving(worker, owned.held, closing, graceMs);
  onBegun?.(leaving);
  await slack.start();
  const said = [`Slack: ${workspace.line}`, `Model: ${model.line}`, ...ground.lines, ...deciding.lines];
  const groups = groupLines(ground.policy, slack.identity.missingScopes);
  const lines = [`Database: ${databaseLine}`, ...said, ...groups, tracesLine(config)];
  const { standIn } = workspace;
  const page = standIn === null ? null : `${address}/playground/?token=${standIn.page.token}`;
  return { address, page, slack: standIn, lines, changes, graph, database, ...leaving };
}

/** What is asked about the changes this instance owns, and what it has still to write of them. */
function createOwning(runs: Runs, pace: LeasePace, log: Log, closing: Closing) {
  const held = createHeldWrites(log);
  closing.push(held.drain);
  return { leaseOf: createLeaseOf(runs), signalsOf: createSignalsOf(runs), held, leaseMs: pace.leaseMs };
}

/** Nobody else knows: whoever carried the change on was on another machine, or could not keep it. */
function warnOfStates(left: readonly string[], log: Log): void {
  if (left.length === 0) return;
  log.warn(
    { left },
    "Terraform could not store its state, and the only copy lies here in clear text (errored.tfstate). Push it with terraform state push, then remove the directory.",
  );
}

/** Said at the start, and where nobody reads that, in the log. */
function warnOfPlaces(warnings: readonly string[], log: Log): void {
  for (const warning of warnings) log.warn(warning);
}

/** How it is told to stop: once, which lets what runs finish and be written within `graceMs`, or twice. */
function createLeaving(worker: Worker, held: HeldWrites, closing: Closing, graceMs: number): Leaving {
  return {
    stop: async () => {
      held.giveUpIn(graceMs);
      // First of all, and beside the rest: no step is begun any more, and the time of the one that runs counts from here.
      const drained = worker.stop(graceMs);
      await close(closing);
      await drained;
    },
    kill: () => {
      held.giveUpIn(0);
      worker.kill();
    },
  };
}

/** What of Slack does not work now, as /readyz names it. */
function slackTroubles({ access }: Slack) {
  const [deaf, mute] = [access.trouble("hear"), access.trouble("speak")];
  return { ...(deaf === null ? {} : { slack_deaf: deaf }), ...(mute === null ? {} : { slack_mute: mute }) };
}

/** The settings that Slack's side is made with as they are. */
function forSlack({ requesters, channels, modelPrices }: Config) {
  return { requesters, channels, modelPrices };
}

/** What is served beside the API: Slack's events in HTTP mode, and the playground's page. */
function mountsOf(slack: Slack, standIn: SlackStandIn | null): Mount[] {
  const events = slack.listener;
  return [
    ...(events === null
      ? []
      : [{ prefix: "/slack", listener: events, guard: refuseFuture(() => new Date()) }]),
    ...(standIn === null ? [] : [{ prefix: "/playground", listener: standIn.page.listener }]),
  ];
}

/** In the reverse order of the start; one that fails does not keep the others from being stopped. */
async function close(closing: Closing): Promise<void> {
  for (const one of closing.splice(0).reverse()) await one().catch(() => undefined);
}

async function openModel(
  config: Config,
  database: Database,
  redact: (text: string) => string,
  closing: Closing,
): Promise<{ ask: Ask; bookFor: BookFor; line: string }> {
  const bookFor = createBookFor(database, config);
  if (config.model.kind === "real") {
    const { apiKey, baseUrl, name } = config.model;
    const line = `real, ${name}, ${budgetWords(config)}`;
    return { ask: createAsk({ apiKey, baseUrl, model: name, redact }), bookFor, line };
  }
  const model = await startModel();
  closing.push(() => model.close());
  const { apiKey, baseUrl } = model;
  return {
    ask: createAsk({ apiKey, baseUrl, model: config.model.name, redact }),
    bookFor,
    line: "a stand-in that understands a handful of requests (set ANTHROPIC_API_KEY for Claude)",
  };
}
