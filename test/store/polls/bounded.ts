import assert from "node:assert/strict";
import type { Explained } from "./explaining.ts";
import { PENDING } from "./many-changes.ts";

/** Pages of 8 kB that one statement may look at, whatever has gathered in the database; or so many for each of its rows. */
const MOST_PAGES = 50;
const PAGES_A_ROW = 5;

/** A look by a key that has no order takes four pages: three of the index and one of the table. */
const A_LOOK = 4;

/** What cannot be held to that, and why. `most` is for what it goes through, where it answers with few rows of that. */
const EXCEPTIONS: Readonly<Record<string, { aRow: number; most?: number }>> = {
  // A row of a list is read from four tables: the change, its question, its card, its journal (measured: 15 a row, 16 once).
  "of a list": { aRow: 4 * A_LOOK + 1 },
  // Locked in one order and then written, each row is found twice: two looks, and the page of the lock.
  markQueueStale: { aRow: 2 * A_LOOK + 2 },
  // The same of what waits, found by its open question and its change: it runs when a freeze begins or ends.
  markWaitingStale: { aRow: 4 * A_LOOK + 2 },
  "homes claim": { aRow: 2 * A_LOOK },
  // Each is read with its change, its card and the step before it, and once more to be written. One that another sender has
  // at hand is passed by, a page each.
  "outbox claim": { aRow: 5 * A_LOOK, most: 2 * PENDING.messages },
  // Each that is due may be of this lane, which its change says. It is asked for when Slack says to pause, and of 1,000 at most.
  "outbox postponeLane": { aRow: PAGES_A_ROW, most: 5 * PENDING.messages },
  // The net below the locks goes through all there are, every 30 s: they are what is running or stands with a person.
  sweepTargets: { aRow: PAGES_A_ROW, most: 5 * (PENDING.locks + PENDING.blocked) },
};

/** Holds a statement to that, by the name of what ran it. */
export function assertBounded(name: string, { text, pages, rows }: Explained): void {
  const isOfList = text.includes('as "hasRun"');
  const { aRow, most = MOST_PAGES } = EXCEPTIONS[isOfList ? "of a list" : name] ?? { aRow: PAGES_A_ROW };
  const bound = Math.max(MOST_PAGES, most, aRow * rows);
  assert.ok(pages <= bound, `${name}: ${pages} pages for ${rows} rows, and ${bound} are the most: ${text}`);
}
