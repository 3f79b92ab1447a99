import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import pg from "pg";
import { type Asked, type ModelStandIn, startModel } from "#playground/model/model.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { EmbeddedConnection } from "#store/embedded/embedded.ts";
import { boxOfTests } from "#test/support/box.ts";
import { startOwnSlack } from "#test/support/own-slack.ts";
import { type CountingKubectl, installCountingKubectl } from "./counting-kubectl.ts";
import { end, type Instance, startInstance } from "./processes.ts";
import { mind, POLICY } from "./stories.ts";

/** A company for the fault tests: one database, one Slack, one model, one cluster, and as many processes as are started. */
export type Town = {
  dir: string;
  /** What each process gets, but for where its data lies. */
  env: Record<string, string>;
  pool: pg.Pool;
  slack: SlackStandIn;
  model: ModelStandIn;
  kubectl: CountingKubectl;
  /** The processes that live. */
  alive: Set<Instance>;
  /** Starts a process with its data in `slot`; null when it died before it served. `crash`: where it kills itself. */
  start(slot: string, crash?: string, extra?: Record<string, string>): Promise<Instance | null>;
  close(): Promise<void>;
};

/** How many people ask by API; the program works on five changes of one person at once. */
export const REQUESTERS = 10;

/** Who may approve by API. */
export const APPROVERS = ["ben", "cleo", "dan", "eve", "fay"] as const;

/** The token of a requester or approver. */
export function secretOf(name: string): string {
  return `${name}-0123456789abcdef`;
}

/** Opens a company on a database; `mind` and `policy` are the stories' when not given. */
export async function openTown(
  connection: EmbeddedConnection,
  given: { mind?: (asked: Asked) => unknown; policy?: string } = {},
): Promise<Town> {
  const dir = await mkdtemp(join(tmpdir(), "greenlight-faults-"));
  const [slack, model, kubectl] = await Promise.all([
    startOwnSlack({ ackMs: 10_000 }),
    startModel({ looks: false }),
    installCountingKubectl(dir),
  ]);
  model.obey(given.mind ?? mind);
  const workspace = join(dir, "workspace");
  await mkdir(workspace);
  const policy = join(dir, "policy.yml");
  await writeFile(policy, given.policy ?? POLICY);
  const requesters = Array.from(
    { length: REQUESTERS },
    (_, index) => `r${index}:requester:${secretOf(`r${index}`)}`,
  );
  const approvers = APPROVERS.map((name) => `${name}:approver:${secretOf(name)}`);
  const env = {
    PATH: [kubectl.binDir, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    HOME: dir,
    FAULTS_SEES: dir,
    GREENLIGHT_BOX: boxOfTests(),
    PORT: "0",
    NODE_COMPILE_CACHE: join(tmpdir(), "greenlight-faults-compile-cache"),
    DATABASE_URL: urlOf(connection),
    GREENLIGHT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    GREENLIGHT_API_TOKENS: [...requesters, ...approvers].join(","),
    GREENLIGHT_POLICY: policy,
    GREENLIGHT_WORKSPACE: workspace,
    KUBECONFIG: kubectl.kubeconfig,
    ANTHROPIC_API_KEY: model.apiKey,
    ANTHROPIC_BASE_URL: model.baseUrl,
    GREENLIGHT_BUDGET: "off",
    SLACK_BOT_TOKEN: slack.tokens.bot,
    SLACK_APP_TOKEN: slack.tokens.app,
    SLACK_API_URL: slack.apiUrl,
  };
  const pool = new pg.Pool({ ...connection, max: 8 });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  const alive = new Set<Instance>();
  return {
    dir,
    env,
    pool,
    slack,
    model,
    kubectl,
    alive,
    start: async (slot, crash = "", extra = {}) => {
      const own = { GREENLIGHT_DATA: join(dir, slot), FAULTS_CRASH: crash };
      const instance = await startInstance({ ...env, ...own, ...extra }, join(dir, `${slot}.log`));
      if (instance === null) return null;
      alive.add(instance);
      void instance.gone.then(() => alive.delete(instance));
      return instance;
    },
    close: async () => {
      for (const instance of alive) await end(instance);
      await Promise.all([model.close(), pool.end()]);
      if (process.env["FAULTS_KEEP"] === undefined) await rm(dir, { recursive: true, force: true });
      await slack.stop();
    },
  };
}

function urlOf({ user, host, port, database, password }: EmbeddedConnection): string {
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
  return `postgres://${user}${secret}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}
