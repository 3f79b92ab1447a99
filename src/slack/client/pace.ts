import { setTimeout as sleep } from "node:timers/promises";

/** Slack takes one new message a second in a channel, and short bursts above it. */
const PER_SECOND = 1;
const BURST = 3;
/** A channel is full again after three seconds; more of them than this at once are looked through. */
const REMEMBERED = 1_000;

/** Waits until a new message may be posted in this channel; throws when aborted. */
export type Pace = (channelId: string, signal: AbortSignal) => Promise<void>;

type Bucket = { tokens: number; at: number };

/** A token bucket per channel. Callers of one channel come one after the other. */
export function createPace(now: () => number = Date.now): Pace {
  const buckets = new Map<string, Bucket>();
  return async (channelId, signal) => {
    if (buckets.size > REMEMBERED) forgetFull(buckets, now());
    const bucket = refilled(buckets.get(channelId) ?? { tokens: BURST, at: now() }, now());
    buckets.set(channelId, bucket);
    bucket.tokens -= 1;
    if (bucket.tokens >= 0) return;
    try {
      await sleep((-bucket.tokens / PER_SECOND) * 1_000, undefined, { signal });
    } catch (error) {
      // Nothing was sent. Five answers that gave up kept the next message waiting for 6 s (measured).
      const known = buckets.get(channelId);
      if (known !== undefined) known.tokens += 1;
      throw error;
    }
  };
}

function refilled({ tokens, at }: Bucket, now: number): Bucket {
  return { tokens: Math.min(BURST, tokens + ((now - at) / 1_000) * PER_SECOND), at: now };
}

function forgetFull(buckets: Map<string, Bucket>, now: number): void {
  for (const [channelId, bucket] of buckets)
    if (refilled(bucket, now).tokens >= BURST) buckets.delete(channelId);
}
