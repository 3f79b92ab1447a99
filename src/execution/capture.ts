import { execa } from "execa";

/** A read-only look at the world: a command whose whole answer is wanted, for a program to read. */
export type Look = {
  argv: readonly string[];
  cwd: string;
  env: Record<string, string>;
  deadlineMs: number;
  signal: AbortSignal;
};

/** What it answered. `exitCode` null: it was not started, or was ended; `problem` then says why in words. */
export type Captured = { exitCode: number | null; stdout: string; stderr: string; problem: string | null };

/** A plan of some thousand resources as JSON has about 10 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Runs a command that only reads and returns what it printed, unredacted: whatever is kept of it is redacted by the caller. */
export async function capture(look: Look): Promise<Captured> {
  const [program = "", ...args] = look.argv;
  const child = execa(program, args, {
    cwd: look.cwd,
    env: look.env,
    extendEnv: false,
    detached: true,
    stdin: "ignore",
    reject: false,
    maxBuffer: MAX_BYTES,
    stripFinalNewline: false,
  });
  // The whole group, as for steps: a credential plugin that hangs would hold stdout open beyond kubectl's own end.
  const end = (): void => endGroup(child.pid);
  const deadline = setTimeout(end, look.deadlineMs);
  look.signal.addEventListener("abort", end, { once: true });
  if (look.signal.aborted) end();
  const result = await child;
  clearTimeout(deadline);
  look.signal.removeEventListener("abort", end);
  const exitCode = result.isMaxBuffer ? null : (result.exitCode ?? null);
  const problem = exitCode === null ? whyNone(result, look) : null;
  return { exitCode, stdout: result.stdout, stderr: result.stderr, problem };
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // ESRCH: it has ended by itself.
  }
}

function whyNone(result: { isMaxBuffer: boolean; code?: string | undefined }, look: Look): string {
  const program = look.argv[0] ?? "";
  if (result.isMaxBuffer) return `${program} printed more than ${MAX_BYTES / 1024 / 1024} MB`;
  if (result.code === "ENOENT") return `${program}, or the directory it should run in, is not there`;
  if (look.signal.aborted) return `${program} was ended because the work on this change was stopped`;
  return `${program} gave no answer within ${look.deadlineMs / 1_000} s`;
}
