// node test/upgrade/fill.ts CHECKOUT OUT: fills a database by the program in CHECKOUT, an older version with its packages
// installed, stops it as a power cut does, and writes what it left into the folder OUT.
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { end, startInstance } from "#test/faults/processes.ts";
import { startServer } from "#test/faults/server.ts";
import { openTown } from "#test/faults/town.ts";
import { soon } from "#test/support/soon.ts";
import { dump } from "./dump.ts";
import { createCaller, type Standing, standingOf } from "./people.ts";
import { mind, POLICY, requestOf, type Story } from "./stories.ts";

const [, , checkout = "", out = ""] = process.argv;
const server = await startServer();
const connection = await server.createEmpty("fixture");
const town = await openTown(connection, { mind, policy: POLICY });
const start = async (slot: string) => {
  const env = { ...town.env, GREENLIGHT_DATA: join(town.dir, slot) };
  const program = join(checkout, "test", "faults", "instance.ts");
  const instance = await startInstance(env, join(town.dir, `${slot}.log`), program);
  if (instance === null) throw new Error(readFileSync(join(town.dir, `${slot}.log`), "utf8"));
  return instance;
};
let instance = await start("first");
const caller = createCaller(() => instance.address);

const until = (story: Story, ...statuses: string[]) =>
  soon(`${story} is ${statuses.join(" or ")}`, async () => {
    const standing = await standingOf(town.pool, story).catch(() => null);
    return standing !== null && statuses.includes(standing.status) && standing;
  });
/** In Slack where that says no more: what was asked there has a card, and reports back. */
const ask = async (story: Story): Promise<void> => {
  const { users, channels } = town.slack;
  const { delivered } = town.slack.say({
    as: users.ana,
    channel: channels.infra,
    text: `/infra ${requestOf(story)}`,
  });
  await delivered;
};
const askByApi = async (story: Story, by: string, extra = {}): Promise<void> => {
  const { status, said } = await caller.ask(story, by, extra);
  if (status !== 202) throw new Error(`${story}: ${said}`);
};
const answer = async (standing: Standing, ...rest: [answer: string, by: string, extra?: object]) => {
  const [word, by, extra = {}] = rest;
  const { status, said } = await caller.answer(standing, word, by, { ...extra });
  if (status !== 200 && status !== 202) throw new Error(`${word} of ${standing.id}: ${said}`);
};
const approve = async (story: Story, by = "ben") => answer(await until(story, "waiting"), "approve", by);
const stepRuns = (story: Story, step: number, direction = "forward") =>
  soon(`step ${step} of ${story} runs`, async () => {
    const { rowCount } = await town.pool.query(
      "select 1 from journal where change_id = $1 and step = $2 and direction = $3 and started_at is not null and outcome is null",
      [(await standingOf(town.pool, story)).id, step, direction],
    );
    return rowCount === 1;
  });
/** What it spawned outlives it, and would run on here. */
const cutOff = async (): Promise<void> => {
  instance.signal("SIGKILL");
  await instance.gone;
  const { rows } = await town.pool.query<{ pgid: number }>(
    "select pgid from journal where outcome is null and pgid is not null",
  );
  for (const { pgid } of rows) process.kill(-pgid, "SIGKILL");
};

async function finish(): Promise<void> {
  await Promise.all((["done", "accepted", "taken", "rejected", "late"] as const).map(ask));
  await Promise.all((["done", "accepted", "taken"] as const).map((story) => approve(story)));
  await answer(await until("accepted", "needs_person"), "accept", "ben");
  await answer(await until("rejected", "waiting"), "reject", "cleo", { reason: "Not today." });
  const late = await until("late", "waiting");
  await town.pool.query("update decisions set expires_at = clock_timestamp() where change_id = $1", [
    late.id,
  ]);
  await Promise.all([
    ask("failed"),
    ask("stopped"),
    askByApi("only", "r1", { plan_only: true }),
    askByApi("free", "r1"),
  ]);
  await caller.cancel((await until("stopped", "waiting")).id, "ben");
  await Promise.all([
    ...(["done", "free"] as const).map((story) => until(story, "done")),
    until("accepted", "accepted"),
    until("taken", "rolled_back"),
    until("rejected", "rejected"),
    until("only", "planned"),
    until("late", "expired"),
    until("stopped", "cancelled"),
    until("failed", "failed"),
  ]);
}

async function rest(): Promise<void> {
  await Promise.all((["asks", "waits", "half", "wished"] as const).map(ask));
  await until("asks", "asking");
  await until("waits", "waiting");
  await approve("half");
  await answer(await until("wished", "waiting"), "request_changes", "cleo", { reason: "Seven of them." });
  await until("wished", "waiting");
  await Promise.all((["operator", "undo"] as const).map(ask));
  await Promise.all((["operator", "undo"] as const).map((story) => approve(story)));
  await Promise.all((["operator", "undo"] as const).map((story) => until(story, "needs_person")));
  await Promise.all((["happened", "missed"] as const).map(ask));
  await Promise.all((["happened", "missed"] as const).map((story) => approve(story)));
  await Promise.all((["happened", "missed"] as const).map((story) => stepRuns(story, 1)));
  await cutOff();
  instance = await start("second");
  await Promise.all((["happened", "missed"] as const).map((story) => until(story, "needs_person")));
}

/** Slack lets a channel have a message a second. */
async function tellAll(): Promise<void> {
  for (;;) {
    const { rowCount } = await town.pool.query(
      "select 1 from messages where wanted > sent and abandoned is null",
    );
    if (rowCount === 0) return;
    await sleep(500);
  }
}

async function work(): Promise<void> {
  await tellAll();
  for (const user of [town.slack.users.ana, town.slack.users.ben]) await town.slack.openHome(user).delivered;
  town.model.script({ agent: "reviewer", hang: true });
  await ask("reviewing");
  await approve("reviewing");
  await until("reviewing", "reviewing");
  await askByApi("wishing", "r4");
  const wishing = await until("wishing", "waiting");
  town.model.script({ agent: "planner", hang: true });
  await answer(wishing, "request_changes", "cleo", { reason: "Seven of them." });
  await until("wishing", "planning");
  town.model.script({ agent: "planner", hang: true });
  await askByApi("planning", "r5");
  await until("planning", "planning");
  await ask("running");
  await askByApi("second", "r7");
  await askByApi("stopping", "r8");
  await askByApi("undoing", "r2");
  await until("running", "waiting");
  await askByApi("blocked", "r9");
  await until("blocked", "waiting");
  await Promise.all((["running", "second", "stopping", "undoing"] as const).map((story) => approve(story)));
  await Promise.all([
    stepRuns("running", 1),
    stepRuns("second", 2),
    stepRuns("stopping", 1),
    stepRuns("undoing", 1, "rollback"),
  ]);
  town.slack.faults.offline(60_000);
  await approve("blocked");
  await until("blocked", "blocked");
  await caller.cancel((await until("stopping", "running")).id, "ben");
  await cutOff();
}

try {
  await finish();
  await rest();
  await work();
  const client = new pg.Client(connection);
  await client.connect();
  const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const { rows } = await client.query("select clock_timestamp()::text as now");
  const text = await dump(client, ["public", "greenlight_graph"], {
    [hostname()]: "greenlight-0",
    [bootId]: "00000000-0000-0000-0000-000000000000",
    [town.dir]: "/var/greenlight",
  });
  await client.end();
  await writeFile(join(out, "dump.sql"), `-- dumped at ${rows[0].now}\n${text}`);
  await writeFile(join(out, "ran.txt"), `${(await town.kubectl.lines()).join("\n")}\n`);
} finally {
  await end(instance);
  await town.close();
  await server.stop();
}
