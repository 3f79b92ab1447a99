import { constants, type Stats } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** A file or directory of the workspace: where it really is, links followed. */
export type Place = { real: string; kind: "file" | "directory" };

type Located = { ok: true; place: Place } | { ok: false; reason: string; own: boolean };
type Bytes =
  | { ok: true; bytes: Buffer; executable: boolean }
  | { ok: false; reason: string; tooLarge: boolean };

/** Never part of a snapshot: git's store, terraform's data and states (they change as it runs), Greenlight's own data. */
const LEFT_OUT = /^(\.git|\.terraform|\.greenlight|\.?terraform\.tfstate(\..*)?|errored\.tfstate)$/i;

const CHUNK_BYTES = 65_536;

/** A FIFO put in a file's place must not hold us. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Whether a file or directory of this name is left out wherever it lies. */
export function isLeftOut(name: string): boolean {
  return LEFT_OUT.test(name);
}

/** Finds a path below `root` with every link followed; refuses what leaves it. `own`: it is one of our own directories. */
export async function locate(root: string, path: string, own: readonly string[]): Promise<Located> {
  const shown = path === "" ? "The workspace" : path;
  const no = (reason: string, isOwn = false): Located => ({
    ok: false,
    reason: `${shown} ${reason}`,
    own: isOwn,
  });
  try {
    const real = await realpath(join(root, path));
    const inside = path === "" ? "" : relative(root, real);
    if (inside === ".." || inside.startsWith(`..${sep}`)) return no("is a link that leaves the workspace");
    if (path !== "" && (await isOurs(root, real, own))) return no("is Greenlight's own data", true);
    // Of where it really is: a link's name says nothing about what it leads to.
    if (inside.split(sep).some(isLeftOut))
      return no("is, or leads to, what belongs to git, terraform or Greenlight");
    const kind = kindOf(await stat(real));
    return kind === null ? no("is neither a file nor a directory") : { ok: true, place: { real, kind } };
  } catch (error) {
    return no(whyNot(error));
  }
}

/**
 * Reads a located file, `room` bytes at most. Somebody may exchange it, or a directory above it, between the look and
 * the opening: so what was opened must still be what the path leads to.
 */
export async function readPlace(place: Place, path: string, room: number): Promise<Bytes> {
  const no = (reason: string): Bytes => ({ ok: false, reason: `${path} ${reason}`, tooLarge: false });
  let handle: FileHandle | undefined;
  try {
    handle = await open(place.real, FLAGS);
    const opened = await handle.stat();
    if (!opened.isFile()) return no("is not a plain file");
    const now = await realpath(place.real);
    if (now !== place.real || !isSame(opened, await stat(now))) {
      return no("was exchanged while it was read");
    }
    const bytes = await readAtMost(handle, opened.size, room);
    if (bytes === null) return { ok: false, reason: `${path} is too large`, tooLarge: true };
    return { ok: true, bytes, executable: (opened.mode & 0o100) !== 0 };
  } catch (error) {
    return no(whyNot(error));
  } finally {
    await handle?.close();
  }
}

/** A workspace that lies inside our own directory, as the sample does, is meant to be read. */
async function isOurs(root: string, real: string, own: readonly string[]): Promise<boolean> {
  for (const directory of own) {
    const ours = await realpath(directory).catch(() => directory);
    if (root.startsWith(`${ours}${sep}`)) continue;
    if (real === ours || real.startsWith(`${ours}${sep}`)) return true;
  }
  return false;
}

/** Null when there is more. A file may grow while it is read, so its size is a guess and no promise. */
async function readAtMost(handle: FileHandle, guess: number, room: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  for (let size = 0, want = guess + 1; ; want = CHUNK_BYTES) {
    const chunk = Buffer.allocUnsafe(Math.min(want, room - size + 1));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, size);
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, bytesRead));
    size += bytesRead;
    if (size > room) return null;
  }
}

function kindOf(found: Stats): Place["kind"] | null {
  if (found.isFile()) return "file";
  return found.isDirectory() ? "directory" : null;
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return "is not there";
  if (code === "EACCES" || code === "EPERM") return "cannot be read by the user Greenlight runs as";
  if (code === "ELOOP") return "is a link that leads nowhere";
  return `cannot be read (${code === "" ? String(error) : code})`;
}
