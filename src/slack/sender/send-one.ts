import type { DueMessage, OutboxPort } from "#change/outbox-port.ts";
import type { Log } from "#observe/log.ts";
import { type Delivery, readFailure } from "#slack/client/failures.ts";
import type { RefusalGate } from "#slack/client/refusal-gate.ts";

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A channel that is shut may be open again a day later: a verdict must not be lost because the bot was removed for an hour. */
const SHUT_RETRY_MS = 300_000;
const MOST_SHUT = 288;
const MAX_PAUSE_MS = 120_000;

/** What sending takes: where the messages come from, how one is brought, and whether Slack takes the app at all. */
export type Sending = {
  port: OutboxPort;
  deliver(message: DueMessage, signal: AbortSignal): Promise<Delivery>;
  gate: RefusalGate;
  log: Log;
};

/** Sends and records; never throws. Returns for how long Slack wants no more of this lane, in ms. */
export async function sendOne(
  { port, deliver, gate, log }: Sending,
  message: DueMessage,
  signal: AbortSignal,
): Promise<number> {
  const about = { change: message.changeId, message: message.name, lane: message.lane };
  try {
    const delivery = await deliver(message, signal);
    switch (delivery.kind) {
      case "sent":
        gate.taken();
        await port.sent(message, delivery.ts);
        return 0;
      case "refused":
        // Nothing is wrong with the message: it stays due, as all others do.
        gate.refused(delivery.why);
        await port.giveBack(message, 0);
        return 0;
      case "pause": {
        const ms = Math.min(delivery.ms, MAX_PAUSE_MS);
        log.warn({ ...about, ms }, "Slack limits the rate, so this lane pauses");
        // Slack has not taken it, and said so: no failure of this message, whose next try must not come later for it.
        await port.giveBack(message, ms);
        await port.postponeLane(message.lane, ms);
        return ms;
      }
      case "needless":
        gate.taken();
        log.info({ ...about, why: delivery.why }, "A message is not needed any more");
        await port.abandon(message, delivery.why);
        return 0;
      case "never":
        gate.taken();
        if (delivery.isShut === true && message.failures < MOST_SHUT) {
          log.warn(
            { ...about, why: delivery.why, failures: message.failures },
            "A message is not taken here, and is tried again now and then",
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
    const failure = readFailure(error);
    if (failure.kind === "refused") {
      gate.refused(failure.why);
      await port.giveBack(message, 0).catch(() => undefined);
      return 0;
    }
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
