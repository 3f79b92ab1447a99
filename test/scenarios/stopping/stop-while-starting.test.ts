import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { migrate } from "#store/postgres/migrate.ts";
import { startOwnSlack } from "#test/support/own-slack.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { urlOf } from "#test/support/program.ts";
import { soon } from "#test/support/soon.ts";

const ENTRY = join(import.meta.dirname, "..", "..", "..", "src", "entry.js");
const PATIENCE_MS = 20_000;

describe("a process that starts and gets no sockets of Slack", { timeout: 120_000 }, () => {
  let dir: string;
  let database: TestDatabase;
  let slack: Awaited<ReturnType<typeof startOwnSlack>>;
  let child: ChildProcess | null = null;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "greenlight-starting-"));
    database = await createDatabase({ migrate });
    slack = await startOwnSlack({});
  });
  after(async () => {
    child?.kill("SIGKILL");
    await slack.stop();
    await database.drop();
    await rm(dir, { recursive: true, force: true });
  });

  const start = (appToken: string): ChildProcess => {
    child = spawn(process.execPath, [ENTRY], {
      cwd: dir,
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        PATH: process.env["PATH"],
        PORT: "0",
        GREENLIGHT_DATA: join(dir, "data"),
        GREENLIGHT_MIX: "yes",
        GREENLIGHT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
        DATABASE_URL: urlOf(database.config),
        KUBECONFIG: join(dir, "none"),
        SLACK_API_URL: slack.apiUrl,
        SLACK_BOT_TOKEN: slack.tokens.bot,
        SLACK_APP_TOKEN: appToken,
      },
    });
    return child;
  };
  const inTime = (ended: Promise<unknown>) => {
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, "late").unref());
    return Promise.race([ended, late]);
  };

  it("that Slack refuses for good ends by itself, and says why", async () => {
    const started = start("xapp-none");
    let said = "";
    started.stderr?.on("data", (bytes) => (said += String(bytes)));
    assert.deepEqual(await inTime(once(started, "exit")), [1, null]);
    assert.match(said, /Slack refuses SLACK_APP_TOKEN/);
  });

  it("stops when it is told to, and exits with 0: it may carry changes by then, and Slack may be away for long", async () => {
    slack.faults.fail(1_000_000, 503, "apps.connections.open");
    const before = slack.calls.length;
    const started = start(slack.tokens.app);
    await soon("it asks for sockets", async () =>
      slack.calls.slice(before).some(({ method }) => method === "apps.connections.open"),
    );
    const ended = once(started, "exit");
    started.kill("SIGTERM");
    assert.deepEqual(await inTime(ended), [0, null]);
  });
});
