import { randomUUID } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { PoolConfig } from "pg";
import { createAsk } from "./agents/claude.ts";
import { planChange } from "./agents/planner.ts";
import { reviewOutcome } from "./agents/reviewer.ts";
import type { Changes } from "./change/changes.ts";
import type { StepKey } from "./change/journal.ts";
import { type Config, secretsOf } from "./config.ts";
import { childEnvironment } from "./execution/child-environment.ts";
import { createExecutor } from "./execution/executor.ts";
import { createRedact, type Redact } from "./execution/redact.ts";
import type { GraphDeps } from "./graph/deps.ts";
import { type ChangeGraph, createGraph } from "./graph/graph.ts";
import { createServer } from "./http/server.ts";
import type { Log } from "./observe/log.ts";
import { createTracing } from "./observe/tracing.ts";
import { installKubectl } from "./playground/cluster-install.ts";
import { startModel } from "./playground/model.ts";
import { copySamples } from "./playground/sample-copy.ts";
import { builtInPolicy, type Policy, parsePolicy, withApprovers } from "./policy/document.ts";
import { createCheckpointer } from "./store/checkpointer.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { findPermission } from "./store/decisions.ts";
import { startEmbedded } from "./store/embedded.ts";
import { createRecordEvents } from "./store/events.ts";
import { findSteps } from "./store/journal.ts";
import { type Lease, LeaseLostError } from "./store/leases.ts";
import { findExcerpt } from "./store/log-lines.ts";
import { migrate } from "./store/migrate.ts";
import { insertModelCall } from "./store/model-calls.ts";
import { listenForWakes } from "./store/notify.ts";
import { createChanges } from "./threads/changes.ts";
import { createProgress } from "./threads/progress.ts";
import { createStepJournal } from "./threads/step-journal.ts";
import { startWorker } from "./threads/worker.ts";

/** A running Greenlight. `lines` say what is real and what is a stand-in. `graph` and `database` are for tests. */
export type App = {
  address: string;
  lines: string[];
  changes: Changes;
  graph: ChangeGraph;
  database: Database;
  stop(): Promise<void>;
};

/** A setting that can only be judged by looking: a policy file with faults, say. Its message is for people. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** How much the Reviewer is shown of what a step printed. */
const REVIEWED_LINES = { head: 20, tail: 40 };
const LIMITS = { all: 10, perRequester: 5 };
/** How long a stop waits for what is running. */
const GRACE_MS = 25_000;

type Closing = (() => Promise<unknown>)[];
type Ground = { workspace: string; policy: Policy; env: Record<string, string>; lines: string[] };

/** Puts the program together and starts it. Whatever was started is stopped again when a later part fails. */
export async function startApp(config: Config, log: Log): Promise<App> {
  const closing: Closing = [];
  try {
    return await assemble(config, log, closing);
  } catch (error) {
    await close(closing);
    throw error;
  }
}

async function assemble(config: Config, log: Log, closing: Closing): Promise<App> {
  const redact = createRedact(secretsOf(config));
  await mkdir(config.dataDir, { recursive: true });
  const { connection, line: databaseLine } = await connect(config, log, closing);
  await migrate(connection);
  const database = openDatabase(connection, (error) =>
    log.warn({ err: error }, "A database connection was cut"),
  );
  closing.push(() => database.close());
  const wakes = await listenForWakes(connection);
  closing.push(() => wakes.close());
  const ground = await prepareGround(config);
  const model = await openModel(config, closing);
  const record = createRecordEvents(() => []);
  const leases = new Map<string, Lease>();
  const deps = createDeps({ ...model, database, record, leases, ground, redact });
  const tracing = config.tracing === null ? null : createTracing(config.tracing, redact);
  closing.push(async () => tracing?.flush());
  const graph = createGraph(deps, createCheckpointer(database), tracing === null ? [] : [tracing.tracer]);
  const owner = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const worker = startWorker({ database, wakes, record, graph, leases, owner, limits: LIMITS, log });
  closing.push(() => worker.stop(GRACE_MS));
  const changes = createChanges({ database, record, policy: ground.policy, redact });
  const server = createServer({
    changes,
    tokens: config.tokens,
    isReady: () =>
      database.query("select 1").then(
        () => true,
        () => false,
      ),
    onFault: (error) => log.error({ err: error }, "A request could not be answered"),
  });
  const address = await server.listen({ host: config.host, port: config.port });
  closing.push(() => server.close());
  const traces =
    tracing === null ? "Traces: none" : `Traces: LangSmith, ${config.tracing?.endpoint ?? "its own address"}`;
  const lines = [`Database: ${databaseLine}`, `Model: ${model.line}`, ...ground.lines, traces];
  return { address, lines, changes, graph, database, stop: () => close(closing) };
}

/** In the reverse order of the start; one that fails does not keep the others from being stopped. */
async function close(closing: Closing): Promise<void> {
  for (const one of closing.splice(0).reverse()) await one().catch(() => undefined);
}

async function connect(
  config: Config,
  log: Log,
  closing: Closing,
): Promise<{ connection: PoolConfig; line: string }> {
  if (config.database.kind === "url") {
    return { connection: { connectionString: config.database.url }, line: "real, DATABASE_URL" };
  }
  const embedded = await startEmbedded({
    dataDir: join(config.dataDir, "postgres"),
    log: (line) => log.info(line),
  });
  closing.push(() => embedded.stop());
  return { connection: embedded.connection, line: embedded.where };
}

async function openModel(
  config: Config,
  closing: Closing,
): Promise<{ ask: ReturnType<typeof createAsk>; line: string }> {
  if (config.model.kind === "real") {
    const { apiKey, baseUrl, name } = config.model;
    return { ask: createAsk({ apiKey, baseUrl, model: name }), line: `real, ${name}` };
  }
  const model = await startModel();
  closing.push(() => model.close());
  const { apiKey, baseUrl } = model;
  return {
    ask: createAsk({ apiKey, baseUrl, model: config.model.name }),
    line: "a stand-in that understands a handful of requests (set ANTHROPIC_API_KEY for Claude)",
  };
}

/** The workspace, the rules and the children's environment: the real ones, or the samples with a cluster on a file. */
async function prepareGround(config: Config): Promise<Ground> {
  const isReal = config.workspace !== null || config.inherited["KUBECONFIG"] !== undefined;
  const samples = isReal ? null : await copySamples({ into: join(config.dataDir, "sample") });
  const file = config.policyFile ?? samples?.policyFile ?? null;
  const policy = withApprovers(await readPolicy(file), config.approvers);
  const workspace = resolve(config.workspace ?? samples?.workspace ?? ".");
  const rules = `Policy: ${file ?? "built in (every medium or high change waits for a person)"}`;
  if (isReal) {
    const env = childEnvironment(config.inherited, {});
    return { workspace, policy, env, lines: [`Cluster: real, workspace ${workspace}`, rules] };
  }
  const binDir = join(config.dataDir, "sample", "bin");
  await mkdir(binDir, { recursive: true });
  const stateFile = join(config.dataDir, "sample", "cluster.json");
  await installKubectl({ binDir, stateFile, node: process.execPath });
  const path = `${binDir}${delimiter}${config.inherited["PATH"] ?? ""}`;
  const env = childEnvironment(config.inherited, { PATH: path });
  return {
    workspace,
    policy,
    env,
    lines: [`Cluster: a stand-in on ${stateFile}, workspace ${workspace}`, rules],
  };
}

async function readPolicy(file: string | null): Promise<Policy> {
  if (file === null) return builtInPolicy;
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new SetupError(`GREENLIGHT_POLICY: ${file} cannot be read. Name a file that is there.`, { cause });
  });
  const parsed = parsePolicy(text);
  if (parsed.ok) return parsed.policy;
  throw new SetupError(`GREENLIGHT_POLICY: ${file} has faults:\n  ${parsed.faults.join("\n  ")}`);
}

function createDeps(parts: {
  ask: ReturnType<typeof createAsk>;
  database: Database;
  record: ReturnType<typeof createRecordEvents>;
  leases: ReadonlyMap<string, Lease>;
  ground: Ground;
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
    runStep: createExecutor({
      workspace: ground.workspace,
      env: ground.env,
      policy,
      redact,
      journal: createStepJournal(database, record, leaseOf),
    }),
  };
}
