import { setTimeout as pause } from "node:timers/promises";
import { seeded } from "#test/policy/random.ts";
import { check, type Findings } from "./check.ts";
import { createPeople } from "./people.ts";
import { untilRest } from "./rest.ts";
import type { Town } from "./town.ts";

/** What came of the outage: plans that were not made and verdicts that the Reviewer did not give, and how often it was asked. */
export type ModelAway = Findings & { plans: number; verdicts: number; refused: number; tries: number };

const EACH = 6;
const PATIENCE_MS = 60_000;
/** Everybody who waits has asked once more by then, at the latest after the last pause of a verdict's. */
const AFTER_MS = 240_000;

/**
 * The model is overloaded for so long, with changes that are being planned and others that have run and wait for their
 * verdict, by the program's own pace. Of the two processes one goes through all of it; the other is killed half way through,
 * and a third one starts.
 */
export async function modelAway(town: Town, awayMs: number, seed: number): Promise<ModelAway> {
  const people = createPeople(town, seeded(seed));
  const [killed, stays] = await Promise.all([town.start("killed"), town.start("stays")]);
  if (killed === null || stays === null) throw new Error("A process did not start.");
  const ran = Array.from({ length: EACH }, (_, index) => ({ id: `v${index}`, kind: "plain" }) as const);
  const planned = Array.from({ length: EACH }, (_, index) => ({ id: `p${index}`, kind: "plain" }) as const);
  for (const { id, kind } of ran) await people.ask(id, kind, "api");
  await until(town, "waiting", EACH);
  town.model.failWith({ status: 529 });
  const over = pause(awayMs).then(() => town.model.failWith(null));
  await people.answer();
  await until(town, "reviewing", EACH);
  for (const { id, kind } of planned) await people.ask(id, kind, "api");
  await pause(awayMs / 2);
  killed.signal("SIGKILL");
  await killed.gone;
  if ((await town.start("third")) === null) throw new Error("The third process did not start.");
  await over;
  await untilRest(town, people, AFTER_MS);
  const found = await check(town, people, [...ran, ...planned]);
  return { ...found, ...(await lost(town)) };
}

async function lost({ pool }: Town): Promise<Omit<ModelAway, keyof Findings>> {
  const { rows } = await pool.query<Omit<ModelAway, keyof Findings>>(
    `select (select count(*)::int from changes where plan is null) as plans,
       (select count(*)::int from changes where review is null or review->>'by' is not null) as verdicts,
       (select count(*)::int from model_calls where outcome like '%overloaded%') as refused,
       (select max(try) from model_calls) as tries`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("Nothing was counted.");
  return row;
}

async function until({ pool }: Town, status: string, count: number): Promise<void> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rowCount } = await pool.query("select 1 from changes where status = $1", [status]);
    if (rowCount === count) return;
    if (Date.now() > giveUp) throw new Error(`${rowCount} of ${count} changes are ${status}.`);
    await pause(50);
  }
}
