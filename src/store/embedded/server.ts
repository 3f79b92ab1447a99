import { spawn } from "node:child_process";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { Binaries } from "./binaries.ts";
import { hintOf } from "./cluster.ts";
import type { Home } from "./home.ts";
import { commandLineOf, isRunning, waitForEnd } from "./process.ts";

/** Recovery after a power cut may replay a lot; a plain start takes 30 ms. */
const START_TIMEOUT_MS = 60_000;

/** A fast shutdown breaks off what runs and writes everything down. */
const FAST_STOP_TIMEOUT_MS = 10_000;

/** An immediate one writes nothing down; the next start recovers. */
const IMMEDIATE_STOP_TIMEOUT_MS = 5_000;

const POLL_MS = 20;

/** How much of the server's log goes into an error. */
const LOG_TAIL_LINES = 15;

/** A running server, and how its end is learned when nobody asked for it. */
export type Server = { pid: number; ended: Promise<string> };

/** Starts the server and waits until it takes connections. Throws with the end of its log when it does not. */
export async function startServer(home: Home, binaries: Binaries, args: string[]): Promise<Server> {
  const logPath = join(home.directory, "server.log");
  // One log before this one is kept: the start after a crash is when somebody wants to read it.
  await rename(logPath, `${logPath}.1`).catch(() => undefined);
  const log = await open(logPath, "w", 0o600);
  const child = spawn(binaries.program("postgres"), ["-D", home.data, ...args], {
    ...home.owner,
    cwd: home.directory,
    // A process group of its own: Ctrl-C in a terminal reaches us alone, and we stop the server last.
    detached: true,
    env: binaries.env,
    stdio: ["ignore", log.fd, log.fd],
    windowsHide: true,
  });
  child.unref();
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => resolve(error.message + hintOf(error.code)));
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
  await log.close();
  const over = new AbortController();
  const outcome = await Promise.race([ended, waitUntilReady(home, child.pid, over.signal)]);
  over.abort();
  if (outcome === "ready" && child.pid !== undefined) return { pid: child.pid, ended };
  if (child.pid !== undefined) await stopServer(child.pid, binaries);
  throw new Error(
    `The embedded PostgreSQL did not start (${outcome}). Its log ends:\n${await tailOf(logPath)}`,
  );
}

/** Ends a server: fast, and if that takes too long immediately. Throws when it is still there after that. */
export async function stopServer(pid: number, binaries: Binaries): Promise<void> {
  if (!(await isRunning(pid))) return;
  await signal(pid, "INT", binaries);
  if (await waitForEnd(pid, FAST_STOP_TIMEOUT_MS)) return;
  await signal(pid, "QUIT", binaries);
  if (await waitForEnd(pid, IMMEDIATE_STOP_TIMEOUT_MS)) return;
  throw new Error(`PostgreSQL (process ${pid}) was told to stop twice and is still there.`);
}

/**
 * Ends the server that a killed Greenlight left behind: it outlives its parent. Whoever calls holds the data directory's
 * lock, so nobody uses it. A pid file whose process is now somebody else (usual in containers) is swept away.
 */
export async function endOrphan(home: Home, binaries: Binaries, log: (line: string) => void): Promise<void> {
  const file = join(home.data, "postmaster.pid");
  const pid = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
  if (!(pid > 0) || !(await isRunning(pid))) return;
  const command = await commandLineOf(pid);
  if (command === null) {
    throw new Error(
      `${file} says that PostgreSQL runs there as process ${pid}, and this system does not tell whether that is so. Stop process ${pid} if it is a PostgreSQL, else delete that file.`,
    );
  }
  if (command.includes(home.data)) {
    log(`Stopping the PostgreSQL (process ${pid}) that an earlier run left behind.`);
    await stopServer(pid, binaries);
  } else {
    await rm(file, { force: true });
  }
}

/** The server itself writes its state into the eighth line of its pid file. */
async function waitUntilReady(
  home: Home,
  pid: number | undefined,
  over: AbortSignal,
): Promise<"ready" | string> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!over.aborted && performance.now() < deadline) {
    const lines = (await readFile(join(home.data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
    if (lines[0] === String(pid) && lines[7]?.trim() === "ready") return "ready";
    await sleep(POLL_MS);
  }
  return `not ready after ${START_TIMEOUT_MS / 1_000} s`;
}

async function signal(pid: number, name: "INT" | "QUIT", binaries: Binaries): Promise<void> {
  if (process.platform === "win32") {
    // Windows knows no signals; pg_ctl speaks to the server through a pipe instead. Untested.
    await execa(binaries.program("pg_ctl"), ["kill", name, String(pid)], { reject: false, timeout: 10_000 });
    return;
  }
  try {
    process.kill(pid, `SIG${name}`);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return;
    throw error;
  }
}

async function tailOf(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
}
