import { setTimeout as pause } from "node:timers/promises";
import { type Decision, openDecision } from "../change/change.ts";
import { findChange } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import { lockOverdue, msUntilTimer } from "../store/timers.ts";
import { type ExpireNeeds, expire } from "./expire.ts";

export type TimerNeeds = ExpireNeeds & {
  database: Database;
  log: { error: (facts: object, text: string) => void };
};

/** The longest a timer that is due waits. Nothing wakes the loop: the next one due is asked for after each round. */
const POLL_MS = 1_000;
/** A click may hold the row at the moment it is due. */
const SHORTEST_PAUSE_MS = 50;
const MINUTE_MS = 60_000;

/** Starts the loop that ends questions whose time is over. Any number of instances may run it: each timer fires once. */
export function startTimers(needs: TimerNeeds): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = (async () => {
    while (!signal.aborted) {
      const ms = await round(needs, signal);
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
async function round(needs: TimerNeeds, signal: AbortSignal): Promise<number> {
  try {
    while (!signal.aborted && (await fireOne(needs)));
    const next = await msUntilTimer(needs.database);
    return Math.max(SHORTEST_PAUSE_MS, Math.min(POLL_MS, next ?? POLL_MS));
  } catch (error) {
    needs.log.error({ err: error }, "The timers of open questions could not be looked at; trying again");
    return POLL_MS;
  }
}

/** Ends one question whose time is over; false when there is none. */
export async function fireOne(needs: TimerNeeds): Promise<boolean> {
  return needs.database.transaction(async (sql) => {
    const changeId = await lockOverdue(sql);
    const change = changeId === null ? null : await findChange(sql, changeId);
    const question = change === null ? null : openDecision(change);
    if (change === null || question === null) return false;
    return expire(sql, needs, change.id, question, { reason: whyExpired(question), voids: false });
  });
}

function whyExpired({ askedAt, expiresAt, approvals }: Decision): string {
  const minutes = Math.round(((expiresAt ?? askedAt).getTime() - askedAt.getTime()) / MINUTE_MS);
  const within = minutes === 1 ? "one minute" : `${minutes} minutes`;
  const { length } = approvals;
  if (length === 0) return `Nobody approved it within ${within}.`;
  return `It had only ${length === 1 ? "1 approval" : `${length} approvals`} after ${within}.`;
}
