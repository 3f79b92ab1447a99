import type { OutputPipes } from "#execution/process/output-pipe.ts";
import type { Stop } from "#execution/process/process-group.ts";
import type { Process } from "#execution/process/processes.ts";

/**
 * What one command may see of this machine beside the system's programs and libraries. All paths are absolute and stand in
 * the box where they stand outside, because terraform writes paths into its plans.
 */
export type View = {
  changeId: string;
  /** Directories that the command reads and writes: the change's own. */
  readWrite: readonly string[];
  /** Files and directories that it reads. Of what lies beside them it sees nothing. */
  readOnly: readonly string[];
  /** The state of a terraform root without a backend. It is written in place, and nothing else of its directory is seen. */
  stateFile: string | null;
  /** Of the state it gets a copy, because it only reads: nobody approved what its providers would write there. */
  onlyReadsState?: boolean;
};

/** A command as it is meant: what runs where, with which environment, and what it may see. */
export type Call = {
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  view: View;
};

/** A command as it is spawned. */
export type Boxed = {
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Named pipes that it prints into, which outlive Greenlight; left out: its output ends with Greenlight, and so may it. */
  output?: OutputPipes;
  /** What a means puts before the program; left out: the program is spawned itself. */
  launcher?: Launcher;
  /**
   * Whom a polite signal is for: `process` is the program alone, `group` whatever the command started. Pids as
   * `process.kill` takes them; none: the program is not there yet, and is asked for again. Left out: the spawned process,
   * or its group. KILL is never asked for here: it goes to the group of the spawned process.
   */
  asked?: (leader: number, to: Stop["to"]) => Promise<number[]>;
};

/** How the launcher is told what to run, and how it tells what came of it. */
export type Launcher = {
  /** Read by the launcher from descriptor 3, so that no list of processes shows it. */
  given: string;
  /** What the launcher wrote to descriptor 4, with its own end: the end of the program; null: the program never began. */
  endOf: (report: string, own: ProgramEnd) => ProgramEnd | null;
  /** Why a program never began, in a sentence for people, from the report and from what was printed to stderr last. */
  whyNotBegun: (report: string, said: string) => string;
};

/** How a program ended. */
export type ProgramEnd = { exitCode: number | null; signal: string | null };

export type Means = "bwrap" | "user" | "landlock" | "none";

/**
 * A means of keeping commands from what is not theirs (docs/architecture.md, invariant 13). Every child of Greenlight that a plan, a
 * look or a preview wants goes through `wrap`; there is no other way to spawn one.
 *
 * A further means is a file of its own (landlock.ts is one) that exports a function which makes a Box:
 * - `wrap` gets ready what the command needs (makes directories, gives them to another user) and says what is spawned in its
 *   place. An EnvironmentError with one sentence for people refuses the command; nothing was spawned then. Whatever takes
 *   time belongs here: between `wrap` and the spawn nothing is awaited, so that an instance that lost its change spawns
 *   nothing.
 * - what it spawns leads a process group of its own, and KILL of that group must end all of it.
 * - `Boxed.asked` says who gets INT and TERM, where that is not the spawned process.
 * - `findLeft` finds what a crash left running of a change, where the HOME in its environment (orphan.ts) cannot be read.
 * - `Launcher.endOf` must tell a program that never began from one that ended: kubectl diff's exit code 1 means differences.
 * - it is added to the list in open-box.ts, which has it tried at the start by a program that attacks it (probe.ts).
 */
export type Box = {
  means: Means;
  wrap: (call: Call) => Promise<Boxed>;
  findLeft: (changeId: string) => Promise<Process[]>;
};

/** Without a box: the command is spawned as it is, and sees what Greenlight's user sees. */
export const noBox: Box = {
  means: "none",
  wrap: async ({ argv, cwd, env }) => ({ argv, cwd, env }),
  findLeft: async () => [],
};
