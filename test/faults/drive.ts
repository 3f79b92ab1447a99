import { setTimeout as pause } from "node:timers/promises";
import { pick, type Random } from "#test/policy/random.ts";
import type { AskedFor } from "./check.ts";
import type { People } from "./people.ts";
import { unended, untilRest } from "./rest.ts";
import type { Kind } from "./stories.ts";
import type { Town } from "./town.ts";

/** How many changes are asked for, of which kinds, how many of them at a time, and whether by API or in Slack. */
export type Drive = {
  total: number;
  atOnce: number;
  kinds: readonly Kind[];
  way: "api" | "slack";
  patienceMs: number;
};

const LOOK_MS = 100;

/** Has changes asked for and answered until all have ended. Throws with those that are stuck. */
export async function drive(
  town: Town,
  people: People,
  random: Random,
  { total, atOnce, kinds, way, patienceMs }: Drive,
): Promise<AskedFor[]> {
  const asked: AskedFor[] = [];
  const telling = new Set<Promise<void>>();
  const failures: unknown[] = [];
  while (asked.length < total) {
    if (failures.length > 0) throw failures[0];
    const open = await unended(town).then(
      (rows) => rows.length,
      () => atOnce,
    );
    const room = Math.min(atOnce - open - telling.size, total - asked.length);
    for (let index = 0; index < room; index += 1) {
      const one = { id: `d${asked.length}x${Math.floor(random() * 1e6)}`, kind: pick(random, kinds) };
      asked.push(one);
      const told: Promise<void> = people
        .ask(one.id, one.kind, way)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => telling.delete(told));
      telling.add(told);
    }
    // The database itself may be away: then nobody is answered for a moment.
    await people.answer().catch(() => 0);
    await pause(LOOK_MS);
  }
  await Promise.all(telling);
  if (failures.length > 0) throw failures[0];
  await untilRest(town, people, patienceMs);
  return asked;
}
