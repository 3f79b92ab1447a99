import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import pg from "pg";
import pino from "pino";
import { startApp } from "#app/app.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { installCountingKubectl } from "#test/faults/counting-kubectl.ts";
import { approvedAs } from "#test/support/approved.ts";
import { seeing } from "#test/support/box.ts";
import { type Cuttable, createCuttable } from "#test/support/cuttable.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { type Program, planOf, startProgram, urlOf } from "#test/support/program.ts";
import { askFor, cards, click, hasButton, now, press, send, standIn, waitFor } from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

const pace = { leaseMs: 2_000, heartbeatMs: 600, pollMs: 100 };

describe("while the database is away", { timeout: 180_000 }, () => {
  let database: TestDatabase;
  let way: Cuttable;
  before(async () => {
    database = await createDatabase({ migrate });
    way = await createCuttable(database.config);
  });
  afterEach(() => way.mend());
  after(async () => {
    await way.close();
    await database.drop();
  });
  const rowsOf = async (sql: string): Promise<unknown[]> => {
    const client = new pg.Client(database.config);
    await client.connect();
    return (await client.query(sql).finally(() => client.end())).rows;
  };

  it("commands and clicks in Slack are told to try again, and count when they do", async () => {
    const program: Program = await startProgram({ DATABASE_URL: urlOf(way.config) }, { pace });
    try {
      const slack = standIn(program);
      const { ana, ben } = slack.users;
      const card = await askFor(slack, "scale checkout to 4 replicas in production");
      await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
      await way.cut();
      const isTold = (who: string) =>
        slack.ephemerals(who).some(({ text }) => approvedAs("clicks/database-away").test(text)) || undefined;
      await slack.say({ as: ana, channel: slack.channels.infra, text: "/infra restart web in staging" })
        .delivered;
      await waitFor(() => isTold(ana), "ana's answer");
      await press(slack, ben, card, "greenlight:approve");
      await waitFor(() => isTold(ben), "ben's answer");
      await click(slack, ben, card, "greenlight:request_changes");
      await waitFor(() => (slack.modal(ben) === null ? undefined : true), "the form");
      await send(slack, ben, { "greenlight:words": "use 5 instead, and say why" });
      assert.match(JSON.stringify(slack.modal(ben)?.errors), approvedAs("clicks/database-away"));
      assert.deepEqual(await rowsOf("select status from changes"), [{ status: "waiting" }]);
      assert.equal(cards(slack).length, 1);
      await way.mend();
      await soon("the database", () => program.app.database.query("select 1").catch(() => null));
      await press(slack, ben, card, "greenlight:approve");
      await soon(
        "the end",
        async () => (await rowsOf("select 1 from changes where status = 'done'")).length === 1,
      );
    } finally {
      await program.close();
    }
  });

  it("a stop ends by itself, and what could not be written is in the log", async () => {
    const dir = await mkdtemp(join(tmpdir(), "greenlight-away-"));
    const kubectl = await installCountingKubectl(dir);
    await mkdir(join(dir, "workspace"));
    const env = {
      PATH: [kubectl.binDir, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
      KUBECONFIG: kubectl.kubeconfig,
      GREENLIGHT_WORKSPACE: join(dir, "workspace"),
      GREENLIGHT_MIX: "yes",
      DATABASE_URL: urlOf(way.config),
    };
    const program = await startProgram(env, { pace, ...seeing(dir) });
    const said: string[] = [];
    const log = pino({ level: "error" }, { write: (line: string) => void said.push(line) });
    await program.app.stop();
    const app = await startApp(program.config, log, { pace, graceMs: 4_000, ...seeing(dir) });
    try {
      program.model.script({
        agent: "planner",
        json: planOf([["scale deployment/brief-stop --replicas=5 -n production", null]], "high"),
      });
      const ask = {
        requester: { kind: "token", name: "ana", role: "requester", slackId: null },
        home: null,
      } as const;
      const asked = await app.changes.ask({
        ...ask,
        request: "scale and stop",
        planOnly: false,
        idempotencyKey: "stop",
      });
      assert.equal(asked.kind, "accepted");
      if (asked.kind !== "accepted") return;
      const { id } = asked.change;
      const change = await soon("the question", async () => {
        const found = await app.changes.get(id);
        return found?.status === "waiting" && found;
      });
      await app.changes.decide({
        ...{
          changeId: id,
          gate: "approval",
          revision: 1,
          round: 1,
          digest: change.digest ?? "",
          reason: "It is what was asked for.",
        },
        ...{ answer: "approve", by: { kind: "token", name: "ben", role: "approver", slackId: null } },
      });
      await soon("the step", async () => (await kubectl.lines()).length > 0);
      await way.cut();
      await app.stop();
      const lost = said
        .map((line): Record<string, unknown> => JSON.parse(line))
        .find(({ what }) => what === "end");
      assert.partialDeepStrictEqual(lost, { changeId: id, step: 1, outcome: "done", exitCode: 0 });
      assert.match(String(lost?.["spawnToken"]), /^[0-9a-f]{8}…$/);
      await way.mend();
      assert.deepEqual(await rowsOf(`select outcome from journal where change_id = '${id}'`), [
        { outcome: null },
      ]);
    } finally {
      await way.mend();
      await program.close();
      await rm(dir, { recursive: true, force: true });
    }
  });
});
