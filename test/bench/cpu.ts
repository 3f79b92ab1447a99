import { readdir, readFile } from "node:fs/promises";

/** CPU in ms so far: of this process, of the commands it spawned that have ended, of the database. Null where there is no /proc. */
export type Cpu = { bot: number; children: number | null; database: number | null };

/** The kernel's clock, which /proc counts in. */
const MS_A_TICK = 10;

/** Reads it; `postmaster` is the database's first process. */
export async function readCpu(postmaster: number): Promise<Cpu> {
  const { user, system } = process.cpuUsage();
  const own = await statOf(process.pid);
  return {
    bot: (user + system) / 1_000,
    children: own === null ? null : own.endedChildren * MS_A_TICK,
    database: own === null ? null : await databaseMs(postmaster),
  };
}

/** Its processes, and those of them that have ended. */
async function databaseMs(postmaster: number): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = await Promise.all(pids.map(statOf));
  const ours = all.filter((one) => one !== null && (one.pid === postmaster || one.parent === postmaster));
  const ticks = ours.reduce((sum, one) => sum + (one?.own ?? 0) + (one?.endedChildren ?? 0), 0);
  return ticks * MS_A_TICK;
}

async function statOf(
  pid: number,
): Promise<{ pid: number; parent: number; own: number; endedChildren: number } | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  // The second field is the program's name and may hold blanks and brackets.
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [, parent = 0] = fields;
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { pid, parent, own: user + system, endedChildren: endedUser + endedSystem };
}
