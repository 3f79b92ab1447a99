import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { ASK_PACE, type AskPace } from "#agents/retries.ts";
import { createUserId, type UserId } from "#agents/user-id.ts";
import type { TokenPerson } from "#change/person.ts";
import type { RunSignals } from "#change/run-signals.ts";
import { type Config, secretsOf } from "#config/config.ts";
import type { Sees } from "#execution/box/view.ts";
import { openEncryptionKey } from "#execution/encryption-key.ts";
import { SETTLE_PACE, type SettlePace } from "#execution/facts/settle.ts";
import type { RedactLine } from "#execution/process/line-buffer.ts";
import { createSeal, type Seal } from "#execution/seal.ts";
import { createIdentify, type Identify } from "#execution/target-identity.ts";
import { type At, nowhere } from "#observe/crash-points.ts";
import type { Log } from "#observe/log.ts";
import type { Policy } from "#policy/document.ts";
import { createRedact, createRedactLines, type Redact } from "#redact/redact.ts";
import { createRedactJson } from "#redact/value.ts";
import { createMessageRefs } from "#slack/sender/feed.ts";
import { createRecordEvents, type RecordEvents } from "#store/events.ts";
import { createLeaseOf, type Lease } from "#store/leases.ts";
import type { Database } from "#store/postgres/database.ts";
import type { Wakes } from "#store/postgres/notify.ts";
import { type LeasePace, PACE } from "#threads/deps.ts";
import { LATER_LOOKS_MS } from "#threads/later/plan-later-looks.ts";
import { createHeldWrites, type HeldWrites } from "#threads/running/held-writes.ts";
import { createSignalsOf, type Runs } from "#threads/running/runs.ts";
import { tokensOf } from "./approvers.ts";
import { type CommandEnvironment, openCommandEnvironment } from "./command-environment.ts";
import { openStore } from "./open-store.ts";
import { explained, ownWords } from "./setup-error.ts";
import { openSlackWorkspace, type SlackWorkspace } from "./slack-workspace.ts";
import type { Closing } from "./stopping.ts";
import { whyNoDirectory } from "./why-no-directory.ts";

/** All that the parts of the program share: opened once at the start, and handed on whole to execution, graph, threads and Slack. */
export type Parts = {
  config: Config;
  log: Log;
  closing: Closing;
  database: Database;
  databaseLine: string;
  wakes: Wakes;
  record: RecordEvents;
  slackWorkspace: SlackWorkspace;
  commands: CommandEnvironment;
  policy: Policy;
  tokens: readonly TokenPerson[];
  seal: Seal;
  identify: Identify;
  /** What stands for a requester before the model's service. */
  userId: UserId;
  redact: Redact;
  redactJson: Redact;
  redactLines: () => RedactLine;
  /** What this instance works on, and what it has still to write of it. */
  runs: Runs;
  owner: string;
  leaseOf: (changeId: string) => Lease;
  signalsOf: (changeId: string) => RunSignals;
  held: HeldWrites;
  pace: LeasePace;
  settle: SettlePace;
  askPace: AskPace;
  laterLooksMs: readonly number[];
  now: () => Date;
  at: At;
};

/**
 * For the fault tests: places to die at, what their made-up programs keep notes in (`sees`), and times short enough to wait
 * for. `onSecrets` hears of every secret value once all are known, a made key and those of variables the policy gives to
 * commands too.
 */
export type PartsOptions = {
  onSecrets?: (secrets: readonly string[]) => void;
  at?: At;
  sees?: Sees;
  pace?: LeasePace;
  /** How looks after a run follow one another. */
  settle?: SettlePace;
  /** How calls of the model follow one another. */
  askPace?: AskPace;
  /** How long after its end a change is looked at again. */
  laterLooksMs?: readonly number[];
};

/** Opens them: database, Slack, what commands run on, key and redaction. `closing` gets what is stopped again. */
export async function openParts(
  config: Config,
  log: Log,
  closing: Closing,
  {
    at = nowhere,
    pace = PACE,
    settle = SETTLE_PACE,
    askPace = ASK_PACE,
    laterLooksMs = LATER_LOOKS_MS,
    onSecrets,
    sees,
  }: PartsOptions,
): Promise<Parts> {
  const { dataDir } = config;
  await explained(
    () => mkdir(dataDir, { recursive: true }),
    (fault) => whyNoDirectory(fault, dataDir),
  );
  const { database, wakes, line: databaseLine } = await openStore(config, log, closing);
  const slackWorkspace = await openSlackWorkspace(config, log, closing);
  const commands = await openCommandEnvironment(config, slackWorkspace.approvers, closing, sees);
  const key = await explained(
    () => openEncryptionKey(config.encryptionKey, dataDir),
    (fault) => whyNoDirectory(fault, dataDir) ?? ownWords(fault),
  );
  // Said at the start, and where nobody reads that, in the log.
  for (const warning of [...config.warnings, ...commands.warnings]) log.warn(warning);
  const secrets = [...secretsOf({ ...config, encryptionKey: key }), ...commands.secrets];
  onSecrets?.(secrets);
  const redact = createRedact(secrets);
  const { policy } = commands;
  const runs: Runs = new Map();
  const held = createHeldWrites(log);
  closing.push(held.drain);
  return {
    ...{ config, log, closing, database, databaseLine, wakes, slackWorkspace, commands, policy },
    record: createRecordEvents(createMessageRefs(policy.notify)),
    tokens: tokensOf(config),
    seal: createSeal(key),
    identify: createIdentify(key),
    userId: createUserId(key),
    redact,
    redactJson: createRedactJson(redact),
    redactLines: createRedactLines(secrets),
    ...{ runs, held, pace, settle, askPace, laterLooksMs, at },
    owner: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    leaseOf: createLeaseOf(runs),
    signalsOf: createSignalsOf(runs),
    now: () => new Date(),
  };
}
