import { setTimeout as sleep } from "node:timers/promises";
import { type SocketModeReceiver, webApi } from "@slack/bolt";
import type { Log } from "#observe/log.ts";
import type { Access } from "./access.ts";
import { codeOf, isAppRefused } from "./failures.ts";

type Client = SocketModeReceiver["client"];

/** A connection that lived this long was a good one: it is opened again at once. */
const STEADY_MS = 3_000;
/** From the address to Slack's hello. */
const HELLO_MS = 30_000;
const FIRST_PAUSE_MS = 500;
/** While Slack is away it is asked often, since people wait; where it refuses, once a minute is enough to notice a new token. */
const LONGEST_PAUSE_MS = 5_000;
const LONGEST_REFUSED_MS = 60_000;
/** How long all sockets may be gone at once before that is said: a refresh takes a moment. */
const DEAF_AFTER_MS = 10_000;

/** Keeps sockets open until it is told to stop; nothing that Slack does makes it throw or give up. */
export type Sockets = {
  /** Resolves once every socket has been open. Rejects when Slack refuses one of them before that, or when it is stopped. */
  start(): Promise<void>;
  stop(): void;
};

/**
 * Makes them. The SDK's own way of coming again leaves its rejections to nobody, and one `link_disabled` ended the
 * process in the middle of a step (measured); so its clients are made without it, and come again from here.
 */
export function createSockets(deps: {
  clients: readonly Client[];
  access: Access;
  log: Log;
  stopping: AbortController;
}): Sockets {
  const { clients, access, log, stopping } = deps;
  const { signal } = stopping;
  const hearing = watchHearing(access, signal);
  for (const client of clients) guardMessages(client, log);
  return {
    async start() {
      hearing.begin();
      await Promise.all(clients.map((client) => keepOpen(client, hearing, signal)));
    },
    stop() {
      stopping.abort();
      for (const client of clients) void client.disconnect().catch(() => undefined);
    },
  };
}

/** Resolves when it was open for the first time, and goes on for good behind that. */
function keepOpen(client: Client, hearing: Hearing, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isFirst = true;
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      const made = await openOnce(client, signal, () => {
        isFirst = false;
        hearing.up(client);
        resolve();
      });
      hearing.down(client, made.error);
      if (signal.aborted) break;
      if (isFirst && isAppRefused(made.error)) return reject(made.error);
      failures = made.livedMs > STEADY_MS ? 0 : failures + 1;
      await sleep(pauseMs(failures, made.error), undefined, { signal }).catch(() => undefined);
    }
    reject(new Error("Slack's sockets were told to stop before they were open."));
  };
  void run();
  return promise;
}

/** One connection, from its address to its end. Never throws. `error`: why there is none, or undefined where one ended. */
async function openOnce(
  client: Client,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<{ livedMs: number; error: unknown }> {
  const over = new AbortController();
  // Before it begins: a connection may be over as soon as it is open.
  const ended = new Promise<void>((resolve) => {
    client.once("disconnected", resolve);
    over.signal.addEventListener("abort", () => client.removeListener("disconnected", resolve));
  });
  let openedAt: number | null = null;
  try {
    await Promise.race([client.start(), tooLate(over.signal)]);
    if (signal.aborted) return { livedMs: 0, error: undefined };
    openedAt = performance.now();
    onOpen();
    await ended;
    return { livedMs: performance.now() - openedAt, error: undefined };
  } catch (error) {
    await client.disconnect().catch(() => undefined);
    return { livedMs: 0, error: error ?? new Error("the connection ended before Slack's hello") };
  } finally {
    over.abort();
    if (signal.aborted) void client.disconnect().catch(() => undefined);
  }
}

async function tooLate(signal: AbortSignal): Promise<never> {
  await sleep(HELLO_MS, undefined, { signal, ref: false });
  throw new Error(`Slack said no hello within ${HELLO_MS / 1_000} s`);
}

function pauseMs(failures: number, error: unknown): number {
  if (failures === 0) return 0;
  const longest = isAppRefused(error) ? LONGEST_REFUSED_MS : LONGEST_PAUSE_MS;
  const asked = error instanceof webApi.WebAPIRateLimitedError ? error.retryAfter * 1_000 : 0;
  return Math.max(asked, Math.min(longest, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10)));
}

type Hearing = ReturnType<typeof watchHearing>;

/** Deaf is when no socket is open: at once where Slack refuses one, else after some seconds. */
function watchHearing(access: Access, signal: AbortSignal) {
  const open = new Set<Client>();
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    if (signal.aborted) return;
    timer = setTimeout(() => access.shut("hear", "Slack cannot be reached"), DEAF_AFTER_MS);
    timer.unref();
  };
  return {
    begin: soon,
    up(client: Client): void {
      open.add(client);
      clearTimeout(timer);
      timer = undefined;
      access.open("hear");
    },
    down(client: Client, error: unknown): void {
      open.delete(client);
      if (open.size > 0 || signal.aborted) return;
      if (isAppRefused(error)) access.shut("hear", codeOf(error));
      else if (timer === undefined) soon();
    },
  };
}

/** What cannot be read is said in the log: the SDK would leave it to nobody, which ends the process. */
function guardMessages(client: Client, log: Log): void {
  const own = client.listeners("ws_message");
  client.removeAllListeners("ws_message");
  client.on("ws_message", (...said: unknown[]) => {
    for (const read of own)
      void Promise.resolve(read.apply(client, said)).catch((error: unknown) =>
        log.error({ err: error }, "Slack sent something over its socket that cannot be read"),
      );
  });
}
