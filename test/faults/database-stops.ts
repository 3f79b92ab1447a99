import { setTimeout as pause } from "node:timers/promises";
import { type Random, seeded } from "#test/policy/random.ts";
import { check, type Findings } from "./check.ts";
import { drive } from "./drive.ts";
import { createPeople } from "./people.ts";
import type { Server } from "./server.ts";
import type { Town } from "./town.ts";

/**
 * What the outages did: how many, how many connections were cut, how many changes asked a person about a step whose end
 * nobody saw, and processes that did not stay up.
 */
export type DatabaseStops = Findings & { stops: number; cuts: number; unseen: number };

const PATIENCE_MS = 90_000;
const KINDS = ["plain", "slow", "pair", "free", "back", "broken"] as const;

/**
 * Changes over two processes while PostgreSQL is stopped for 0 to 2 s every 5 to 10 s, and in between every connection of
 * the program is cut once, also within transactions. Both processes have to stay up all along. The run ends when both the
 * changes and the stops are through.
 */
export async function databaseStops(
  town: Town,
  server: Server,
  { changes, stops, seed }: { changes: number; stops: number; seed: number },
): Promise<DatabaseStops> {
  const random = seeded(seed);
  const people = createPeople(town, random);
  await Promise.all([town.start("left"), town.start("right")]);
  const processes = [...town.alive];
  const counts = { stops: 0, cuts: 0 };
  const trouble = disturb(town, server, random, stops, counts);
  const asked = [];
  // Spread over the outages: a few changes between one stop and the next.
  const portion = Math.max(1, Math.ceil(changes / Math.max(1, stops)));
  while (asked.length < changes || counts.stops < stops) {
    const total = Math.max(1, Math.min(portion, changes - asked.length));
    asked.push(
      ...(await drive(town, people, random, {
        total,
        atOnce: 10,
        kinds: KINDS,
        way: "api",
        patienceMs: PATIENCE_MS,
      })),
    );
  }
  await trouble;
  const found = await check(town, people, asked);
  const dead = processes.filter((one) => one.isGone()).map((one) => `process ${one.pid} did not stay up`);
  const unseen = [...people.operated.values()].filter((wasUnseen) => wasUnseen).length;
  return { ...found, ...counts, unseen, violations: [...found.violations, ...dead] };
}

async function disturb(
  town: Town,
  server: Server,
  random: Random,
  stops: number,
  counts: { stops: number; cuts: number },
): Promise<void> {
  while (counts.stops < stops) {
    await pause(2_500 + random() * 2_500);
    const cut = await town.pool
      .query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'greenlight%'`,
      )
      .catch(() => null);
    counts.cuts += cut?.rowCount ?? 0;
    await pause(2_500 + random() * 2_500);
    await server.outage(random() * 2_000);
    counts.stops += 1;
  }
}
