import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { migrate } from "../../src/store/migrate.ts";
import { end, type Instance } from "../faults/processes.ts";
import { wordsOf } from "../faults/stories.ts";
import { openTown, secretOf, type Town } from "../faults/town.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";

const PATIENCE_MS = 40_000;
/** Processes that exit by themselves do so long before their grace of 25 s is over. */
const SOON_MS = 15_000;

const View = z.object({
  thread_id: z.string(),
  status: z.string(),
  revision: z.number(),
  digest: z.string().nullable(),
});

type Row = {
  step: number;
  outcome: string | null;
  error: string | null;
  pgid: number | null;
  lease_epoch: number;
};

describe("a process that is told to stop", { timeout: 240_000 }, () => {
  let database: TestDatabase;
  let town: Town;
  before(async () => {
    database = await createDatabase({ migrate });
    town = await openTown(database.config);
  });
  after(async () => {
    await town.close();
    await database.drop();
  });

  const start = async (slot: string, extra: Record<string, string> = {}): Promise<Instance> => {
    const instance = await town.start(slot, "", extra);
    if (instance === null) throw new Error(`The process ${slot} did not start.`);
    return instance;
  };
  const call = async (at: Instance, who: string, path: string, body?: object) => {
    const response = await fetch(`${at.address}/infra-change${path}`, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${secretOf(who)}`, "content-type": "application/json" },
    });
    return View.parse(await response.json());
  };
  const until = async <Found>(look: () => Promise<Found | null | false>): Promise<Found> => {
    const giveUp = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== null && found !== false) return found;
      if (Date.now() > giveUp) throw new Error(`Not within ${PATIENCE_MS} ms: ${look.toString()}`);
      await pause(25);
    }
  };
  const journal = async (id: string): Promise<Row[]> =>
    (await town.pool.query<Row>("select * from journal where change_id = $1 order by intent_at", [id])).rows;
  const status = (at: Instance, id: string, ...wanted: string[]) =>
    until(async () => {
      const view = await call(at, "ben", `/${id}`);
      return wanted.includes(view.status) ? view : null;
    });
  const askByApi = async (at: Instance, words: string) =>
    (await call(at, "r0", "", { description: words })).thread_id;
  const askInSlack = async (_at: Instance, words: string): Promise<string> => {
    const { slack, pool } = town;
    await slack.say({ as: slack.users.ana, channel: slack.channels.infra, text: `/infra ${words}` })
      .delivered;
    const find = "select id from changes where request = $1";
    return until(async () => (await pool.query<{ id: string }>(find, [words])).rows[0]?.id ?? null);
  };
  /** A change whose first step runs at this moment, and the group it runs in. */
  const running = async (at: Instance, id: string, ask = askByApi): Promise<{ id: string; pgid: number }> => {
    const change = await ask(at, wordsOf(id, "plain"));
    const { revision, digest } = await status(at, change, "waiting");
    await call(at, "ben", `/${change}/decision`, { answer: "approve", revision, digest });
    const pgid = await until(async () => (await journal(change))[0]?.pgid ?? null);
    return { id: change, pgid };
  };
  const leaves = async (instance: Instance): Promise<{ how: string; ms: number }> => {
    const began = performance.now();
    const late = pause(PATIENCE_MS, "it is still there", { ref: false });
    return { how: await Promise.race([instance.gone, late]), ms: performance.now() - began };
  };

  it("lets the step that runs finish, writes it down and exits; another one goes on with the next step", async () => {
    const first = await start("one");
    const { id } = await running(first, "steady1");
    first.signal("SIGTERM");
    const [left, second] = await Promise.all([leaves(first), start("two")]);
    assert.equal(left.how, "exit code 0");
    assert.ok(left.ms < SOON_MS, `it took ${left.ms} ms`);
    await status(second, id, "done");
    const rows = await journal(id);
    assert.deepEqual(
      rows.map(({ step, outcome }) => [step, outcome]),
      [
        [1, "done"],
        [2, "done"],
      ],
    );
    assert.ok(
      (rows[0]?.lease_epoch ?? 0) < (rows[1]?.lease_epoch ?? 0),
      "the second step was not begun by another",
    );
    const ran = (await town.kubectl.lines()).filter((line) => line.includes("steady1"));
    assert.equal(ran.length, 2);
    await end(second);
  });

  it("shows in Slack how the last step ended, before it exits", async () => {
    const first = await start("six");
    await running(first, "steady2", askInSlack);
    first.signal("SIGTERM");
    assert.equal((await leaves(first)).how, "exit code 0");
    const { slack } = town;
    const shown = slack.messages(slack.channels.infra).map((message) => JSON.stringify(message.blocks));
    assert.ok(shown.some((blocks) => /Step 1 of 2 · done/.test(blocks) && blocks.includes("steady2")));
  });

  it("ends a step that takes longer than its grace: unknown, no child left, and an operator is asked elsewhere", async () => {
    const first = await start("three", { FAULTS_GRACE_MS: "500" });
    const { id, pgid } = await running(first, "endless1");
    const second = await start("four");
    first.signal("SIGINT");
    assert.equal((await leaves(first)).how, "exit code 0");
    assert.equal(await livingIn(pgid), 0);
    const [row] = await journal(id);
    assert.equal(row?.outcome, "unknown");
    assert.match(
      row?.error ?? "",
      /because Greenlight was told to stop, and it had not finished within 0.5 s/,
    );
    await status(second, id, "needs_person");
    assert.equal((await journal(id)).length, 1);
    await end(second);
  });

  for (const [signal, how] of [
    ["SIGTERM", "stopped"],
    ["SIGKILL", "killed"],
  ] as const) {
    it(`reads again what it was reading when it was ${how}, and asks nobody`, async () => {
      const first = await start(`${how}1`, { FAULTS_GRACE_MS: "300" });
      const id = await askByApi(first, wordsOf(`w${how}`, "watched"));
      const { revision, digest } = await status(first, id, "waiting");
      await call(first, "ben", `/${id}/decision`, { answer: "approve", revision, digest });
      await until(async () => (await journal(id))[1]?.pgid ?? null);
      first.signal(signal);
      await leaves(first);
      const second = await start(`${how}2`);
      await status(second, id, "done", "needs_person", "failed");
      const rows = (await journal(id)).map(({ step, outcome }) => [step, outcome]);
      assert.deepEqual(rows, [
        [1, "done"],
        [2, "not run"],
        [2, "done"],
      ]);
      const ran = (await town.kubectl.lines()).filter((line) => line.includes(`w${how}`));
      assert.equal(ran.length, 1);
      await end(second);
    });
  }

  it("told twice, it kills what runs at once, and writes that down before it exits", async () => {
    const first = await start("five");
    const { id, pgid } = await running(first, "stubborn1");
    first.signal("SIGTERM");
    await pause(300);
    assert.notEqual(await livingIn(pgid), 0);
    first.signal("SIGTERM");
    const left = await leaves(first);
    assert.equal(left.how, "exit code 0");
    assert.ok(left.ms < SOON_MS, `it took ${left.ms} ms`);
    assert.equal(await livingIn(pgid), 0);
    const [row] = await journal(id);
    assert.equal(row?.outcome, "unknown");
    assert.match(row?.error ?? "", /at once because Greenlight was told to stop a second time/);
  });
});

/** How many processes of the group are left; killed ones that nobody has looked after are gone. */
async function livingIn(pgid: number): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return stats.filter((stat) => {
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state !== "Z" && Number(group) === pgid;
  }).length;
}
