import { setTimeout as pause } from "node:timers/promises";
import { type Decision, openDecision } from "../change/change.ts";
import { type At, between, nowhere } from "../observe/crash-points.ts";
import { findChange } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import { lockDue, msUntilTimer } from "../store/timers.ts";
import { type ExpireNeeds, expire } from "./expire.ts";
import { type RemindNeeds, remind } from "./remind.ts";

export type TimerNeeds = ExpireNeeds &
  RemindNeeds & {
    database: Database;
    log: { error: (facts: object, text: string) => void };
    at?: At;
  };

/** The longest a timer that is due waits. Nothing wakes the loop: the next one due is asked for after each round. */
const POLL_MS = 1_000;
/** A click may hold the row at the moment it is due. */
const SHORTEST_PAUSE_MS = 50;
const MINUTE_MS = 60_000;

/**
 * Starts the loop that reminds of open questions, asks more people and ends what nobody answered. Any number of instances
 * may run it: each timer fires once.
 */
export function startTimers(needs: TimerNeeds): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const fire = between(needs.at ?? nowhere, "timer", () => fireOne(needs));
  const loop = (async () => {
    while (!signal.aborted) {
      const ms = await round(needs, fire, signal);
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
async function round(needs: TimerNeeds, fire: () => Promise<boolean>, signal: AbortSignal): Promise<number> {
  try {
    for (;;) {
      const next = await msUntilTimer(needs.database);
      const isDue = next !== null && next <= 0;
      if (signal.aborted || !isDue || !(await fire()))
        return Math.max(SHORTEST_PAUSE_MS, Math.min(POLL_MS, next ?? POLL_MS));
    }
  } catch (error) {
    needs.log.error({ err: error }, "The timers of open questions could not be looked at; trying again");
    return POLL_MS;
  }
}

/** Does what is due of one question, in one transaction; false when there is none. */
async function fireOne(needs: TimerNeeds): Promise<boolean> {
  return needs.database.transaction(async (sql) => {
    const changeId = await lockDue(sql);
    const change = changeId === null ? null : await findChange(sql, changeId);
    const question = change === null ? null : openDecision(change);
    if (change === null || question === null) return false;
    const ending = { reason: whyExpired(question), voids: false };
    return (await expire(sql, needs, change.id, question, ending)) || remind(sql, needs, change, question);
  });
}

function whyExpired({ askedAt, expiresAt, approvals, gate }: Decision): string {
  const minutes = Math.round(((expiresAt ?? askedAt).getTime() - askedAt.getTime()) / MINUTE_MS);
  const within = minutes === 1 ? "one minute" : `${minutes} minutes`;
  if (gate === "answers") return `Nobody answered the Planner's questions within ${within}.`;
  const { length } = approvals;
  if (length === 0) return `Nobody approved it within ${within}.`;
  return `It had only ${length === 1 ? "1 approval" : `${length} approvals`} after ${within}.`;
}
