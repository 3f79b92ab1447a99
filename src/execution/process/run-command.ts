import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { ChildProcess, StepEnd } from "#change/journal.ts";
import { RunStoppedError } from "#change/run-signals.ts";
import type { Boxed } from "#execution/box/box.ts";
import { removeOutputPipes } from "./output-pipe.ts";
import { childProcessOf, type End, type Stop, startWatch, type Watch } from "./process-group.ts";
import { type NotStarted, spawnBoxed } from "./spawn.ts";
import { type RawLine, splitLines } from "./split-lines.ts";

/** A command as its box spawns it, with a deadline, and how it is asked to stop. `kill` leaves it no time. */
export type Spawn = {
  boxed: Boxed;
  deadlineMs: number;
  stop: Stop;
  signal: AbortSignal;
  kill?: AbortSignal;
  /** Whether the policy knows that it changes nothing, for what is said of one that we ended. */
  onlyReads?: boolean;
  onStarted: (child: ChildProcess) => Promise<void>;
  onLine: (stream: "out" | "err", line: RawLine) => void;
};

/** Said of a command that changes nothing and was cut off. */
export const CHANGED_NOTHING = "It only reads, so nothing was changed by it.";

/** How long the output of a command that ended may still take: whoever holds its pipes then is not waited for. */
const DRAIN_MS = 1_000;

/**
 * Runs one command to its end in a process group of its own. At the deadline or on abort it is asked to stop, then its
 * whole group is killed.
 * A command ended by us is `unknown`, whatever it answers: it may have taken effect. One that cannot be started is
 * `failed`. Nothing is thrown, but what `onStarted` throws.
 */
export async function runCommand(spawn: Spawn): Promise<StepEnd> {
  const { output } = spawn.boxed;
  try {
    return await run(spawn);
  } finally {
    if (output !== undefined) await removeOutputPipes(output);
  }
}

async function run(spawn: Spawn): Promise<StepEnd> {
  const { boxed } = spawn;
  if (boxed.argv.some((word) => word.includes("\0"))) {
    return failed("The command holds a NUL character, which no program can be given.");
  }
  const child = spawnBoxed(boxed);
  if (child.kind === "not started") return failed(await whyNotStarted(child, boxed));
  const { pid } = child;
  const watch = startWatch(child.process, pid, { ...spawn, asked: boxed.asked });
  let lastError = "";
  const printed = Promise.all([
    splitLines(child.stdout, (line) => spawn.onLine("out", line)),
    splitLines(child.stderr, (line) => {
      lastError = line.text;
      spawn.onLine("err", line);
    }),
  ]);
  // The child runs already: a database that cannot take the record now must not leave it unwatched.
  const recorded = childProcessOf(pid).then(spawn.onStarted);
  recorded.catch(() => undefined);
  const own = await watch.ended;
  if (boxed.launcher !== undefined) watch.killRest();
  await drain(printed, watch, [child.stdout, child.stderr]);
  await recorded;
  const end = await endOf(own, boxed, child.report);
  return end === null
    ? failed(boxed.launcher?.whyNotBegun(await child.report, lastError) ?? "")
    : toEnded(end, spawn);
}

/** The end of the program, where a launcher stood before it; null: it never began. What we ended may not be told any more. */
export async function endOf(own: End, { launcher }: Boxed, report: Promise<string>): Promise<End | null> {
  if (launcher === undefined || own.why !== null) return own;
  const end = launcher.endOf(await report, own);
  return end === null ? null : { ...own, ...end };
}

/** Reads what is left in the pipes. A grandchild that holds them is killed with the group; one that left the group is left behind. */
export async function drain(
  printed: Promise<unknown>,
  watch: Watch,
  pipes: readonly Readable[],
): Promise<void> {
  if (await isOver(printed)) return watch.killRest();
  watch.killRest();
  if (await isOver(printed)) return;
  for (const pipe of pipes) pipe.destroy();
  await printed;
}

async function isOver(printed: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DRAIN_MS);
  });
  const over = await Promise.race([printed.then(() => true), late]);
  clearTimeout(timer);
  return over;
}

function toEnded(end: End, spawn: Spawn): StepEnd {
  const { exitCode, signal, why } = end;
  if (why !== null) {
    const reason =
      why === "deadline" ? `after its deadline of ${spawn.deadlineMs / 1_000} s` : becauseOf(spawn);
    const late = why === "deadline" ? ({ isLate: true } as const) : {};
    const error = `It was ended ${reason}${afterwards(end, spawn)}`;
    return { outcome: "unknown", exitCode, signal, error, ...late };
  }
  if (exitCode === 0) return { outcome: "done", exitCode, signal: null, error: null };
  const how = signal === null ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
  return { outcome: "failed", exitCode, signal, error: `The command ${how}.` };
}

function becauseOf({ signal, kill }: Spawn): string {
  const reason: unknown = kill?.aborted === true ? kill.reason : signal.reason;
  return reason instanceof RunStoppedError ? reason.because : "from outside";
}

function afterwards({ killed }: End, { stop, kill, onlyReads = false }: Spawn): string {
  const unseen = onlyReads
    ? CHANGED_NOTHING
    : "What it had changed by then stands, and nobody saw how much that is.";
  if (killed === "gone too late") {
    return `. It could not even be killed: look for it on this machine before anything else. ${unseen}`;
  }
  if (killed === "yes" && kill?.aborted === true) return `, without time to put anything away. ${unseen}`;
  if (stop.to === "group") return `. ${unseen}`;
  return killed === "no"
    ? `, and stopped by itself when it was asked to, so it had time to store its state. ${unseen}`
    : `, did not stop in the ${stop.graceMs / 1_000} s it was given to store its state, and was killed. ${unseen}`;
}

/** In one sentence, with what to do. */
async function whyNotStarted({ why }: NotStarted, { argv: [program = ""], cwd }: Boxed): Promise<string> {
  const { code, message } = await why;
  if (code === "E2BIG") return "The command, with its environment, is longer than this system takes.";
  const isDirectory = await stat(cwd).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) return "The directory the command should run in is not there, or cannot be entered.";
  if (code === "ENOENT") return `${program} is not installed where Greenlight runs, or not in its PATH.`;
  if (code === "EACCES") return `${program} is there, but Greenlight's user may not run it.`;
  return `The command could not be started (${code || message || "no reason given"}).`;
}

function failed(error: string): StepEnd {
  return { outcome: "failed", exitCode: null, signal: null, error };
}
