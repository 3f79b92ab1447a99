import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type { Box, Boxed, Call } from "#execution/box/box.ts";
import { makeOutputPipes, removeOutputPipes } from "./output-pipe.ts";
import { type End, type Stop, startWatch, stopTerraform } from "./process-group.ts";
import { drain, endOf } from "./run-command.ts";
import { spawnBoxed } from "./spawn.ts";

/** A read-only look at the world: a command whose whole answer is wanted, for a program to read. */
export type CaptureCall = Call & {
  deadlineMs: number;
  signal: AbortSignal;
  /** A directory for the pipes it prints into, where it must live on when Greenlight does not: terraform holds a lock. */
  output?: string;
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
export async function capture(box: Box, call: CaptureCall): Promise<Captured> {
  const boxed = await box.wrap(call);
  if (call.output === undefined) return run(boxed, call);
  const output = await makeOutputPipes(call.output, `look-${randomUUID()}`);
  try {
    return await run({ ...boxed, output }, call);
  } finally {
    await removeOutputPipes(output);
  }
}

async function run(boxed: Boxed, call: CaptureCall): Promise<Captured> {
  const [program = ""] = call.argv;
  const child = spawnBoxed(boxed);
  if (child.kind === "not started") {
    const { code } = await child.why;
    return { exitCode: null, stdout: "", stderr: "", problem: whyNotStarted(code, boxed.argv[0] ?? "") };
  }
  const { pid, stdout, stderr } = child;
  const tooMuch = new AbortController();
  const watch = startWatch(child.process, pid, {
    deadlineMs: call.deadlineMs,
    stop: program === "terraform" ? stopTerraform(TERRAFORM_GRACE_SECONDS) : STOP_SOON,
    signal: AbortSignal.any([call.signal, tooMuch.signal]),
    asked: boxed.asked,
  });
  const printed = Promise.all([collect(stdout, tooMuch), collect(stderr, tooMuch)]);
  const own = await watch.ended;
  if (boxed.launcher !== undefined) watch.killRest();
  // The whole group, as for steps: a credential plugin that hangs would hold stdout open beyond kubectl's own end.
  await drain(printed, watch, [stdout, stderr]);
  const [out, err] = await printed;
  const end = await endOf(own, boxed, child.report);
  const problem =
    end === null
      ? (boxed.launcher?.whyNotBegun(await child.report, err) ?? "")
      : whyNone(end, call, tooMuch.signal.aborted);
  return { exitCode: problem === null ? (end?.exitCode ?? null) : null, stdout: out, stderr: err, problem };
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

function whyNone(end: End, call: CaptureCall, isTooMuch: boolean): string | null {
  const program = call.argv[0] ?? "";
  if (isTooMuch) return `${program} printed more than ${MAX_BYTES / 1024 / 1024} MB`;
  if (end.why === "abort") return `${program} was ended because the work on this change was stopped`;
  if (end.why === "deadline") return `${program} gave no answer within ${call.deadlineMs / 1_000} s`;
  return end.signal === null ? null : `${program} was ended by ${end.signal}`;
}

function whyNotStarted(code: string, program: string): string {
  return code === "ENOENT"
    ? `${program}, or the directory it should run in, is not there`
    : `${program} could not be started (${code || "no reason given"})`;
}
