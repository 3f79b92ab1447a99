import pg from "pg";
import type { Sql } from "./database.ts";
import { createSockets } from "./sockets.ts";

/** What a wake-up is about: `work` for the workers, `messages` for the sender, `stops` for whoever runs what is to be stopped. */
export type Wake = "work" | "messages" | "stops";

const CHANNEL = "greenlight";
/** While the listening connection is away, a poll is what finds the work. */
const RECONNECT_MS = 1_000;
/** A server that vanished without a word answers no attempt either. */
const CONNECT_MS = 10_000;

/** Wakes every instance; inside a transaction it takes effect at the commit. */
export async function wake(sql: Sql, what: Wake): Promise<void> {
  await sql.query("select pg_notify($1, $2)", [CHANNEL, what]);
}

/** Something that says when there may be work. Always paired with a poll: a notification can be lost, a row cannot. */
export type Wakes = {
  /** Resolves at the next wake-up of this kind, after `ms`, or when the signal aborts; never rejects. */
  wait(what: Wake, ms: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

/** Listens on a connection of its own, and comes back by itself when that is cut. Throws when the first one cannot be made. */
export async function listenForWakes(config: pg.ClientConfig): Promise<Wakes> {
  const waiting = new Set<{ what: Wake; done: () => void }>();
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  const sockets = createSockets();

  const arrived = (payload: string | undefined): void => {
    for (const waiter of [...waiting]) if (waiter.what === payload) waiter.done();
  };
  const again = (): void => {
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      connect().catch(again);
    }, RECONNECT_MS);
  };
  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      ...config,
      stream: sockets.stream,
      application_name: "greenlight-listen",
    });
    fresh.on("error", () => undefined);
    fresh.on("end", again);
    fresh.on("notification", (message) => arrived(message.payload));
    client = fresh;
    try {
      await fresh.connect();
      await fresh.query(`listen ${CHANNEL}`);
    } catch (error) {
      // A standby takes connections and refuses this: left open, one more each second would use up what the server has.
      fresh.end().catch(() => undefined);
      throw error;
    }
    // Whatever was said while nobody listened is looked for once.
    arrived("work");
    arrived("messages");
    arrived("stops");
  };
  await connect().catch((error: unknown) => {
    closed = true;
    clearTimeout(timer);
    throw error;
  });
  return {
    wait: (what, ms, signal) => waitFor(waiting, what, ms, signal),
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await sockets.end(async () => client?.end());
    },
  };
}

function waitFor(
  waiting: Set<{ what: Wake; done: () => void }>,
  what: Wake,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const waiter = {
      what,
      done: () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", waiter.done);
        waiting.delete(waiter);
        resolve();
      },
    };
    const timer = setTimeout(waiter.done, ms);
    signal.addEventListener("abort", waiter.done);
    waiting.add(waiter);
    if (signal.aborted) waiter.done();
  });
}
