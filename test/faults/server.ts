import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { type EmbeddedConnection, startEmbedded } from "#store/embedded/embedded.ts";
import { migrate } from "#store/postgres/migrate.ts";

/** A PostgreSQL for one long run, outside the test runner. */
export type Server = {
  createDatabase(name: string): Promise<EmbeddedConnection>;
  createEmpty(name: string): Promise<EmbeddedConnection>;
  /** Stops it at once, as an administrator in a hurry does, and starts it again after so many ms, or then. Linux only. */
  outage(until: number | Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
};

const GONE_PATIENCE_MS = 20_000;

/** Starts it; what it keeps does not survive the machine, which no fault here is about. */
export async function startServer(): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), "greenlight-faults-database-"));
  const settings = { fsync: "off", full_page_writes: "off", max_connections: "300" };
  const embedded = await startEmbedded({ dataDir, log: () => undefined, settings });
  let { pid } = embedded;
  let outage: Promise<void> = Promise.resolve();
  const createEmpty = async (name: string): Promise<EmbeddedConnection> => {
    const client = new pg.Client(embedded.connection);
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    return { ...embedded.connection, database: name };
  };
  return {
    createEmpty,
    createDatabase: async (name) => {
      const connection = await createEmpty(name);
      await migrate(connection);
      return connection;
    },
    outage: (until) => {
      outage = stopAndStart(pid, until).then((fresh) => {
        pid = fresh;
      });
      return outage;
    },
    stop: async () => {
      await outage;
      if (pid !== embedded.pid) {
        process.kill(pid, "SIGINT");
        await untilGone(pid);
      }
      await embedded.stop();
      await rm(embedded.directory, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function stopAndStart(pid: number, until: number | Promise<unknown>): Promise<number> {
  const again = await howStarted(pid);
  process.kill(pid, "SIGINT");
  await untilGone(pid);
  await (typeof until === "number" ? pause(until) : until);
  return again();
}

/** Starts the very same program anew: same words, environment, directory and user. */
async function howStarted(pid: number): Promise<() => number> {
  const words = async (name: string) =>
    (await readFile(`/proc/${pid}/${name}`, "utf8")).split("\0").filter((word) => word !== "");
  const [program = "", ...args] = await words("cmdline");
  const env = Object.fromEntries(
    (await words("environ")).map((pair) => [
      pair.slice(0, pair.indexOf("=")),
      pair.slice(pair.indexOf("=") + 1),
    ]),
  );
  const { uid, gid } = await stat(`/proc/${pid}`);
  const data = args[args.indexOf("-D") + 1] ?? "/";
  return () => {
    const child = spawn(program, args, { cwd: data, env, uid, gid, detached: true, stdio: "ignore" });
    child.unref();
    if (child.pid === undefined) throw new Error("PostgreSQL could not be started again.");
    return child.pid;
  };
}

async function untilGone(pid: number): Promise<void> {
  const giveUp = Date.now() + GONE_PATIENCE_MS;
  for (;;) {
    // A zombie is gone too: whoever started it has not been told yet.
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
    if (state === null || state.slice(state.lastIndexOf(")") + 2).startsWith("Z")) return;
    if (Date.now() > giveUp) throw new Error(`PostgreSQL (process ${pid}) does not stop.`);
    await pause(20);
  }
}
