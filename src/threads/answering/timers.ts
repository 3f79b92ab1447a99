import { setTimeout as pause } from "node:timers/promises";
import { type Decision, openDecision } from "#change/change.ts";
import { between, nowhere } from "#observe/crash-points.ts";
import { findChange } from "#store/changes.ts";
import { isAway } from "#store/postgres/away.ts";
import type { Sql } from "#store/postgres/database.ts";
import { lockDue, msUntilTimer } from "#store/timers.ts";
import type { ThreadDeps } from "#threads/deps.ts";
import { type ExpireDeps, expire } from "./expire.ts";
import { type RemindDeps, remind } from "./remind.ts";

/** What the timers are given. */
type TimerDeps = ExpireDeps &
  RemindDeps &
  Pick<ThreadDeps, "database" | "at"> & { log: Pick<ThreadDeps["log"], "error"> };

/** The longest a timer that is due waits. Nothing wakes the loop: the next one due is asked for after each round. */
const POLL_MS = 1_000;
/** A row of a newer version, read in the midst of an upgrade, or a damaged one: it is looked at again after this time. */
const BROKEN_MS = 60_000;
/** A click may hold the row at the moment it is due. */
const SHORTEST_PAUSE_MS = 50;
const MINUTE_MS = 60_000;

/**
 * Starts the loop that reminds of open questions, asks more people and ends what nobody answered. Any number of instances
 * may run it: each timer fires once.
 */
export function startTimers(deps: TimerDeps): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const broken = createBroken();
  const fire = between(deps.at ?? nowhere, "timer", () => fireOne(deps, broken));
  const loop = (async () => {
    while (!signal.aborted) {
      const ms = await round(deps, broken, fire, signal);
      await pause(ms, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}

/** Fires all that is due, and says in how many ms to look again. Never throws: the next round comes anyway. */
async function round(
  deps: TimerDeps,
  broken: Broken,
  fire: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<number> {
  try {
    for (;;) {
      const next = await msUntilTimer(deps.database, broken.ids());
      const isDue = next !== null && next <= 0;
      if (signal.aborted || !isDue || !(await fire()))
        return Math.max(SHORTEST_PAUSE_MS, Math.min(POLL_MS, next ?? POLL_MS));
    }
  } catch (error) {
    deps.log.error({ err: error }, "The timers of open questions could not be looked at; trying again");
    return POLL_MS;
  }
}

type Broken = { ids(): string[]; add(changeId: string): void };

/** Changes whose timers cannot fire for the moment. */
function createBroken(): Broken {
  const until = new Map<string, number>();
  return {
    ids() {
      for (const [id, ms] of until) if (ms <= Date.now()) until.delete(id);
      return [...until.keys()];
    },
    add: (changeId) => void until.set(changeId, Date.now() + BROKEN_MS),
  };
}

/** Does what is due of one question; false when there is none. One that cannot be worked on holds up no other. */
async function fireOne(deps: TimerDeps, broken: Broken): Promise<boolean> {
  let at: string | null = null;
  try {
    return await deps.database.transaction(async (sql) => {
      at = await lockDue(sql, broken.ids());
      return at === null ? false : fireDue(sql, deps, at);
    });
  } catch (error) {
    if (at === null || isAway(error)) throw error;
    deps.log.error({ err: error, change: at }, "The timers of a question cannot fire; the others do");
    broken.add(at);
    return true;
  }
}

async function fireDue(sql: Sql, deps: TimerDeps, changeId: string): Promise<boolean> {
  const change = await findChange(sql, changeId);
  const question = change === null ? null : openDecision(change);
  if (change === null || question === null) return false;
  const ending = { reason: whyExpired(question), voids: false };
  return (await expire(sql, deps, change.id, question, ending)) || remind(sql, deps, change, question);
}

function whyExpired({ askedAt, expiresAt, approvals, gate }: Decision): string {
  const minutes = Math.round(((expiresAt ?? askedAt).getTime() - askedAt.getTime()) / MINUTE_MS);
  const within = minutes === 1 ? "one minute" : `${minutes} minutes`;
  if (gate === "answers") return `Nobody answered the Planner's questions within ${within}.`;
  const { length } = approvals;
  if (length === 0) return `Nobody approved it within ${within}.`;
  return `It had only ${length === 1 ? "1 approval" : `${length} approvals`} after ${within}.`;
}
