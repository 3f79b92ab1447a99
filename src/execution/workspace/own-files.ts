import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { EnvironmentError } from "#execution/environment-error.ts";
import { readLocated } from "./snapshot-read.ts";

/*
 * Greenlight reads and writes in directories that a command it does not trust has written in: what a box keeps from the
 * command, Greenlight would fetch for it through a link that the command left there. So no link is followed below `base`,
 * which is a directory of Greenlight's own that no command can exchange.
 */

/** A saved plan or a state of a large root has some tens of MB. */
const ROOM_BYTES = 256 * 1_024 * 1_024;

/** The bytes of a plain file; null when there is none. Throws EnvironmentError where a link, or anything else, lies in its place. */
export async function readOwn(base: string, path: string): Promise<Buffer | null> {
  const file = join(await ownDirectory(base, dirname(path)), basename(path));
  const found = await lstat(file).catch(() => null);
  if (found === null) return null;
  const read = await readLocated({ real: file, kind: "file" }, ROOM_BYTES);
  if (!read.ok) throw new EnvironmentError(`${path} ${read.reason}. ${WHAT_TO_DO}`);
  return read.bytes;
}

/** Puts a file there, in place of whatever lies there, in one step: nobody reads half of one. Its directory is made. */
export async function writeOwn(
  base: string,
  path: string,
  bytes: Uint8Array | string,
  mode: number,
): Promise<void> {
  const directory = await makeOwn(base, dirname(path));
  const draft = join(directory, `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  const handle = await open(draft, "wx", mode);
  try {
    // Between the look and the opening a command could have put a link in a directory's place: then nothing is written.
    await assertThere(draft, await handle.stat());
    await handle.writeFile(bytes);
    await handle.chmod(mode);
    await rename(draft, join(directory, basename(path)));
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
}

/** Makes a directory and those above it up to `base`; returns where it is. Throws EnvironmentError where a link lies in one's place. */
export async function makeOwn(base: string, path: string): Promise<string> {
  let directory = await realpath(base);
  for (const name of path.split(sep).filter((one) => one !== "" && one !== ".")) {
    directory = join(directory, name);
    await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    if (!(await lstat(directory)).isDirectory()) throw new EnvironmentError(linked(directory));
  }
  return directory;
}

/** What lies there, a link being itself; null when nothing does. Throws EnvironmentError where a link lies in a directory's place. */
export async function lstatOwn(base: string, path: string): Promise<Stats | null> {
  const file = join(await ownDirectory(base, dirname(path)), basename(path));
  return await lstat(file).catch(() => null);
}

/** Whether something of that name lies there, whatever it is. */
export async function isOwnThere(base: string, path: string): Promise<boolean> {
  return (await lstatOwn(base, path)) !== null;
}

/** Takes a file away; a link is taken away itself. */
export async function removeOwn(base: string, path: string): Promise<void> {
  await rm(join(await ownDirectory(base, dirname(path)), basename(path)), { force: true });
}

/** Where a directory below `base` really is; one that is missing stays so. */
async function ownDirectory(base: string, path: string): Promise<string> {
  const expected = join(await realpath(base), path);
  const real = await realpath(expected).catch(() => expected);
  if (relative(expected, real) !== "") throw new EnvironmentError(linked(expected));
  return expected;
}

async function assertThere(file: string, opened: { dev: number; ino: number }): Promise<void> {
  const real = await realpath(file);
  const found = await stat(real);
  if (real !== file || found.dev !== opened.dev || found.ino !== opened.ino)
    throw new EnvironmentError(linked(file));
}

function linked(path: string): string {
  return `${path} is not where Greenlight put it: a command of this change has put a link in its place. ${WHAT_TO_DO}`;
}

const WHAT_TO_DO =
  "Look at what the Terraform providers and login plugins of this change do before you ask again.";
