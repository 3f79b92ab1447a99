import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

/** How often a process that was asked to end is looked at. */
const POLL_MS = 20;

/** Where the kernel tells about processes; absent on macOS and Windows. */
const PROC = "/proc";

/** Whether a process is there and not merely waiting to be reaped (a zombie answers to signal 0 for ever). */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, it is only not ours.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const stat = await readStat(pid);
  return stat?.state !== "Z" && stat?.state !== "X";
}

/** When a process started, in the kernel's own count; null where the system does not tell. With the pid it names one process. */
export async function startOf(pid: number): Promise<string | null> {
  return (await readStat(pid))?.start ?? null;
}

/** A running process's command line with spaces between the words; null where the system does not tell. */
export async function commandLineOf(pid: number): Promise<string | null> {
  if (process.platform === "win32") return null;
  try {
    return (await readFile(`${PROC}/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim();
  } catch {
    const { stdout, failed } = await execa("ps", ["-ww", "-o", "command=", "-p", String(pid)], {
      reject: false,
      timeout: 5_000,
    });
    return failed || stdout === "" ? null : stdout.trim();
  }
}

/** Waits until a process is gone; false when it is still there after `timeoutMs`. */
export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (await isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

async function readStat(pid: number): Promise<{ state: string; start: string } | null> {
  let text: string;
  try {
    text = await readFile(`${PROC}/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? null : { state, start };
}
