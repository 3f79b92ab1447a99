import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { LostProcess } from "#change/journal.ts";
import type { ChangeDir } from "#execution/workspace/scratch.ts";
import { drainLeftPipes } from "./output-pipe.ts";
import { KILL_PATIENCE_MS, pidStartOf, type Stop, thisMachine } from "./process-group.ts";
import { askedInBox, listProcesses, type Process, readProcess } from "./processes.ts";

/** What became of a command whose instance is gone. `elsewhere`: nothing on this machine says whether it still runs. */
export type OrphanEnd =
  | { kind: "gone" }
  | { kind: "ended"; killed: boolean }
  | { kind: "stuck"; pgid: number }
  | { kind: "elsewhere"; host: string };

const POLL_MS = 100;

/** The same, for the commands of one change in its own directories: what they print is read while they are ended. */
export async function endOrphansOf(
  dir: Pick<ChangeDir, "home" | "output">,
  ...[child, ...more]: OrphanArguments
): Promise<OrphanEnd> {
  const over = await drainLeftPipes(dir.output);
  try {
    return await endOrphan(child, dir.home, ...more);
  } finally {
    await over();
  }
}

type OrphanArguments = [
  child: LostProcess,
  stop: Stop,
  kill: AbortSignal,
  findLeft: () => Promise<Process[]>,
];

/**
 * Ends what an instance that died has left running of one change: asked to stop, then its whole group killed. Only what
 * is certainly ours: the recorded process with the recorded start, and whatever has a home below `home`, which only the
 * commands of this change are given, or is found by `findLeft` (the box's). `kill` cuts the time it is asked in short. On another machine, boot or set of processes nothing is touched.
 */
export async function endOrphan(
  child: LostProcess,
  home: string,
  stop: Stop,
  kill: AbortSignal = new AbortController().signal,
  findLeft: () => Promise<Process[]> = async () => [],
): Promise<OrphanEnd> {
  const here = await thisMachine();
  // Without /proc nothing proves whose a process is.
  if (here.bootId === "" || here.bootId !== child.bootId || here.host !== child.host) {
    return { kind: "elsewhere", host: child.host };
  }
  const { pgid = 0, pidStart = "" } = child;
  const find = async (): Promise<Process[]> => {
    const all = [...(await findMembers(home)), ...(await findLeft())];
    const isLeader = pgid > 0 && pidStart !== "" && (await pidStartOf(pgid)) === pidStart;
    const leader = isLeader && !all.some(({ pid }) => pid === pgid) ? await readProcess(pgid) : null;
    return leader === null ? all : [...all, leader];
  };
  const left = await find();
  if (left.length === 0) return { kind: "gone" };
  for (const group of new Set(left.map((one) => one.group))) {
    const members = left.filter((one) => one.group === group);
    for (const pid of askedOf(group, members, stop.to)) send(pid, stop.signal);
  }
  if (await isGone(find, stop.graceMs, kill)) return { kind: "ended", killed: false };
  for (const { group } of await find()) send(-group, "SIGKILL");
  if (await isGone(find, KILL_PATIENCE_MS)) return { kind: "ended", killed: true };
  return { kind: "stuck", pgid: (await find())[0]?.group ?? pgid };
}

/**
 * Kills what an earlier command of a change left running where its box could not end it: an approved step must not run beside
 * what nobody approved. Says whether all of it is gone.
 */
export async function killLeft(findLeft: () => Promise<Process[]>): Promise<boolean> {
  const until = performance.now() + KILL_PATIENCE_MS;
  for (;;) {
    const left = await findLeft();
    if (left.length === 0) return true;
    if (performance.now() > until) return false;
    for (const { pid } of left) send(pid, "SIGKILL");
    await pause(POLL_MS);
  }
}

/** In a box the program, and without one the leader of the group, or all of it. */
function askedOf(group: number, members: readonly Process[], to: Stop["to"]): number[] {
  const boxed = askedInBox(members, to);
  if (boxed !== null) return boxed;
  if (to === "group") return [-group];
  return members.some(({ pid }) => pid === group) ? [group] : [];
}

/** Every process of ours on this machine whose home lies there: no flag or directory of another program looks like it. */
async function findMembers(home: string): Promise<Process[]> {
  const all = await listProcesses();
  // A group of 0 or 1 is nobody's child: a signal to it would go to everybody.
  const found = await Promise.all(
    all.filter(({ group }) => group > 1).map(async (one) => ((await livesIn(one.pid, home)) ? [one] : [])),
  );
  return found.flat();
}

async function livesIn(pid: number, home: string): Promise<boolean> {
  // Another user's process cannot be read, and is none of ours.
  const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  const own = environment.split("\0").find((entry) => entry.startsWith("HOME="));
  return own !== undefined && `${own}/`.startsWith(`HOME=${home}/`);
}

async function isGone(
  find: () => Promise<Process[]>,
  ms: number,
  hurry: AbortSignal | null = null,
): Promise<boolean> {
  const until = performance.now() + ms;
  for (;;) {
    if ((await find()).length === 0) return true;
    if (performance.now() > until || hurry?.aborted === true) return false;
    await pause(POLL_MS);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it is gone, which is what was wanted.
  }
}
