import { setTimeout as sleep } from "node:timers/promises";
import type { Access } from "./access.ts";

/** How often a Slack that refuses the app is asked whether it still does. */
const RETRY_MS = 60_000;

/** What the sender does while Slack refuses the app itself: one call a minute, and no message is given up. */
export type RefusalGate = {
  isShut(): boolean;
  /** Slack refused the app by this code. */
  refused(why: string): void;
  /** Slack took something, or refused it for its own content. */
  taken(): void;
  /** Waits until it is time, asks, and has one message tried if Slack does not refuse that already. */
  tryAgain(trial: () => Promise<void>, signal: AbortSignal): Promise<void>;
};

/** Makes it. `probe` is a call that changes nothing, and says whether Slack takes the token. */
export function createRefusalGate(deps: {
  access: Access;
  probe: () => Promise<boolean>;
  retryMs?: number;
}): RefusalGate {
  const { access, probe, retryMs = RETRY_MS } = deps;
  let nextAt = 0;
  const later = (): void => {
    nextAt = performance.now() + retryMs;
  };
  return {
    isShut: () => access.trouble("speak") !== null,
    refused(why) {
      access.shut("speak", why);
      later();
    },
    taken: () => access.open("speak"),
    async tryAgain(trial, signal) {
      await sleep(Math.max(0, nextAt - performance.now()), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      later();
      if (await probe()) await trial();
    },
  };
}
