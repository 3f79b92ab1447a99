import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isRunning, startOf } from "./process.ts";

/** How often a lock that changes hands under us is tried before giving up. */
const TRIES = 5;

const Holder = z.object({ pid: z.int().positive(), start: z.string().nullable() });
type Holder = z.infer<typeof Holder>;

/**
 * Takes the data directory for this process; the answer gives it back. A holder that is no longer there (killed, or its
 * pid now belongs to another process) loses it. Throws one sentence for people when the holder is alive.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, "lock");
  const mine = JSON.stringify({ pid: process.pid, start: await startOf(process.pid) } satisfies Holder);
  for (let tries = 0; tries < TRIES; tries++) {
    if (await place(path, mine)) return () => release(path, mine);
    const found = await readOrNull(path);
    if (found === null) continue;
    const holder = parseHolder(found);
    if (holder !== null && (await isHolding(holder))) {
      throw new Error(
        `Another Greenlight (process ${holder.pid}) is using ${directory}. Stop it, or give this one a directory of its own with GREENLIGHT_DATA. If process ${holder.pid} is something else, delete ${path}.`,
      );
    }
    await discard(path, found);
  }
  throw new Error(`The lock ${path} keeps changing hands: is something starting Greenlight in a loop?`);
}

/** Puts the lock there with its content in one step; false when there is one already. */
async function place(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, content, { mode: 0o644, flag: "wx" });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function isHolding(holder: Holder): Promise<boolean> {
  if (!(await isRunning(holder.pid))) return false;
  const start = await startOf(holder.pid);
  return start === null || holder.start === null || start === holder.start;
}

/** Removes a dead holder's lock, unless somebody else has replaced it in the meantime: then it goes back. */
async function discard(path: string, dead: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if ((await readOrNull(aside)) !== dead) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, mine: string): Promise<void> {
  if ((await readOrNull(path)) === mine) await rm(path, { force: true });
}

function parseHolder(text: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    // Not a lock of ours (an empty file after a power cut, say): nobody holds it.
    return null;
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
