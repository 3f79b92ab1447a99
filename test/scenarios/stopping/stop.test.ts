import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { migrate } from "#store/postgres/migrate.ts";
import { end, type Instance } from "#test/faults/processes.ts";
import { wordsOf } from "#test/faults/stories.ts";
import { openTown, secretOf, type Town } from "#test/faults/town.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { planOf } from "#test/support/program.ts";
import { installSlowTerraform, type SlowTerraform } from "#test/support/slow-terraform.ts";

const PATIENCE_MS = 40_000;
/** Processes that exit by themselves do so before their grace of 25 s is over. */
const SOON_MS = 22_000;

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

describe("a process that is told to stop", { timeout: 600_000 }, () => {
  let database: TestDatabase;
  let town: Town;
  let terraform: SlowTerraform;
  before(async () => {
    database = await createDatabase({ migrate });
    town = await openTown(database.config);
    terraform = await installSlowTerraform(town.kubectl.binDir, join(town.dir, "workspace"), [
      "network",
      "dns",
    ]);
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
  const running = async (at: Instance, id: string, ask = askByApi) =>
    approved(at, await ask(at, wordsOf(id, "plain")));
  /** The same, of a terraform apply in this root. */
  const applying = async (at: Instance, dir: string) => {
    const step = { step: 1, description: "Apply it", tool: "terraform", dir, risk: "high" };
    const args = ["apply", "-auto-approve", "-input=false"];
    const plan = { ...planOf([], "high"), plan: [{ ...step, args, rollback: null }] };
    town.model.script({ agent: "planner", json: plan });
    const change = await approved(at, await askByApi(at, `apply ${dir}`));
    await until(async () => (await terraform.said()).at(-1) === "began");
    return change;
  };
  const approved = async (at: Instance, change: string): Promise<{ id: string; pgid: number }> => {
    const { revision, digest } = await status(at, change, "waiting");
    await call(at, "ben", `/${change}/decision`, { answer: "approve", revision, digest, reason: "as asked" });
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
    assert.deepEqual(await livingIn(pgid), []);
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

  it("told twice, it kills what runs at once, orphans of it too, and writes that down before it exits", async () => {
    const first = await start("five");
    const { id, pgid } = await running(first, "stubborn1");
    // The command itself, its child, and one whose parent is gone.
    const orphan = await until(async () => {
      const group = await livingIn(pgid);
      return group.length < 3
        ? null
        : (group.find(({ pid, parent }) => pid !== pgid && parent !== pgid) ?? null);
    });
    assert.notEqual(orphan.parent, first.pid);
    const left = await toldTwice(first, pgid);
    assert.equal(left.how, "exit code 0");
    assert.ok(left.ms < SOON_MS, `it took ${left.ms} ms`);
    assert.deepEqual(await livingIn(pgid), []);
    const [row] = await journal(id);
    assert.equal(row?.outcome, "unknown");
    assert.match(row?.error ?? "", /at once because Greenlight was told to stop a second time/);
  });

  it("asks a terraform that runs longer than its grace with INT, and lets it store its state for as long as that takes", async () => {
    const first = await start("seven", { FAULTS_GRACE_MS: "500" });
    const { id, pgid } = await applying(first, "network");
    first.signal("SIGTERM");
    assert.equal((await leaves(first)).how, "exit code 0");
    assert.deepEqual(await terraform.said(), ["began", "INT", "provider lives", "stored"]);
    assert.deepEqual(await livingIn(pgid), []);
    const [row, ...more] = await journal(id);
    assert.deepEqual([row?.outcome, more], ["unknown", []]);
    assert.match(row?.error ?? "", /told to stop.* stopped by itself .* time to store its state/);
  });

  it("told twice, gives no terraform that time", async () => {
    const first = await start("eight");
    const { id, pgid } = await applying(first, "dns");
    const said = await terraform.said();
    assert.equal((await toldTwice(first, pgid)).how, "exit code 0");
    assert.deepEqual(await livingIn(pgid), []);
    assert.deepEqual(await terraform.said(), said);
    const [row] = await journal(id);
    assert.equal(row?.outcome, "unknown");
    assert.match(row?.error ?? "", /told to stop a second time, without time to put anything away/);
  });

  /** Told once it takes nothing in any more and waits for what runs; told again it leaves. */
  async function toldTwice(first: Instance, pgid: number): ReturnType<typeof leaves> {
    first.signal("SIGTERM");
    await until(async () => (await fetch(`${first.address}/healthz`).catch(() => null)) === null);
    assert.notDeepEqual(await livingIn(pgid), []);
    // Two signals close together are one that npm has passed on.
    await new Promise((resolve) => setTimeout(resolve, 600));
    first.signal("SIGTERM");
    return leaves(first);
  }
});

/** The processes of the group that are left; killed ones that nobody has looked after are gone. */
async function livingIn(pgid: number): Promise<{ pid: number; parent: number }[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return stats.flatMap((stat) => {
    const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const isLeft = state !== "Z" && Number(group) === pgid;
    return isLeft ? [{ pid: Number.parseInt(stat, 10), parent: Number(parent) }] : [];
  });
}
