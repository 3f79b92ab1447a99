import type { EventEmitter } from "node:events";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import type { Boxed } from "#execution/box/box.ts";
import { closeGiven, openOutputPipes } from "./output-pipe.ts";

/** A child that runs, in a process group of its own. */
export type Child = {
  kind: "started";
  pid: number;
  process: EventEmitter;
  stdout: Readable;
  stderr: Readable;
  /** What its launcher reported, whole once it has ended; empty without one. */
  report: Promise<string>;
};

/** What is known of one that could not be started. */
export type NotStarted = { kind: "not started"; why: Promise<{ code: string; message: string }> };

/**
 * Spawns a command as its box wants it: no shell, the listed environment, nothing to read, a group of its own (measured:
 * execa's own timeout leaves a grandchild that holds stdout, 6.0 s instead of 0.5). Never throws.
 */
export function spawnBoxed({ argv, cwd, env, launcher, output }: Boxed): Child | NotStarted {
  const [program = "", ...args] = argv;
  const talk = launcher === undefined ? [] : (["pipe", "pipe"] as const);
  const pipes = output === undefined ? null : openOutputPipes(output);
  const [out, err] = pipes?.given ?? (["pipe", "pipe"] as const);
  const child = execa(program, args, {
    cwd,
    env,
    extendEnv: false,
    // A process group of its own. (With `detached` the group would also outlive us: execa then ends nothing at our exit.)
    killDescendants: true,
    cleanup: true,
    // Any descriptor will do; execa's types name the first ones.
    stdio: ["ignore", out as "pipe", err as "pipe", ...talk],
    // Not buffered by execa: it escapes a failed command's whole output into a message (measured: 10 s for 40 MB).
    buffer: false,
    reject: false,
  });
  if (pipes !== null) closeGiven(pipes.given);
  const { pid, nodeChildProcess } = child;
  if (pid === undefined) {
    pipes?.stdout.destroy();
    pipes?.stderr.destroy();
    const why = child.then((result) => ({
      code: "code" in result ? String(result.code ?? "") : "",
      message: "shortMessage" in result ? String(result.shortMessage ?? "") : "",
    }));
    return { kind: "not started", why };
  }
  const [, stdout, stderr, given, report] = nodeChildProcess.stdio;
  return {
    kind: "started",
    pid,
    process: nodeChildProcess,
    stdout: pipes?.stdout ?? (stdout as Readable),
    stderr: pipes?.stderr ?? (stderr as Readable),
    report:
      launcher === undefined
        ? Promise.resolve("")
        : talkTo(launcher.given, given as Writable, report as Readable),
  };
}

/** A launcher that ends before it has read everything breaks the pipe: its report, or the lack of one, says so. */
async function talkTo(given: string, to: Writable, from: Readable): Promise<string> {
  to.on("error", () => undefined);
  to.end(given);
  return text(from).catch(() => "");
}
