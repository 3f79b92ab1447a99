import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { types, webApi } from "@slack/bolt";
import type { Log } from "../observe/log.ts";
import { readFailure } from "./failures.ts";
import type { DueHome, HomesPort } from "./home-port.ts";

const CLAIM_LIMIT = 10;
/** The longest sleep without being woken; heals a wake-up that got lost. */
const IDLE_MS = 5_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;
const STORE_RETRY_MS = 1_000;

/** The loop that keeps the Homes of those true who look at them. */
export type HomeSender = { start(): void; stop(): Promise<void> };

type Needs = {
  port: HomesPort;
  client: webApi.WebClient;
  /** What a person's Home says now. */
  render(home: DueHome): Promise<types.HomeView>;
  log: Log;
};

/** Makes the loop. A Home that says already what it should is not published again. */
export function createHomeSender(needs: Needs): HomeSender {
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  return {
    start() {
      loop = run(needs, stopping.signal);
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

async function run(needs: Needs, signal: AbortSignal): Promise<void> {
  const { port, log } = needs;
  while (!signal.aborted) {
    try {
      const due = await port.claim(CLAIM_LIMIT);
      await Promise.all(due.map((home) => publish(needs, home)));
      if (due.length === 0) await port.wait(IDLE_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.error({ err: error }, "The Homes that are due cannot be read");
      await sleep(STORE_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function publish({ port, client, render, log }: Needs, home: DueHome): Promise<void> {
  const about = { person: home.userId };
  try {
    const view = await render(home);
    const shown = createHash("sha256").update(JSON.stringify(view)).digest("hex");
    if (shown !== home.shown) await client.views.publish({ user_id: home.userId, view });
    await port.sent(home, shown);
  } catch (error) {
    const failure = readFailure(error);
    if (failure.kind === "never" || failure.kind === "too much") {
      log.error({ ...about, why: failure.why }, "A Home can not be published");
      await port.sent(home, null);
      return;
    }
    log.warn({ ...about, err: error }, "A Home waits for Slack");
    await port.postpone(home, failure.kind === "pause" ? failure.ms : retryMs(home.failures));
  }
}

function retryMs(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
}
