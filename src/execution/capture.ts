import type { Readable } from "node:stream";
import { execa } from "execa";
import { type End, type Stop, startWatch, stopTerraform } from "./process-group.ts";
import { drain } from "./run-command.ts";

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

/** A kubectl that only reads has nothing to put away. */
const STOP_SOON: Stop = { to: "group", signal: "SIGTERM", graceMs: 500 };
/** A plan locks the state: terraform that is killed leaves the lock behind, and every later change would fail on it. */
const TERRAFORM_GRACE_SECONDS = 30;

/** Runs a command that only reads and returns what it printed, unredacted: whatever is kept of it is redacted by the caller. */
export async function capture(look: Look): Promise<Captured> {
  const [program = "", ...args] = look.argv;
  // Not buffered by execa: it escapes a failed command's whole output into a message (measured: 10 s for 40 MB).
  const child = execa(program, args, {
    cwd: look.cwd,
    env: look.env,
    extendEnv: false,
    killDescendants: true,
    cleanup: true,
    stdin: "ignore",
    buffer: false,
    reject: false,
  });
  const { pid, stdout, stderr } = child;
  if (pid === undefined) {
    const { code } = await child;
    return { exitCode: null, stdout: "", stderr: "", problem: whyNotStarted(code, program) };
  }
  const tooMuch = new AbortController();
  const watch = startWatch(child.nodeChildProcess, pid, {
    deadlineMs: look.deadlineMs,
    stop: program === "terraform" ? stopTerraform(TERRAFORM_GRACE_SECONDS) : STOP_SOON,
    signal: AbortSignal.any([look.signal, tooMuch.signal]),
  });
  const printed = Promise.all([collect(stdout, tooMuch), collect(stderr, tooMuch)]);
  const end = await watch.ended;
  // The whole group, as for steps: a credential plugin that hangs would hold stdout open beyond kubectl's own end.
  await drain(printed, watch, [stdout, stderr]);
  const [out, err] = await printed;
  const problem = whyNone(end, look, tooMuch.signal.aborted);
  return { exitCode: problem === null ? end.exitCode : null, stdout: out, stderr: err, problem };
}

/** Everything a stream holds; aborts `tooMuch` and keeps no more when that is too much. */
async function collect(stream: Readable, tooMuch: AbortController): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > MAX_BYTES) tooMuch.abort();
      else chunks.push(chunk);
    }
  } catch {
    // Cut off: somebody held it open beyond the command's own end.
  }
  return Buffer.concat(chunks).toString("utf8");
}

function whyNone(end: End, look: Look, isTooMuch: boolean): string | null {
  const program = look.argv[0] ?? "";
  if (isTooMuch) return `${program} printed more than ${MAX_BYTES / 1024 / 1024} MB`;
  if (end.why === "abort") return `${program} was ended because the work on this change was stopped`;
  if (end.why === "deadline") return `${program} gave no answer within ${look.deadlineMs / 1_000} s`;
  return end.exitCode === null ? `${program} was ended by ${end.signal}` : null;
}

function whyNotStarted(code: string | undefined, program: string): string {
  return code === "ENOENT"
    ? `${program}, or the directory it should run in, is not there`
    : `${program} could not be started (${code ?? "no reason given"})`;
}
