import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Member } from "./box.ts";
import { herePlace, KILL_PATIENCE_MS, type Place, pidStartOf, type Stop } from "./process-group.ts";

/** What became of a command whose instance is gone. `elsewhere`: nothing on this machine says whether it still runs. */
export type OrphanEnd =
  | { kind: "gone" }
  | { kind: "ended"; killed: boolean }
  | { kind: "stuck"; pgid: number }
  | { kind: "elsewhere"; host: string };

/** What was recorded of it; only host and boot when the instance died before it could say which process. */
export type LostPlace = Pick<Place, "host" | "bootId"> & Partial<Place>;

const POLL_MS = 100;

/**
 * Ends what an instance that died has left running of one change: asked to stop, then its whole group killed. Only what
 * is certainly ours: the recorded process with the recorded start, and whatever has a home below `home`, which only the
 * commands of this change are given, or is found by `findLeft` (the box's). `kill` cuts the time it is asked in short. On another machine, boot or set of processes nothing is touched.
 */
export async function endOrphan(
  place: LostPlace,
  home: string,
  stop: Stop,
  kill: AbortSignal = new AbortController().signal,
  findLeft: () => Promise<Member[]> = async () => [],
): Promise<OrphanEnd> {
  const here = await herePlace();
  // Without /proc nothing proves whose a process is.
  if (here.bootId === "" || here.bootId !== place.bootId || here.host !== place.host) {
    return { kind: "elsewhere", host: place.host };
  }
  const { pgid = 0, pidStart = "" } = place;
  const find = async (): Promise<Member[]> => {
    const all = [...(await findMembers(home)), ...(await findLeft())];
    const isLeader = pgid > 0 && pidStart !== "" && (await pidStartOf(pgid)) === pidStart;
    return isLeader && !all.some(({ pid }) => pid === pgid) ? [...all, { pid: pgid, group: pgid }] : all;
  };
  const left = await find();
  if (left.length === 0) return { kind: "gone" };
  for (const { pid, group } of left) {
    if (stop.to === "group") send(-group, stop.signal);
    else if (pid === group) send(pid, stop.signal);
  }
  if (await isGone(find, stop.graceMs, kill)) return { kind: "ended", killed: false };
  for (const { group } of await find()) send(-group, "SIGKILL");
  if (await isGone(find, KILL_PATIENCE_MS)) return { kind: "ended", killed: true };
  return { kind: "stuck", pgid: (await find())[0]?.group ?? pgid };
}

/** Every process of ours on this machine whose home lies there: no flag or directory of another program looks like it. */
async function findMembers(home: string): Promise<Member[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => memberOf(pid, home)));
  return found.filter((one) => one !== null);
}

async function memberOf(pid: string, home: string): Promise<Member | null> {
  // Another user's process cannot be read, and is none of ours.
  const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  const own = environment.split("\0").find((entry) => entry.startsWith("HOME="));
  if (own === undefined || !`${own}/`.startsWith(`HOME=${home}/`)) return null;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === undefined || group === undefined || state.startsWith("Z")) return null;
  // A group of 0 or 1 is nobody's child: a signal to it would go to everybody.
  return Number(group) > 1 ? { pid: Number(pid), group: Number(group) } : null;
}

async function isGone(
  find: () => Promise<Member[]>,
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
