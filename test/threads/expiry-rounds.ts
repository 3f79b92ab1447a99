import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { PoolConfig } from "pg";
import type { Change } from "#change/change.ts";
import type { Changes } from "#change/changes.ts";
import type { Person } from "#change/person.ts";
import { builtInPolicy, type Policy } from "#policy/document.ts";
import { findChange, insertChange } from "#store/changes.ts";
import { openQuestion } from "#store/decisions.ts";
import { createRecordEvents } from "#store/events.ts";
import { type Database, openDatabase } from "#store/postgres/database.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase } from "#test/support/postgres.ts";
import { startTimers } from "#threads/answering/timers.ts";
import { createChanges } from "#threads/changes.ts";
import type { DecideDeps } from "#threads/deps.ts";

export const DIGEST = "d".repeat(64);
const REQUESTER: Person = { kind: "token", name: "eve", role: "requester", slackId: null };
/** So many rounds run beside each other. */
const AT_ONCE = 5;
const CLICKS = 4;
/** Clicks set out in this window before the end: what they look at first takes them some ms, so they meet it. */
const EARLY_MS = 30;

/** One instance: a pool of its own, the port and the timers on it. */
export type Instance = { database: Database; changes: Changes; stop(): Promise<void> };

/** Starts one that runs no graph: what is looked at here is which answer the row takes. */
export function startInstance(
  config: PoolConfig,
  policy: Policy = builtInPolicy,
  findDifference: DecideDeps["findDifference"] = async () => null,
  log: { error: (facts: object, text: string) => void } = { error: assert.fail },
): Instance {
  const database = openDatabase(config);
  const record = createRecordEvents(() => []);
  const rules = { database, record, policy, tokens: [], now: () => new Date() };
  const redact = (text: string) => text;
  const changes = createChanges({ ...rules, redact, findDifference });
  const timers = startTimers({ ...rules, log });
  return {
    database,
    changes,
    async stop() {
      await timers.stop();
      await database.close();
    },
  };
}

/** A change that waits for an approval. */
export async function putQuestion(
  database: Database,
  times: { openMinutes: number; escalateMinutes: number | null },
  home: { teamId: string; channelId: string } | null = null,
): Promise<string> {
  const id = randomUUID();
  await insertChange(database, {
    ...{ id, idempotencyKey: id, request: "x", requester: REQUESTER, planOnly: false },
    home,
  });
  await database.query(
    `update changes set status = 'waiting', digest = $2, risk = 'high', environments = '{production}', work_done = 1
     where id = $1`,
    [id, DIGEST],
  );
  const question = { changeId: id, gate: "approval", revision: 1, digest: DIGEST } as const;
  await openQuestion(database, { ...question, interruptId: "i", ...times });
  return id;
}

/** One that waits until `ms` from now. */
async function waitUntil(database: Database, ms: number): Promise<{ id: string; endsAt: Date }> {
  const id = await putQuestion(database, { openMinutes: 1, escalateMinutes: null });
  const { rows } = await database.query<{ expires_at: Date }>(
    `update decisions set expires_at = clock_timestamp() + make_interval(secs => $2 / 1000.0)
     where change_id = $1 returning expires_at`,
    [id, ms],
  );
  return { id, endsAt: rows[0]?.expires_at ?? new Date() };
}

/**
 * Lets the end of a question's time race with clicks of several people at two instances, and holds that each question has
 * one answer, told to one clicker at most, and that no approval came after the end. Returns who won how often.
 */
export async function raceExpiry(rounds: number): Promise<{ approved: number; expired: number }> {
  const scratch = await createDatabase({ migrate });
  const instances = [startInstance(scratch.config), startInstance(scratch.config)];
  const won = { approved: 0, expired: 0 };
  try {
    for (let done = 0; done < rounds; done += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, rounds - done) }, () => raceOnce(instances));
      for (const winner of await Promise.all(batch)) won[winner] += 1;
    }
  } finally {
    await Promise.all(instances.map((one) => one.stop()));
    await scratch.drop();
  }
  return won;
}

async function raceOnce(instances: readonly Instance[]): Promise<"approved" | "expired"> {
  const [one] = instances;
  assert.ok(one);
  const { id, endsAt } = await waitUntil(one.database, 60);
  const clicks = Array.from({ length: CLICKS }, async (_, index) => {
    await pause(Math.max(0, endsAt.getTime() - Date.now() - Math.random() * EARLY_MS));
    return click(instances[index % instances.length] ?? one, id, index);
  });
  const answers = await Promise.all(clicks);
  const change = await untilAnswered(one.database, id);
  const [decision] = change.decisions;
  const winners = answers.filter((kind) => kind === "decided").length;
  assert.equal(winners, decision?.answer === "approve" ? 1 : 0, `${decision?.answer}: ${answers.join(", ")}`);
  if (decision?.answer === "approve") assert.ok(Number(decision.decidedAt) < Number(decision.expiresAt));
  const { rows } = await one.database.query<{ decided: number; wanted: number }>(
    `select (select count(*)::int from events where change_id = $1 and event->>'type' = 'decided') as decided,
       work_wanted - work_done as wanted from changes where id = $1`,
    [id],
  );
  assert.deepEqual(rows[0], { decided: 1, wanted: 1 });
  return decision?.answer === "approve" ? "approved" : "expired";
}

async function click({ changes }: Instance, changeId: string, index: number): Promise<string> {
  const by: Person = { kind: "token", name: `approver-${index}`, role: "approver", slackId: null };
  const question = { changeId, gate: "approval", revision: 1, round: 1, digest: DIGEST } as const;
  const decided = await changes.decide({ ...question, answer: "approve", by, reason: "As was agreed" });
  if (decided.kind === "refused") assert.match(decided.reason, /has expired/);
  return decided.kind;
}

async function untilAnswered(database: Database, id: string): Promise<Change> {
  for (;;) {
    const change = await findChange(database, id);
    if (change?.decisions[0]?.answer !== null && change !== null) return change;
    await pause(20);
  }
}
