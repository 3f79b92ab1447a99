import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { execa } from "execa";
import { splitLines } from "./split-lines.ts";

/** A command as it will be spawned: no shell, a listed environment, a deadline. */
export type Spawn = {
  argv: readonly string[];
  cwd: string;
  env: Record<string, string>;
  deadlineMs: number;
  signal: AbortSignal;
  onStarted: (place: { host: string; bootId: string; pgid: number; pidStart: string }) => Promise<void>;
  onLine: (stream: "out" | "err", text: string) => void;
};

/** How it ended. `error` is a sentence for people when it did not end well. */
export type Ended = {
  outcome: "done" | "failed" | "unknown";
  exitCode: number | null;
  signal: string | null;
  error: string | null;
};

/** What is read of execa's result. */
type Result = {
  failed: boolean;
  exitCode?: number | undefined;
  signal?: string | undefined;
  code?: string | undefined;
  shortMessage?: string | undefined;
};

/** Between TERM and KILL of the whole group. */
const GRACE_MS = 3_000;

/**
 * Runs one command to its end in a process group of its own. At the deadline or on abort the whole group gets TERM, then
 * KILL (measured: execa's own timeout leaves a grandchild that holds stdout, 6.0 s instead of 0.5). An aborted command
 * is `unknown`: nobody saw what it had done. A command that cannot be started is `failed`; nothing is thrown.
 */
export async function runCommand(spawn: Spawn): Promise<Ended> {
  const [program = "", ...args] = spawn.argv;
  if (spawn.argv.some((word) => word.includes("\0"))) {
    return failed("The command holds a NUL character, which no program can be given.");
  }
  const child = execa(program, args, {
    cwd: spawn.cwd,
    env: spawn.env,
    extendEnv: false,
    detached: true,
    cleanup: true,
    stdin: "ignore",
    buffer: false,
    reject: false,
  });
  const ending = watchEnd(child.pid, spawn);
  const printed = Promise.all([
    splitLines(child.stdout, (text) => spawn.onLine("out", text)),
    splitLines(child.stderr, (text) => spawn.onLine("err", text)),
  ]);
  // The child runs already: a database that cannot take the record now must not leave it unwatched.
  const recorded = child.pid === undefined ? null : placeOf(child.pid).then(spawn.onStarted);
  recorded?.catch(() => undefined);
  const result = await child;
  await printed;
  await recorded;
  return toEnded(result, ending.stop(), spawn.deadlineMs);
}

/** Ends the group at the deadline or on abort; `stop()` says which of them happened. */
function watchEnd(pid: number | undefined, spawn: Spawn): { stop: () => "deadline" | "abort" | null } {
  let why: "deadline" | "abort" | null = null;
  let kill: NodeJS.Timeout | undefined;
  const end = (reason: "deadline" | "abort"): void => {
    if (why !== null || pid === undefined) return;
    why = reason;
    signalGroup(pid, "SIGTERM");
    kill = setTimeout(() => signalGroup(pid, "SIGKILL"), GRACE_MS);
  };
  const onAbort = (): void => end("abort");
  const deadline = setTimeout(() => end("deadline"), spawn.deadlineMs);
  spawn.signal.addEventListener("abort", onAbort, { once: true });
  if (spawn.signal.aborted) onAbort();
  return {
    stop: () => {
      clearTimeout(deadline);
      clearTimeout(kill);
      spawn.signal.removeEventListener("abort", onAbort);
      // What is left of the group ends with its leader.
      if (why !== null && pid !== undefined) signalGroup(pid, "SIGKILL");
      return why;
    },
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is gone, which is what was wanted.
  }
}

async function placeOf(
  pid: number,
): Promise<{ host: string; bootId: string; pgid: number; pidStart: string }> {
  const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Field 22 is the start time; the second field is the program's name and may hold blanks and brackets.
  const pidStart = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return { host: hostname(), bootId: bootId.trim(), pgid: pid, pidStart };
}

function toEnded(result: Result, ended: "deadline" | "abort" | null, deadlineMs: number): Ended {
  const exitCode = result.exitCode ?? null;
  const signal = result.signal ?? null;
  if (ended === "deadline") {
    return {
      outcome: "failed",
      exitCode,
      signal,
      error: `It was ended after its deadline of ${deadlineMs / 1_000} s.`,
    };
  }
  if (ended === "abort") {
    return { outcome: "unknown", exitCode, signal, error: "It was ended before it was through." };
  }
  if (!result.failed) return { outcome: "done", exitCode: 0, signal: null, error: null };
  if (exitCode === null && signal === null) return failed(whyNotStarted(result));
  const how = exitCode === null ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
  return { outcome: "failed", exitCode, signal, error: `The command ${how}.` };
}

function whyNotStarted(result: Result): string {
  const code = result.code ?? "";
  if (code === "ENOENT")
    return "The program, or the directory it should run in, is not there. Install it, or set PATH.";
  if (code === "E2BIG") return "The command is too long for this system.";
  return `The command could not be started (${code || (result.shortMessage ?? "no reason given")}).`;
}

function failed(error: string): Ended {
  return { outcome: "failed", exitCode: null, signal: null, error };
}
