import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { types } from "@slack/bolt";
import type { DueHome, HomesPort } from "#change/home-port.ts";
import type { Log } from "#observe/log.ts";
import type { Access } from "#slack/client/access.ts";
import type { Door } from "#slack/client/door.ts";
import { readFailure } from "#slack/client/failures.ts";

const CLAIM_LIMIT = 10;
/** The longest sleep without being woken; heals a wake-up that got lost. */
const IDLE_MS = 5_000;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;
const STORE_RETRY_MS = 1_000;

/** The loop that keeps the Homes of those true who look at them. */
export type HomeSender = { start(): void; stop(): Promise<void> };

/** What publishing takes. */
type Publishing = {
  port: HomesPort;
  door: Pick<Door, "publishHome">;
  /** What a person's Home says now. */
  render(home: DueHome): Promise<types.HomeView>;
  /** While Slack refuses the app nothing is published: the sender of messages finds out when it does no more. */
  access: Access;
  log: Log;
};

/** Makes the loop. A Home that says already what it should is not published again. */
export function createHomeSender(deps: Publishing): HomeSender {
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  return {
    start() {
      loop = run(deps, stopping.signal);
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

async function run(deps: Publishing, signal: AbortSignal): Promise<void> {
  const { port, access, log } = deps;
  const underWay = new Set<Promise<void>>();
  const begin = (home: DueHome): void => {
    const work: Promise<void> = publish(deps, home)
      // Its claim runs out by itself.
      .catch((error: unknown) =>
        log.error({ err: error, person: home.userId }, "A Home could not be put off"),
      )
      .finally(() => underWay.delete(work));
    underWay.add(work);
  };
  while (!signal.aborted) {
    try {
      const room = access.trouble("speak") === null ? CLAIM_LIMIT - underWay.size : 0;
      const due = room > 0 ? await port.claim(room) : [];
      for (const home of due) begin(home);
      if (due.length === 0) await rest(port, underWay, signal);
    } catch (error) {
      if (signal.aborted) break;
      log.error({ err: error }, "The Homes that are due cannot be read");
      await sleep(STORE_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  await Promise.all(underWay);
}

/** Until something may be due, or there is room again: one that Slack leaves unanswered holds up no other. */
async function rest(
  port: HomesPort,
  underWay: ReadonlySet<Promise<void>>,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const wait = port.wait(IDLE_MS, AbortSignal.any([signal, over.signal]));
  await Promise.race([wait, ...underWay]).finally(() => over.abort());
}

async function publish({ port, door, render, access, log }: Publishing, home: DueHome): Promise<void> {
  const about = { person: home.userId };
  try {
    const view = await render(home);
    const shown = createHash("sha256").update(JSON.stringify(view)).digest("hex");
    if (shown !== home.shown) await door.publishHome(home.userId, view);
    await port.sent(home, shown);
  } catch (error) {
    const failure = readFailure(error);
    if (failure.kind === "never" || failure.kind === "too much") {
      log.error({ ...about, why: failure.why }, "A Home can not be published");
      await port.sent(home, null);
      return;
    }
    if (failure.kind === "refused") {
      access.shut("speak", failure.why);
      await port.postpone(home, FIRST_RETRY_MS);
      return;
    }
    log.warn({ ...about, err: error }, "A Home waits for Slack");
    await port.postpone(home, failure.kind === "pause" ? failure.ms : retryMs(home.failures));
  }
}

function retryMs(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
}
