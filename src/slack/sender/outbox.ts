import { setTimeout as sleep } from "node:timers/promises";
import type { DueMessage, OutboxPort } from "#change/outbox-port.ts";
import { type Sending, sendOne } from "./send-one.ts";

/** At most this many messages are claimed at a time. */
const CLAIM_LIMIT = 40;
/** The longest sleep without being woken; heals a wake-up that got lost. */
const IDLE_MS = 5_000;
/** After the store itself failed. */
const STORE_RETRY_MS = 1_000;

/** How long a stop goes on sending what is due. */
const LAST_MS = 2_000;

/** The loop that brings Slack up to date with the rows. `stop` sends what is due first, for 2 s at most. */
export type OutboxSender = { start(): void; stop(): Promise<void> };

/** Makes the loop. Lanes go in parallel, the messages of one lane one after the other. */
export function createOutboxSender(deps: Sending): OutboxSender {
  const leaving = new AbortController();
  const stopping = new AbortController();
  const lanes = createLanes(deps, stopping.signal);
  let loop: Promise<void> = Promise.resolve();
  return {
    start() {
      loop = run(deps, lanes, { leaving: leaving.signal, signal: stopping.signal });
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
  { port, gate, log }: Sending,
  lanes: Lanes,
  { leaving, signal }: { leaving: AbortSignal; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const isMore = gate.isShut()
        ? await waitForSlack(gate, port, lanes, leaving)
        : await addDue(port, lanes);
      if (isMore) continue;
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

/** While Slack refuses the app: what is under way comes back, and one message a while is tried. False once it is told to leave. */
async function waitForSlack(
  gate: Sending["gate"],
  port: OutboxPort,
  lanes: Lanes,
  leaving: AbortSignal,
): Promise<boolean> {
  await lanes.idle();
  await gate.tryAgain(() => tryOne(port, lanes), leaving);
  return !leaving.aborted;
}

/** One message, to see whether Slack takes it; where none is due, nothing is refused. */
async function tryOne(port: OutboxPort, lanes: Lanes): Promise<void> {
  const [message] = await port.claim(1);
  if (message === undefined) return lanes.nothingRefused();
  lanes.add(message, true);
  await lanes.idle();
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
function createLanes(deps: Sending, signal: AbortSignal) {
  const lanes = new Map<string, Promise<void>>();
  const pausedUntil = new Map<string, number>();
  let waiting = 0;
  const work = async (message: DueMessage, isTrial: boolean): Promise<void> => {
    const now = Date.now();
    // It could not be renewed, so that somebody else may have it: left to the next claim, nobody sends it twice.
    if (!deps.port.isHeld(message)) return deps.port.letGo(message);
    if (signal.aborted || (deps.gate.isShut() && !isTrial)) {
      // Whoever starts next, or goes on elsewhere, sends it now and not in a minute.
      await deps.port.giveBack(message, 0).catch(() => undefined);
      return;
    }
    const left = (pausedUntil.get(message.lane) ?? 0) - now;
    if (left > 0) {
      // Claimed a moment before the pause was over. Dropped in silence it would stay claimed, and unsent, for a minute.
      await deps.port.giveBack(message, left).catch(() => undefined);
      return;
    }
    const pauseMs = await sendOne(deps, message, signal);
    if (pauseMs > 0) pausedUntil.set(message.lane, Date.now() + pauseMs);
  };
  return {
    size: () => waiting,
    nothingRefused: deps.gate.taken,
    add(message: DueMessage, isTrial = false): void {
      const queue = queueOf(message);
      const before = lanes.get(queue) ?? Promise.resolve();
      waiting += 1;
      const lane = before
        .then(() => work(message, isTrial))
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
