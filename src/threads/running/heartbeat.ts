import { setTimeout as pause } from "node:timers/promises";

/** How soon a renewal that failed is tried again: a living owner should be ahead of whoever waits to take over. */
const AGAIN_MS = 250;

/**
 * Renews a lease every `everyMs`, one renewal at a time. `renew` says false when the lease is somebody else's; then
 * `onLost` is called and it ends. One that fails is tried again soon, for as long as it takes. Never throws.
 */
export function startHeartbeat(
  renew: () => Promise<boolean>,
  when: { everyMs: number; onLost: () => void; onFault: (error: unknown) => void },
): { stop(): void } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const beat = async (): Promise<number> => {
    try {
      if (await renew()) return when.everyMs;
      if (!signal.aborted) when.onLost();
      stopping.abort();
      return 0;
    } catch (error) {
      if (!signal.aborted) when.onFault(error);
      return Math.min(AGAIN_MS, when.everyMs);
    }
  };
  const run = async (): Promise<void> => {
    let ms = when.everyMs;
    while (!signal.aborted) {
      await pause(ms, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) ms = await beat();
    }
  };
  void run();
  return { stop: () => stopping.abort() };
}
