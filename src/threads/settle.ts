import type { Change } from "../change/change.ts";
import { findChange } from "../store/changes.ts";
import type { Database, Sql } from "../store/database.ts";
import { openQuestion } from "../store/decisions.ts";
import { markQueueStale, type RecordEvents } from "../store/events.ts";
import { assertOwned, type Lease, releaseLease } from "../store/leases.ts";
import { deleteSealedFiles } from "../store/sealed-files.ts";
import type { Rest } from "./carry.ts";
import { setStatus } from "./progress.ts";

/** For how many minutes an approval of this change may be given, and after how many more people may give it (null: never). */
export type TimesOf = (change: Change) => { openMinutes: number; escalateMinutes: number | null };

const UNTIMED = { openMinutes: null, escalateMinutes: null };

/** Writes where the thread came to rest, and gives the change back: status, question, events and lease in one transaction. */
export async function settle(
  database: Database,
  record: RecordEvents,
  lease: Lease,
  rest: Rest,
  timesOf: TimesOf,
): Promise<void> {
  await database.transaction(async (sql) => {
    await assertOwned(sql, lease);
    const { changeId } = lease;
    if (rest.at === "end") {
      await setStatus(sql, record, changeId, rest.status, rest.error);
      await deleteSealedFiles(sql, changeId);
    } else if (rest.at === "gate") {
      await openGate(sql, record, changeId, rest, timesOf);
    }
    await releaseLease(sql, lease, lease.workSeen);
    await markQueueStale(sql);
  });
}

async function openGate(
  sql: Sql,
  record: RecordEvents,
  changeId: string,
  rest: Extract<Rest, { at: "gate" }>,
  timesOf: TimesOf,
): Promise<void> {
  const { gate, revision, digest, interruptId } = rest;
  // An operator's question stays open: somebody has to say what becomes of what ran.
  const change = gate === "approval" ? await findChange(sql, changeId) : null;
  const times = change === null ? UNTIMED : timesOf(change);
  const round = await openQuestion(sql, { changeId, gate, revision, digest, interruptId, ...times });
  if (round !== null) await record(sql, changeId, { type: "opened", gate, revision, round });
  await setStatus(sql, record, changeId, gate === "approval" ? "waiting" : "needs_person", rest.notes);
}
