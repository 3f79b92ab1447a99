import { subscribe } from "node:diagnostics_channel";
import pg from "pg";

/** What the clients of this process asked of PostgreSQL, and which processes it spawned. */
export type Counts = { statements: number; commits: number; processes: number };

const counts: Counts = { statements: 0, commits: 0, processes: 0 };
const within = new WeakSet<pg.Client>();

/**
 * Counts from now on, in this process. A statement outside of a transaction commits itself. What a client of `uncounted`
 * asks is left out.
 */
export function startCounting(uncounted: WeakSet<pg.Client>): () => Counts {
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function counted(this: pg.Client, ...given: Parameters<typeof query>) {
    if (!uncounted.has(this)) count(this, String(given[0]));
    return query.apply(this, given);
  } as typeof query;
  subscribe("child_process", () => {
    counts.processes += 1;
  });
  return () => ({ ...counts });
}

function count(client: pg.Client, text: string): void {
  counts.statements += 1;
  if (/^\s*begin/i.test(text)) within.add(client);
  else if (/^\s*rollback/i.test(text)) within.delete(client);
  else if (/^\s*commit/i.test(text)) {
    within.delete(client);
    counts.commits += 1;
  } else if (!within.has(client)) counts.commits += 1;
}

/** What came between two readings. */
export function between(before: Counts, after: Counts): Counts {
  return {
    statements: after.statements - before.statements,
    commits: after.commits - before.commits,
    processes: after.processes - before.processes,
  };
}
