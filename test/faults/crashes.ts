import { seeded } from "#test/policy/random.ts";
import { type AskedFor, check } from "./check.ts";
import { createPeople, type People } from "./people.ts";
import type { Target } from "./points.ts";
import { end, type Instance } from "./processes.ts";
import { takenOver, unended, untilRest } from "./rest.ts";
import type { Town } from "./town.ts";

/** One kill and what came of it. */
export type Kill = { point: string; seed: number; passing: number; resumedMs: number | null };

/** What a series of kills showed. `missed`: places the process did not come by, so that nothing was proved there. */
export type Crashes = {
  kills: Kill[];
  missed: string[];
  violations: string[];
  operated: number;
  changes: number;
};

/** What the processes are started with, and how soon what a dead one had must be somebody else's. */
export type Lease = { env: Record<string, string>; resumeMs: number };

/** The lease of the harness is 1 s, and a change has to be taken over 4 s after that. */
const SHORT: Lease = { env: {}, resumeMs: 5_000 };
/** As the program is delivered. */
export const DEFAULT_LEASE: Lease = { env: { FAULTS_PACE: "default" }, resumeMs: 10_000 };
const REST_MS = 90_000;
/** A process that has not died after so many rounds of its stories does not come by the place. */
const ROUNDS = 5;

/**
 * Kills a process at each place, once for each seed, while a second one runs beside it, and lets that one finish what the
 * first had. Every round ends when all changes have; at the end rows, journal and cluster are held against each other.
 */
export async function crashes(
  town: Town,
  plan: readonly { target: Target; seed: number }[],
  say: (line: string) => void = () => undefined,
  { env, resumeMs }: Lease = SHORT,
): Promise<Crashes> {
  const result: Crashes = { kills: [], missed: [], violations: [], operated: 0, changes: 0 };
  const asked: AskedFor[] = [];
  const survivor = await town.start("survivor", "", env);
  if (survivor === null) throw new Error(`The second process did not start; its log is in ${town.dir}.`);
  const random = seeded(plan[0]?.seed ?? 0);
  const people = createPeople(town, random);
  for (const { target, seed } of plan) {
    const own = seeded(seed * 7_919 + target.point.length);
    const passing = target.from + Math.floor(own() * target.times);
    const victim = await town.start("victim", `${target.point}#${passing}`, env);
    try {
      const resumed = victim?.gone.then(() => takenOver(town, victim, resumeMs)) ?? null;
      resumed?.catch(() => undefined);
      const died = await provoke(town, people, victim, target, asked);
      const takenMs = died ? await resumed : null;
      await untilRest(town, people, REST_MS);
      if (died) result.kills.push({ point: target.point, seed, passing, resumedMs: takenMs });
      else result.missed.push(`${target.point} seed ${seed} passing ${passing}`);
    } catch (error) {
      result.violations.push(`${target.point} seed ${seed} passing ${passing}: ${String(error)}`);
      await untilRest(town, people, REST_MS).catch(() => undefined);
    }
    await end(victim);
    const found = await check(town, people, asked);
    for (const violation of found.violations) {
      if (result.violations.some((known) => known.endsWith(violation))) continue;
      result.violations.push(`${target.point} seed ${seed} passing ${passing}: ${violation}`);
    }
    result.operated = found.operated;
    result.changes = found.changes;
    say(`${target.point} seed ${seed}#${passing}: ${JSON.stringify(result.kills.at(-1))}`);
  }
  return result;
}

/** Has stories told until the process dies; false when it lives through `ROUNDS` of them. */
async function provoke(
  town: Town,
  people: People,
  victim: Instance | null,
  { kinds }: Target,
  asked: AskedFor[],
): Promise<boolean> {
  if (victim === null) return true;
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = [...kinds, ...kinds].map((kind) => ({
      id: `c${asked.length}x${Math.random().toString(36).slice(2, 6)}`,
      kind,
    }));
    const telling = fresh.map(async ({ id, kind }, index) => {
      asked.push({ id, kind });
      await people.ask(id, kind, index % 2 === 0 ? "slack" : "api");
    });
    await Promise.all(telling);
    const giveUp = Date.now() + REST_MS;
    while (!victim.isGone() && (await unended(town)).length > 0 && Date.now() < giveUp) {
      await people.answer();
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    if (victim.isGone()) return true;
  }
  return false;
}
