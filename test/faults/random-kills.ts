import { setTimeout as pause } from "node:timers/promises";
import { type Random, seeded } from "#test/policy/random.ts";
import { check, type Findings } from "./check.ts";
import { drive } from "./drive.ts";
import { createPeople } from "./people.ts";
import type { Town } from "./town.ts";

/** While nobody lives for longer than two seconds, little gets done in a minute. */
const PATIENCE_MS = 600_000;
const LIVES_MS = { least: 200, most: 2_000 };
/** Where a start takes longer than this, lives are as many times longer: on a busy machine nothing would ever get done. */
const START_MS = 2_000;

/** Changes over two processes, each killed 0.2 to 2 s after it serves, again and again; the last ones live. */
export async function randomKills(
  town: Town,
  total: number,
  seed: number,
): Promise<Findings & { kills: number }> {
  const random = seeded(seed);
  const people = createPeople(town, random);
  const over = new AbortController();
  const counts = { kills: 0 };
  const killers = [0, 1].map((slot) => killAgainAndAgain(town, `slot${slot}`, random, over.signal, counts));
  const kinds = ["plain", "slow", "pair", "watched", "free", "back", "broken"] as const;
  try {
    const asked = await drive(town, people, random, {
      total,
      atOnce: 15,
      kinds,
      way: "api",
      patienceMs: PATIENCE_MS,
    });
    return { ...(await check(town, people, asked)), kills: counts.kills };
  } finally {
    over.abort();
    await Promise.all(killers);
  }
}

async function killAgainAndAgain(
  town: Town,
  slot: string,
  random: Random,
  over: AbortSignal,
  counts: { kills: number },
): Promise<void> {
  while (!over.aborted) {
    const began = Date.now();
    const instance = await town.start(slot);
    if (instance === null) continue;
    const slowness = Math.max(1, (Date.now() - began) / START_MS);
    const lifeMs = slowness * (LIVES_MS.least + random() * (LIVES_MS.most - LIVES_MS.least));
    await pause(lifeMs, undefined, { signal: over }).catch(() => undefined);
    instance.signal("SIGKILL");
    await instance.gone;
    counts.kills += 1;
  }
}
