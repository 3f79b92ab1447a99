import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Change } from "#change/change.ts";
import type { Fact } from "#change/fact.ts";
import { newlyLost } from "#change/fact.ts";
import { between, nowhere } from "#observe/crash-points.ts";
import { findChange } from "#store/changes.ts";
import {
  type ClaimedLook,
  claimLaterLook,
  finishLaterLook,
  letGoLaterLook,
  msUntilLaterLook,
} from "#store/later-looks.ts";
import { findBoundPlan } from "#store/plans.ts";
import type { ThreadDeps } from "#threads/deps.ts";

/** What they are given. */
export type LaterLookDeps = Pick<ThreadDeps, "database" | "record" | "lookLater" | "cleanUp" | "at"> & {
  log: Pick<ThreadDeps["log"], "error">;
};

/** Nothing wakes the loop: the next one due is asked for after each round. */
const POLL_MS = 1_000;
const SHORTEST_PAUSE_MS = 50;
/** A look runs two commands for each kind of object, and each may take 20 s. */
const LOOK_MS = 90_000;
/** Longer than a look: who still has one after that is gone. */
const LEASE_MS = 120_000;
/** Each look mostly waits, for the cluster or for a failure to stand. */
const AT_ONCE = 5;

/**
 * Starts the loop that looks again at what changes left after they were done. Any number of instances may run it: each look
 * is made once. A look undoes nothing and changes no status.
 */
export function startLaterLooks(deps: LaterLookDeps, leaseMs = LEASE_MS): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Set<Promise<void>>();
  const loop = (async () => {
    while (!signal.aborted) {
      const ms = await begin(deps, running, leaseMs, signal);
      await pause(ms, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await loop;
      await Promise.all(running);
    },
  };
}

/** Begins all that are due and have room, and says in how many ms to look again. Never throws: the next round comes anyway. */
async function begin(
  deps: LaterLookDeps,
  running: Set<Promise<void>>,
  leaseMs: number,
  signal: AbortSignal,
): Promise<number> {
  try {
    for (;;) {
      const next = await msUntilLaterLook(deps.database);
      const isDue = next !== null && next <= 0 && running.size < AT_ONCE && !signal.aborted;
      const claimed = isDue ? await claimLaterLook(deps.database, randomUUID(), leaseMs) : null;
      if (claimed === null) return Math.max(SHORTEST_PAUSE_MS, Math.min(POLL_MS, next ?? POLL_MS));
      const one = lookOnce(deps, claimed, signal).finally(() => running.delete(one));
      running.add(one);
    }
  } catch (error) {
    deps.log.error({ err: error }, "Later looks could not be looked for; trying again");
    return POLL_MS;
  }
}

/** Makes one look and writes what it found. Never throws: one that cannot be written is anybody's after its lease. */
async function lookOnce(deps: LaterLookDeps, claimed: ClaimedLook, signal: AbortSignal): Promise<void> {
  const { changeId } = claimed;
  try {
    const facts = await look(deps, changeId, signal);
    if (facts === null) await letGoLaterLook(deps.database, claimed);
    else await between(deps.at ?? nowhere, "later look", () => finish(deps, claimed, facts))();
  } catch (error) {
    deps.log.error({ err: error, changeId }, "A later look could not be made or written");
  }
}

/** What was found; null where it was told to stop. */
async function look(deps: LaterLookDeps, changeId: string, signal: AbortSignal): Promise<Fact[] | null> {
  const [change, bound] = await Promise.all([
    findChange(deps.database, changeId),
    findBoundPlan(deps.database, changeId),
  ]);
  if (change === null || bound === null || change.endedAt === null) return [];
  const held = { endedAt: change.endedAt, facts: change.review?.facts ?? [] };
  try {
    return await deps.lookLater(
      changeId,
      bound,
      held,
      AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]),
    );
  } catch (error) {
    if (signal.aborted) return null;
    deps.log.error({ err: error, changeId }, "A later look could not be made");
    return unread(change);
  } finally {
    await deps.cleanUp(changeId).catch(() => undefined);
  }
}

function unread({ review }: Change): Fact[] {
  const good = (review?.facts ?? []).filter(({ state }) => state === "good");
  return good.map(({ step, target }) => ({
    step,
    target,
    state: "unknown",
    says: "it could not be looked at",
  }));
}

/** The row goes, what was found is written and told, all in one transaction: a crash before it repeats only the look. */
function finish(deps: LaterLookDeps, claimed: ClaimedLook, facts: Fact[]): Promise<void> {
  const { changeId, number } = claimed;
  return deps.database.transaction(async (sql) => {
    if (!(await finishLaterLook(sql, claimed, facts))) return;
    const change = await findChange(sql, changeId);
    const tells = newlyLost(change?.laterLooks ?? [], number).length > 0;
    await deps.record(sql, changeId, { type: "looked_later", number, facts, tells });
  });
}
