import { cancelClicks } from "./cancel-clicks.ts";
import { clicks } from "./clicks.ts";
import { type Crashes, crashes, DEFAULT_LEASE } from "./crashes.ts";
import { databaseStops } from "./database-stops.ts";
import { expiryClicks } from "./expiry-clicks.ts";
import { frozen } from "./frozen.ts";
import { modelAway } from "./model-away.ts";
import { targets } from "./points.ts";
import { randomKills } from "./random-kills.ts";
import { replanClicks } from "./replan-clicks.ts";
import type { Server } from "./server.ts";
import { slackFaults } from "./slack-faults.ts";
import { soak } from "./soak.ts";
import { openTown, type Town } from "./town.ts";

/** What a run is given: how much of it, from which seed on, and where to say what it sees. */
export type Size = { size: number; seed: number; say: (line: string) => void };

/** A run of `npm run faults`; true when nothing was found. `full` is the setting the figures in the docs come from. */
export type Run = { full: number; of: string; go: (server: Server, size: Size) => Promise<boolean> };

const LANES = 3;
const FROZEN_MS = 30_000;

/** All runs by name. */
export const runs: Record<string, Run> = {
  crashes: { full: 8, of: "seeds for each of the places", go: runCrashes },
  "default-lease": {
    full: 5,
    of: "kills while a step runs, with the lease of 6 s",
    go: (server, size) => inTown(server, size, (town) => underDefaults(town, size)),
  },
  "random-kills": {
    full: 1_000,
    of: "changes",
    go: (server, size) => inTown(server, size, (town) => randomKills(town, size.size, size.seed)),
  },
  clicks: {
    full: 1_000,
    of: "rounds",
    go: (server, size) => inTown(server, size, (town) => clicks(town, size.size, size.seed)),
  },
  "expiry-clicks": {
    full: 500,
    of: "rounds",
    go: (server, size) => inTown(server, size, (town) => expiryClicks(town, size.size, size.seed)),
  },
  "replan-clicks": {
    full: 500,
    of: "rounds",
    go: (server, size) => inTown(server, size, (town) => replanClicks(town, size.size, size.seed)),
  },
  "cancel-clicks": {
    full: 500,
    of: "rounds",
    go: (server, size) => inTown(server, size, (town) => cancelClicks(town, size.size, size.seed)),
  },
  "database-stops": {
    full: 90,
    of: "stops, with 11 changes between one and the next",
    go: (server, size) =>
      inTown(server, size, (town) =>
        databaseStops(town, server, { changes: size.size * 11, stops: size.size, seed: size.seed }),
      ),
  },
  "slack-faults": {
    full: 300,
    of: "changes",
    go: (server, size) => inTown(server, size, (town) => slackFaults(town, size.size, size.seed)),
  },
  "model-away": {
    full: 120,
    of: "seconds of an overloaded model",
    go: (server, size) => inTown(server, size, (town) => modelAway(town, size.size * 1_000, size.seed)),
  },
  soak: {
    full: 10_000,
    of: "changes",
    go: (server, size) => inTown(server, size, (town) => soak(town, size.size, size.seed, size.say)),
  },
  frozen: {
    full: 1,
    of: "freezes of 30 s",
    go: (server, size) => inTown(server, size, (town) => frozen(town, FROZEN_MS, size.seed)),
  },
};

/** Every place, as many seeds as `size`, over some companies at once: most of a kill is waiting for its lease. */
async function runCrashes(server: Server, { size, seed, say }: Size): Promise<boolean> {
  const only = process.env["FAULTS_ONLY"];
  const seeds = Array.from({ length: size }, (_, index) => index + seed);
  const chosen = targets.filter(({ point }) => only === undefined || point.includes(only));
  const plan = seeds.flatMap((one) => chosen.map((target) => ({ target, seed: one })));
  const lanes = Array.from({ length: Math.min(LANES, plan.length) }, async (_, lane) => {
    const town = await openTown(await server.createDatabase(`lane_${lane}`));
    const mine = plan.filter((_one, index) => index % LANES === lane);
    return crashes(town, mine, say).finally(() => town.close());
  });
  const results = await Promise.all(lanes);
  const kills = results.flatMap((result) => result.kills);
  const resumed = kills.flatMap(({ resumedMs }) => resumedMs ?? []).toSorted((one, other) => one - other);
  const violations = results.flatMap((result) => result.violations);
  say(
    `kills ${kills.length} at ${new Set(kills.map(({ point }) => point)).size} places, seeds ${seeds.join(", ")}`,
  );
  say(`taken over ${resumed.length}: p50 ${resumed[resumed.length >> 1]} ms, longest ${resumed.at(-1)} ms`);
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
  say(
    `changes ${sum(results.map((one) => one.changes))}, at an operator ${sum(results.map((one) => one.operated))}`,
  );
  for (const missed of results.flatMap((result) => result.missed)) say(`not come by: ${missed}`);
  for (const violation of violations) say(`VIOLATION ${violation}`);
  return violations.length === 0;
}

function underDefaults(town: Town, { size, seed, say }: Size): Promise<Crashes> {
  const chosen = targets.filter(({ point }) => point === "after started row");
  const seeds = Array.from({ length: size }, (_, index) => index + seed);
  const plan = seeds.flatMap((one) => chosen.map((target) => ({ target, seed: one })));
  return crashes(town, plan, say, DEFAULT_LEASE);
}

async function inTown(
  server: Server,
  { say, seed }: Size,
  go: (town: Town) => Promise<{ violations: string[] }>,
): Promise<boolean> {
  const town = await openTown(await server.createDatabase("town"));
  try {
    const { violations, ...figures } = await go(town);
    say(`seed ${seed}: ${JSON.stringify(figures)}`);
    for (const violation of violations) say(`VIOLATION ${violation}`);
    return violations.length === 0;
  } finally {
    await town.close();
  }
}
