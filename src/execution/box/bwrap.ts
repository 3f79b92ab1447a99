import { mkdir, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { EnvironmentError } from "#execution/environment-error.ts";
import { askedInBox, listProcesses } from "#execution/process/processes.ts";
import { besideState, copyState } from "#execution/workspace/local-state.ts";
import { changeDirOf } from "#execution/workspace/scratch.ts";
import type { Box, Boxed, Call, Launcher, ProgramEnd, View } from "./box.ts";
import { mountArgs, type ShownState } from "./mounts.ts";
import { hiddenBelow, isThere, type SystemPlaces } from "./places.ts";

/** `bwrap` is the program's absolute path; `hidden` are Greenlight's own places; `required` must be there for a command to run. */
export type BwrapOptions = {
  bwrap: string;
  dataDir: string;
  hidden: readonly string[];
  required: readonly string[];
  system: SystemPlaces;
};

/**
 * Namespaces of its own for all but the network, no capability, and no further namespaces: with capabilities root's box
 * could mount the host's /usr writable (seen). Not --die-with-parent, because the box goes on when Greenlight dies, so that
 * terraform can store its state; not --new-session, because KILL must reach it by its group; not --as-pid-1, because a
 * program without a handler would not end by TERM.
 */
const WALLS = [
  "--unshare-user --disable-userns --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try",
  "--hostname box --cap-drop ALL",
].flatMap((line) => line.split(" "));

/** The means `bwrap`: bubblewrap, a Debian package. The network stays the machine's. */
export function createBwrap(options: BwrapOptions): Box {
  return {
    means: "bwrap",
    wrap: (call) => wrap(options, call),
    findLeft: async () => [],
  };
}

async function wrap(options: BwrapOptions, call: Call): Promise<Boxed> {
  const { bwrap, system, hidden } = options;
  for (const path of options.required) {
    if (!(await isThere(path))) {
      throw new EnvironmentError(
        `The policy lists ${path} under box.read_only, and it is not there. Put it there, or take it out of the policy.`,
      );
    }
  }
  const { view } = call;
  const [program = ""] = call.argv;
  const names = await writeNames(options, call);
  const readOnly = [...view.readOnly, ...options.required];
  const mounts = mountArgs({ ...view, readOnly }, await shownState(options, view), {
    system,
    // At each command, because a link may lead elsewhere by now, as `current` does after a deployment.
    hidden: await hiddenBelow(hidden, [...system.shown, ...readOnly]),
    ...names,
  });
  const given = [...WALLS, ...mounts, "--chdir", call.cwd];
  return {
    argv: [bwrap, "--args", "3", "--json-status-fd", "4", "--", ...call.argv],
    cwd: "/",
    // bwrap gets the listed environment itself, because the box shows its environment as that of process 1.
    env: "TMPDIR" in call.env ? { ...call.env, TMPDIR: "/tmp" } : call.env,
    launcher: {
      given: given.map((word) => `${word}\0`).join(""),
      endOf,
      whyNotBegun: (_, said) => whyNotBegun(program, said),
    },
    asked: async (leader, to) => {
      const members = (await listProcesses()).filter(({ group }) => group === leader);
      return askedInBox(members, to) ?? [];
    },
  };
}

/** The state with what there is beside it, or copies of them. None is there for a command that needs none: nothing is shown then. */
async function shownState(
  { dataDir }: BwrapOptions,
  { stateFile: file, onlyReadsState = false, changeId }: View,
): Promise<ShownState | null> {
  if (file === null || !(await isThere(file))) return null;
  const paths = Object.values(besideState(file));
  const there = await Promise.all(paths.map(isThere));
  const beside = paths.filter((_, index) => there[index]);
  if (!onlyReadsState) return { file, beside, from: null };
  try {
    const from = await copyState([file, ...beside], changeDirOf(dataDir, changeId).root);
    return { file, beside, from };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EnvironmentError(
      `The state in ${file} could not be copied for a command that only reads it: ${why}`,
    );
  }
}

/** Who the user is: ssh and others refuse a user without a name, and ssh looks for its files in that user's home. */
async function writeNames(
  { dataDir }: BwrapOptions,
  { view, env }: Call,
): Promise<{ passwd: string; group: string }> {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  // Beside the change's own directories, where no command can put a link in its place.
  const into = join(changeDirOf(dataDir, view.changeId).root, "names");
  const home = env["HOME"] ?? "/";
  const passwd = join(into, `passwd-${Buffer.from(home).toString("base64url").slice(-40)}`);
  const group = join(into, "group");
  await mkdir(into, { recursive: true, mode: 0o700 });
  await writeFile(passwd, `greenlight:x:${uid}:${gid}::${home}:/bin/sh\n`);
  await writeFile(group, `greenlight:x:${gid}:\n`);
  return { passwd, group };
}

const Told = z.looseObject({ "exit-code": z.int().optional() });

/** A line with the exit code is there exactly when the program was begun and ended: bwrap's own failure is an exit code of 1 too. */
const endOf: Launcher["endOf"] = (report, own): ProgramEnd | null => {
  const codes = report.split("\n").flatMap((line) => {
    const told = Told.safeParse(parsed(line));
    return told.success && told.data["exit-code"] !== undefined ? [told.data["exit-code"]] : [];
  });
  const [exitCode] = codes;
  // Killed itself it can tell nothing, and the program may have run.
  if (exitCode === undefined) return own.signal === null ? null : own;
  return { exitCode, signal: exitCode > FIRST_SIGNAL ? signalOf(exitCode - FIRST_SIGNAL) : null };
};

/** A program that a signal ended is told as 128 and the signal's number. */
const FIRST_SIGNAL = 128;

function signalOf(number: number): string | null {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;
}

function whyNotBegun(program: string, said: string): string {
  const line = said.split("\n").findLast((one) => one.startsWith("bwrap: ")) ?? "bwrap gave no reason";
  const reason = line.replace(/^bwrap: /, "").trim();
  if (/^execvp .*No such file/.test(reason)) {
    return `${program} is not to be seen in the box, or what it needs is not: it is not installed, or not in the PATH, or lies where commands see nothing. The policy names further places under box.read_only.`;
  }
  if (/^execvp .*Permission denied/.test(reason))
    return `${program} is there, but Greenlight's user may not run it.`;
  if (/^execvp .*Argument list too long/.test(reason))
    return "The command, with its environment, is longer than this system takes.";
  if (/^Can't chdir/.test(reason))
    return "The directory the command should run in is not there, or cannot be entered.";
  return `The command was not started, because its box could not be made (bwrap: ${reason}).`;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
