import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import pino from "pino";
import { type App, type AppOptions, startApp } from "#app/app.ts";
import { type Answer, answersOf, type Change, type ChangeStatus, type Gate } from "#change/change.ts";
import type { Decide } from "#change/changes.ts";
import { takesReason } from "#change/say.ts";
import { type Config, readConfig } from "#config/config.ts";
import type { GraphDeps } from "#graph/deps.ts";
import { createGraph } from "#graph/graph.ts";
import type { GraphState } from "#graph/state.ts";
import { type ModelStandIn, startModel } from "#playground/model/model.ts";
import type { Refused } from "#playground/slack/refused.ts";
import { createCheckpointer } from "#store/checkpointer.ts";
import type { EmbeddedConnection } from "#store/embedded/embedded.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { boxOfTests } from "./box.ts";
import { QUICK_LOOKS } from "./execution.ts";
import { assertNoneRefused } from "./own-slack.ts";
import { createDatabase } from "./postgres.ts";
import { soon } from "./soon.ts";

export const ANA = { kind: "token", name: "ana", role: "requester", slackId: null } as const;
export const BEN = { kind: "token", name: "ben", role: "approver", slackId: null } as const;

/** The secrets of their tokens. */
export const ANA_SECRET = "ana-0123456789abcdef";
export const BEN_SECRET = "ben-0123456789abcdef";

/** The real program on a database and a data directory of its own, with the stand-in model where the test can script it. */
export type Program = {
  app: App;
  model: ModelStandIn;
  config: Config;
  /** Asks for a change and waits until it rests. */
  ask(request: string): Promise<Change>;
  /** Waits until the change has this status. */
  until(id: string, ...statuses: ChangeStatus[]): Promise<Change>;
  decide(
    change: Change,
    answer: Answer,
    said?: Partial<Pick<Decide, "reason" | "answers" | "by" | "target">>,
  ): ReturnType<App["changes"]["decide"]>;
  /** Writes into the change's thread as nobody should be able to: past its owner's fence. */
  forge(
    id: string,
    values: Partial<GraphState>,
    node: "awaitAnswers" | "awaitApproval" | "awaitOperator",
  ): Promise<void>;
  /** Writes its policy file anew, where it was started with one; it is read at the next start. */
  writePolicy(text: string): Promise<void>;
  /** Has a worker look at the change once more, and waits until it has done what it found to do, or has met a fault. */
  lookAgain(id: string): Promise<void>;
  /** Stops the program and starts it again on the same data. */
  restart(): Promise<void>;
  /** Takes from every change the targets it holds, so that one left open does not block the next test. */
  releaseTargets(): Promise<void>;
  /** What ran, in order: "forward 1 done". */
  ran(id: string): Promise<string[]>;
  /** Stops it and takes everything away. Fails when Slack refused a message or a form for what was in it. */
  close(): Promise<void>;
};

const log = pino({ level: "silent" });
const REST: ChangeStatus[] = [
  "asking",
  "waiting",
  "needs_person",
  "done",
  "accepted",
  "rolled_back",
  "rejected",
  "planned",
  "answered",
  "failed",
  "expired",
  "cancelled",
];
const PATIENCE_MS = 60_000;

/** Starts the program for one test file; `policy` is the text of its policy file, where it is not the sample's. `looks`: the stand-in model looks before it plans. */
export async function startProgram(
  env: { [name: string]: string } = {},
  { policy, looks = false, ...options }: AppOptions & { policy?: string; looks?: boolean } = {},
): Promise<Program> {
  const database = await createDatabase({ migrate });
  const dataDir = await mkdtemp(join(tmpdir(), "greenlight-program-"));
  // Most tests are about what comes after the plan: a look for each would be a process and a call of the model more.
  const model = await startModel({ looks });
  const url = urlOf(database.config);
  const policyFile = join(dataDir, "policy.yml");
  const writePolicy = (text: string): Promise<void> => writeFile(policyFile, text);
  if (policy !== undefined) await writePolicy(policy);
  const read = readConfig({
    PATH: `${dirname(process.execPath)}${delimiter}/usr/local/bin${delimiter}/usr/bin${delimiter}/bin`,
    PORT: "0",
    GREENLIGHT_DATA: dataDir,
    GREENLIGHT_BOX: boxOfTests(),
    DATABASE_URL: url,
    GREENLIGHT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    GREENLIGHT_API_TOKENS: `ana:requester:${ANA_SECRET},ben:approver:${BEN_SECRET}`,
    ANTHROPIC_API_KEY: model.apiKey,
    ANTHROPIC_BASE_URL: model.baseUrl,
    ...(policy === undefined ? {} : { GREENLIGHT_POLICY: policyFile }),
    ...env,
  });
  if (!read.ok) throw new Error(read.faults.join("; "));
  const { config } = read;
  const quick = { settle: QUICK_LOOKS, ...options };
  let app = await startApp(config, log, quick);
  const refused: Refused[] = [];
  const until = async (id: string, ...statuses: ChangeStatus[]): Promise<Change> => {
    const giveUp = Date.now() + PATIENCE_MS;
    for (;;) {
      const change = await app.changes.get(id);
      if (change !== null && statuses.includes(change.status)) return change;
      if (Date.now() > giveUp) throw new Error(`After ${PATIENCE_MS} ms: ${JSON.stringify(change)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    get app() {
      return app;
    },
    model,
    config,
    until,
    writePolicy,
    ask: async (request) => {
      const asked = await app.changes.ask({
        request,
        requester: ANA,
        home: null,
        planOnly: false,
        idempotencyKey: crypto.randomUUID(),
      });
      if (asked.kind !== "accepted") throw new Error(JSON.stringify(asked));
      return until(asked.change.id, ...REST);
    },
    decide: (change, answer, said = {}) => {
      const gates = Object.keys(answersOf) as Gate[];
      const gate = gates.find((one) => answersOf[one].includes(answer)) ?? "operator";
      const question = change.decisions.findLast((decision) => decision.gate === gate);
      const { round = 1 } = question ?? {};
      const { revision } = change;
      const digest = gate === "answers" ? question?.digest : change.digest;
      return app.changes.decide({
        changeId: change.id,
        gate,
        revision,
        round,
        digest: digest ?? "",
        answer,
        by: BEN,
        reason: takesReason(change, { gate, answer }) ? "As was agreed" : null,
        // As somebody who has read what it destroys.
        ...(answer === "approve" ? { target: change.terms?.typedTarget ?? null } : {}),
        ...said,
      });
    },
    forge: async (id, values, node) => {
      // Only its shape is used: updateState runs no node.
      const graph = createGraph({} as GraphDeps, createCheckpointer(app.database));
      await graph.updateState({ configurable: { thread_id: id } }, values, node);
    },
    lookAgain: async (id) => {
      await app.database.query("update changes set work_wanted = work_wanted + 1 where id = $1", [id]);
      await soon("the worker's look", async () => {
        const done =
          "select 1 from changes where id = $1 and lease_owner is null and (work_done = work_wanted or faults > 0)";
        return (await app.database.query(done, [id])).rowCount === 1;
      });
    },
    restart: async () => {
      await app.stop();
      refused.push(...(app.slack?.takeRefused() ?? []));
      app = await startApp(config, log, quick);
    },
    releaseTargets: async () => {
      await app.database.query("delete from target_locks");
    },
    ran: async (id) =>
      (await app.changes.steps(id)).map((step) => `${step.direction} ${step.step} ${step.outcome}`),
    close: async () => {
      await app.stop();
      refused.push(...(app.slack?.takeRefused() ?? []));
      await model.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
      assertNoneRefused(refused);
    },
  };
}

/** A database as DATABASE_URL names it. */
export function urlOf({ user, password, port, database, host }: EmbeddedConnection): string {
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
  return `postgres://${user}${secret}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}

/** A scripted plan of kubectl steps: each line, and its way back or null. */
export function planOf(
  steps: [line: string, back: string | null][],
  risk: "low" | "medium" | "high" = "medium",
): object {
  const args = (line: string) => line.split(" ");
  return {
    summary: "A scripted plan.",
    plan: steps.map(([line, back], index) => ({
      step: index + 1,
      description: line.slice(0, 200),
      tool: "kubectl",
      args: args(line),
      dir: "",
      risk,
      rollback: back === null ? null : { tool: "kubectl", args: args(back), dir: "" },
    })),
    risk_level: risk,
    risk_reason: "scripted",
    questions: [],
  };
}
