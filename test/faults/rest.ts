import { setTimeout as pause } from "node:timers/promises";
import type { People } from "./people.ts";
import type { Instance } from "./processes.ts";
import type { Town } from "./town.ts";

const LOOK_MS = 60;

/** Answers what is asked until every change has ended; throws with those that have not after `patienceMs`. */
export async function untilRest(town: Town, people: People, patienceMs: number): Promise<void> {
  const giveUp = Date.now() + patienceMs;
  for (;;) {
    // The database may be away at this moment: then nothing is known, and it is looked again.
    await people.answer().catch(() => 0);
    const open = await unended(town).catch(() => null);
    if (open?.length === 0) return;
    if (Date.now() > giveUp) throw new Error(`Stuck after ${patienceMs} ms: ${JSON.stringify(open)}`);
    await pause(LOOK_MS);
  }
}

type Open = { id: string; request: string; status: string; lease_owner: string | null; error: string | null };

/** What has not ended yet. */
export async function unended(town: Town): Promise<Open[]> {
  const { rows } = await town.pool.query<Open>(
    "select id, request, status, lease_owner, error from changes where ended_at is null",
  );
  return rows;
}

/** The most milliseconds until what this dead process owned was taken up by another one; null when it owned nothing. */
export async function takenOver(town: Town, dead: Instance, patienceMs: number): Promise<number | null> {
  const diedAt = Date.now();
  const find = async (): Promise<string[]> => {
    const { rows } = await town.pool.query<{ id: string }>(
      "select id from changes where lease_owner like '%:' || $1::text || ':%'",
      [String(dead.pid)],
    );
    return rows.map(({ id }) => id);
  };
  const owned = await find();
  if (owned.length === 0) return null;
  for (;;) {
    const left = await find();
    if (left.length === 0) return Date.now() - diedAt;
    if (Date.now() - diedAt > patienceMs)
      throw new Error(`Nobody took over ${left.join(", ")} within ${patienceMs} ms`);
    await pause(LOOK_MS);
  }
}
