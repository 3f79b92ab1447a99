import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, readFile, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { State } from "./state.ts";

const LOCK_POLL_MS = 4;
/** A lock is held for a few milliseconds; one this old belongs to a process that was killed. */
const LOCK_STALE_MS = 5_000;

/** A command may write beside the file: a link or a pipe in its place would have the server read another one, or wait. */
const AS_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Reads the cluster as it is at this moment; throws with the file's name when it is missing or no JSON. */
export async function readState(file: string): Promise<State> {
  const state = await readText(file);
  const now = Date.now();
  const isLate = state.deployments.some(({ takenBack }) => takenBack !== undefined && takenBack.at <= now);
  // Loaded when there is something to do: a call takes as long as the files it reads.
  if (isLate) (await import("#playground/cluster/stories/catch-up.ts")).catchUp(state, now);
  return state;
}

async function readText(file: string): Promise<State> {
  try {
    return JSON.parse(await readFile(file, { encoding: "utf8", flag: AS_FILE })) as State;
  } catch (cause) {
    throw new Error(
      `The playground's cluster file ${file} cannot be read; start Greenlight again to make a new one.`,
      { cause },
    );
  }
}

/** Reads, lets `change` work on the state and writes it back, one process at a time. A throw leaves the file as it was. */
export async function changeState<T>(file: string, change: (state: State) => T): Promise<T> {
  const release = await lock(`${file}.lock`);
  try {
    const state = await readState(file);
    const result = change(state);
    await writeState(file, state);
    return result;
  } finally {
    await release();
  }
}

/** Writes the state where there is none yet; of several processes at the same time the first one's stays. */
export async function createState(file: string, state: State): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(state));
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(draft, { force: true });
}

async function writeState(file: string, state: State): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(state));
  await rename(draft, file);
}

async function lock(path: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      return () => unlink(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (await isStale(path)) await breakLock(path);
    await wait(LOCK_POLL_MS);
  }
}

async function isStale(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > LOCK_STALE_MS;
}

/** Only one process may take a dead one's lock away, and it looks again first: else a fresh lock could go with it. */
async function breakLock(path: string): Promise<void> {
  const breaker = `${path}.break`;
  try {
    await writeFile(breaker, "", { flag: "wx" });
  } catch {
    if (await isStale(breaker)) await rm(breaker, { force: true });
    return;
  }
  if (await isStale(path)) await rm(path, { force: true });
  await rm(breaker, { force: true });
}
