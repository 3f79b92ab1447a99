import { setTimeout as pause } from "node:timers/promises";
import { seeded } from "#test/policy/random.ts";
import { check, type Findings } from "./check.ts";
import { createPeople } from "./people.ts";
import { untilRest } from "./rest.ts";
import type { Town } from "./town.ts";

/** What a frozen process did after it woke up: rows written, and whether its children were gone. */
export type Frozen = Findings;

const PATIENCE_MS = 40_000;
const LOOK_MS = 50;

/** Freezes the process that runs a step, lets another one finish its changes, wakes it, and compares every row. */
export async function frozen(town: Town, frozenMs: number, seed: number): Promise<Frozen> {
  const random = seeded(seed);
  const people = createPeople(town, random);
  const sleeper = await town.start("sleeper");
  if (sleeper === null) throw new Error("The process to freeze did not start.");
  const asked = [
    { id: "f1", kind: "slow" },
    { id: "f2", kind: "slow" },
    { id: "f3", kind: "plain" },
  ] as const;
  await Promise.all(asked.map(({ id, kind }) => people.ask(id, kind, "api")));
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    await people.answer();
    const { rowCount } = await town.pool.query(
      "select 1 from journal where started_at is not null and finished_at is null",
    );
    if (rowCount !== 0) break;
    if (Date.now() > giveUp) throw new Error("No step ran that could be frozen.");
    await pause(LOOK_MS);
  }
  sleeper.signal("SIGSTOP");
  town.alive.delete(sleeper);
  const frozenAt = Date.now();
  const other = await town.start("other");
  if (other === null) throw new Error("The other process did not start.");
  await untilRest(town, people, PATIENCE_MS);
  await pause(Math.max(0, frozenMs - (Date.now() - frozenAt)));
  const before = await everything(town);
  sleeper.signal("SIGCONT");
  await pause(3_000);
  const after = await everything(town);
  const wrote = [...after]
    .filter(([key, text]) => before.get(key) !== text)
    .map(([key, text]) => `${key}: ${text}`);
  const found = await check(town, people, asked);
  sleeper.signal("SIGKILL");
  await sleeper.gone;
  const stale = wrote.map((row) => `the frozen process wrote ${row}`);
  return { ...found, violations: [...found.violations, ...stale] };
}

/** Every row a stale owner could have written, as text. Messages are Slack's side and anybody's to send. */
async function everything(town: Town): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  const tables = [
    "changes",
    "journal",
    "decisions",
    "events",
    "log_lines",
    "greenlight_graph.checkpoints",
    "greenlight_graph.checkpoint_writes",
  ];
  for (const table of tables) {
    const { rows } = await town.pool.query<{ text: string }>(`select t::text as text from ${table} t`);
    for (const { text } of rows) all.set(`${table} ${text}`, text);
  }
  return all;
}
