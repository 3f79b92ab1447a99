import type { EventEmitter } from "node:events";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import type { ChildProcess } from "#change/journal.ts";

/** How a command is asked to stop before its group is killed. */
export type Stop =
  | { to: "group"; signal: "SIGTERM"; graceMs: number }
  | { to: "process"; signal: "SIGINT"; graceMs: number };

/** For commands that have nothing to put away. */
export const STOP_GROUP: Stop = { to: "group", signal: "SIGTERM", graceMs: 3_000 };

/** For terraform: its providers are its children, and must live for it to finish what it began and store its state. */
export function stopTerraform(graceSeconds: number): Stop {
  return { to: "process", signal: "SIGINT", graceMs: graceSeconds * 1_000 };
}

/** Whom a polite signal is for (Boxed.asked in box.ts). Never rejects. */
type Asked = (leader: number, to: Stop["to"]) => Promise<number[]>;

/** How the process ended; `why` and `killed` say whether that was our doing. */
export type End = {
  exitCode: number | null;
  signal: string | null;
  why: "deadline" | "abort" | null;
  killed: "no" | "yes" | "gone too late";
};

/** `killRest` ends what the process left behind in its group. */
export type Watch = { ended: Promise<End>; killRest: () => void };

/** A killed process that is not gone by then hangs in the kernel: it is reported, and not waited for any longer. */
export const KILL_PATIENCE_MS = 2_000;

/** A program that its launcher has not begun yet is there some milliseconds later. */
const ASK_AGAIN_MS = 20;

/**
 * Watches a process that leads a group of its own, and ends it at the deadline or on abort: asked to stop, then killed, and
 * with `kill` not asked. `ended` never rejects.
 */
export function startWatch(
  child: EventEmitter,
  pid: number,
  limits: {
    deadlineMs: number;
    stop: Stop;
    signal: AbortSignal;
    kill?: AbortSignal | undefined;
    asked?: Asked | undefined;
  },
): Watch {
  const { stop, signal, kill: atOnce, asked = askItself } = limits;
  let why: End["why"] = null;
  let killed: End["killed"] = "no";
  let isOver = false;
  const timers: NodeJS.Timeout[] = [];
  const later = (ms: number, act: () => void): void => {
    timers.push(setTimeout(act, ms));
  };
  const ended = new Promise<End>((resolve) => {
    const over = (exitCode: number | null, endedBy: string | null): void => {
      isOver = true;
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      atOnce?.removeEventListener("abort", onKill);
      resolve({ exitCode, signal: endedBy, why, killed });
    };
    const kill = (): void => {
      if (killed !== "no") return;
      killed = "yes";
      send(-pid, "SIGKILL");
      later(KILL_PATIENCE_MS, () => {
        killed = "gone too late";
        over(null, null);
      });
    };
    const ask = (): void => {
      asked(pid, stop.to).then((pids) => {
        if (isOver || killed !== "no") return;
        for (const one of pids) send(one, stop.signal);
        if (pids.length === 0) later(ASK_AGAIN_MS, ask);
      });
    };
    const end = (reason: "deadline" | "abort"): void => {
      if (why !== null) return;
      why = reason;
      ask();
      later(stop.graceMs, kill);
    };
    const onAbort = (): void => end("abort");
    const onKill = (): void => {
      why ??= "abort";
      kill();
    };
    child.once("exit", over);
    later(limits.deadlineMs, () => end("deadline"));
    signal.addEventListener("abort", onAbort, { once: true });
    atOnce?.addEventListener("abort", onKill, { once: true });
    if (atOnce?.aborted === true) onKill();
    else if (signal.aborted) onAbort();
  });
  return { ended, killRest: () => send(-pid, "SIGKILL") };
}

async function askItself(leader: number, to: Stop["to"]): Promise<number[]> {
  return [to === "group" ? -leader : leader];
}

/** Host, boot, group and start time of a process just started. */
export async function childProcessOf(pid: number): Promise<ChildProcess> {
  return { ...(await thisMachine()), pgid: pid, pidStart: (await pidStartOf(pid)) ?? "" };
}

/** This host, and its boot with the processes that can be seen; an empty boot where the system does not say. */
export async function thisMachine(): Promise<Pick<ChildProcess, "host" | "bootId">> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const pids = await readlink("/proc/self/ns/pid").catch(() => "");
  return { host: hostname(), bootId: boot === "" || pids === "" ? "" : `${boot.trim()} ${pids}` };
}

/** When a process was started, in ticks since the boot; null when there is none, or only its remains. */
export async function pidStartOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // Field 22 is the start time; the second field is the program's name and may hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it is gone, which is what was wanted.
  }
}
