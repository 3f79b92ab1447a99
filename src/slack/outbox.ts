import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../observe/log.ts";
import type { Delivery } from "./deliver.ts";
import type { DueMessage, OutboxPort } from "./outbox-port.ts";

/** At most this many messages are claimed at a time. */
const CLAIM_LIMIT = 40;
/** The longest sleep without being woken; heals a wake-up that got lost. */
const IDLE_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A channel that is shut may be open again a day later: a verdict must not be lost because the bot was removed for an hour. */
const SHUT_RETRY_MS = 300_000;
const MOST_SHUT = 288;
/** After the store itself failed. */
const STORE_RETRY_MS = 1_000;
const MAX_PAUSE_MS = 120_000;

/** How long a stop goes on sending what is due. */
const LAST_MS = 2_000;

/** The loop that brings Slack up to date with the rows. `stop` sends what is due first, for 2 s at most. */
export type OutboxSender = { start(): void; stop(): Promise<void> };

type Needs = {
  port: OutboxPort;
  deliver(message: DueMessage, signal: AbortSignal): Promise<Delivery>;
  log: Log;
};

/** Makes the loop. Lanes go in parallel, the messages of one lane one after the other. */
export function createOutboxSender(needs: Needs): OutboxSender {
  const leaving = new AbortController();
  const stopping = new AbortController();
  const lanes = createLanes(needs, stopping.signal);
  let loop: Promise<void> = Promise.resolve();
  return {
    start() {
      loop = run(needs, lanes, { leaving: leaving.signal, signal: stopping.signal });
    },
    async stop() {
      leaving.abort();
      const late = setTimeout(() => stopping.abort(), LAST_MS);
      await loop;
      await lanes.idle();
      clearTimeout(late);
      stopping.abort();
    },
  };
}

/** Until it is told to leave and nothing is due any more, or the signal aborts. */
async function run(
  { port, log }: Needs,
  lanes: Lanes,
  { leaving, signal }: { leaving: AbortSignal; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await addDue(port, lanes)) continue;
      if (leaving.aborted && lanes.size() === 0) return;
      await rest(port, lanes, lanes.size() === 0 ? leaving : signal);
    } catch (error) {
      if (signal.aborted) return;
      log.error({ err: error }, "The messages that are due cannot be read");
      await sleep(STORE_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Claims what is due, as much as there is room for; false when that is nothing. */
async function addDue(port: OutboxPort, lanes: Lanes): Promise<boolean> {
  const room = CLAIM_LIMIT - lanes.size();
  const due = room > 0 ? await port.claim(room) : [];
  for (const message of due) lanes.add(message);
  return due.length > 0;
}

/**
 * Until something new may be due, or a lane has come to its end: what was wanted anew while it was being sent is due by
 * then, and nobody says so again (measured: such an update came 5 s late).
 */
async function rest(port: OutboxPort, lanes: Lanes, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const wait = port.wait(IDLE_MS, AbortSignal.any([signal, over.signal]));
  await Promise.race([wait, ...(lanes.size() === 0 ? [] : [lanes.next()])]);
  over.abort();
}

type Lanes = ReturnType<typeof createLanes>;

/** One queue per lane, so that a slow channel or person holds up no other. */
function createLanes(needs: Needs, signal: AbortSignal) {
  const lanes = new Map<string, Promise<void>>();
  const pausedUntil = new Map<string, number>();
  let waiting = 0;
  const work = async (message: DueMessage): Promise<void> => {
    const now = Date.now();
    // It could not be renewed, so that somebody else may have it: left to the next claim, nobody sends it twice.
    if (!needs.port.isHeld(message)) return needs.port.letGo(message);
    if (signal.aborted) {
      // Whoever starts next, or goes on elsewhere, sends it now and not in a minute.
      await needs.port.giveBack(message, 0).catch(() => undefined);
      return;
    }
    const left = (pausedUntil.get(message.lane) ?? 0) - now;
    if (left > 0) {
      // Claimed a moment before the pause was over. Dropped in silence it would stay claimed, and unsent, for a minute.
      await needs.port.giveBack(message, left).catch(() => undefined);
      return;
    }
    const pauseMs = await sendOne(needs, message, signal);
    if (pauseMs > 0) pausedUntil.set(message.lane, Date.now() + pauseMs);
  };
  return {
    size: () => waiting,
    add(message: DueMessage): void {
      const queue = queueOf(message);
      const before = lanes.get(queue) ?? Promise.resolve();
      waiting += 1;
      const lane = before
        .then(() => work(message))
        .finally(() => {
          waiting -= 1;
          if (lanes.get(queue) === lane) lanes.delete(queue);
        });
      lanes.set(queue, lane);
    },
    /** Resolves when some lane has come to its end. */
    next: (): Promise<unknown> => Promise.race([...lanes.values()]),
    idle: async (): Promise<void> => void (await Promise.all(lanes.values())),
  };
}

/** New messages come at a pace; what a card says of its buttons must not wait behind them. */
function queueOf({ lane, name, ts }: DueMessage): string {
  return name === "card" && ts !== null ? `${lane} cards` : lane;
}

/** Sends and records; never throws. Returns for how long Slack wants no more of this lane, in ms. */
async function sendOne(
  { port, deliver, log }: Needs,
  message: DueMessage,
  signal: AbortSignal,
): Promise<number> {
  const about = { change: message.changeId, message: message.name, lane: message.lane };
  try {
    const delivery = await deliver(message, signal);
    switch (delivery.kind) {
      case "sent":
        await port.sent(message, delivery.ts);
        return 0;
      case "pause": {
        const ms = Math.min(delivery.ms, MAX_PAUSE_MS);
        log.warn({ ...about, ms }, "Slack limits the rate, so this lane pauses");
        // Slack has not taken it, and said so: no failure of this message, whose next try must not come later for it.
        await port.giveBack(message, ms);
        await port.postponeLane(message.lane, ms);
        return ms;
      }
      case "never":
        if (delivery.isShut === true && message.failures < MOST_SHUT) {
          log.warn(
            { ...about, why: delivery.why, failures: message.failures },
            "A channel takes no messages",
          );
          await port.postpone(message, SHUT_RETRY_MS, delivery.why);
          return 0;
        }
        log.error({ ...about, why: delivery.why }, "A message can never be shown in Slack");
        await port.abandon(message, delivery.why);
        return 0;
      case "later":
        log.warn({ ...about, why: delivery.why, failures: message.failures }, "A message waits for Slack");
        await port.postpone(message, retryMs(message.failures), delivery.why);
        return 0;
    }
  } catch (error) {
    // The claim runs out by itself if even this cannot be written.
    port.letGo(message);
    if (signal.aborted) return 0;
    log.error({ ...about, err: error }, "A message could not be prepared or recorded");
    await port.postpone(message, retryMs(message.failures), "fault").catch(() => undefined);
    return 0;
  }
}

/** 1 s, 2 s, 4 s … 60 s, each up to a fifth shorter, so that instances do not come all at once. */
function retryMs(failures: number): number {
  const ms = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
  return ms * (0.8 + Math.random() * 0.2);
}
