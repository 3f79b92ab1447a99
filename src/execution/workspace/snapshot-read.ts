import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** A file or directory of the workspace: where it really is, links followed. */
export type RealPath = { real: string; kind: "file" | "directory" };

/**
 * Why something that lies in the workspace is not read. `ours`: it is git's, terraform's or Greenlight's own. `odd`: a
 * link that leads out or nowhere, a pipe, a device, a file that cannot be opened. `much`: there is no room for it.
 */
export type Cause = "ours" | "odd" | "much" | "gone" | "exchanged";

/** `reason` is the end of a sentence that begins with the path; `advice` what to do where it lies in the workspace. */
type No = { ok: false; reason: string; advice: string; cause: Cause };
type Located = { ok: true; located: RealPath } | No;
type Bytes = { ok: true; bytes: Buffer; executable: boolean } | No;

/** Never part of a snapshot: git's store, terraform's data and states (they change as it runs), Greenlight's own data and files. */
const LEFT_OUT =
  /^(\.git|\.terraform|\.greenlight|greenlight-rollback-.*|\.?terraform\.tfstate(\..*)?|errored\.tfstate)$/i;

const CHUNK_BYTES = 65_536;

const NO_FILE = "is neither a file nor a directory";
const PUT_FILE = "put a plain file there";
const EXCHANGED = "was exchanged while it was read";

/** A FIFO put in a file's place must not hold us. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Whether a file or directory of this name is left out wherever it lies. */
export function isLeftOut(name: string): boolean {
  return LEFT_OUT.test(name);
}

/** Finds a path below `root` with every link followed; refuses what leaves it. `own`: it is one of our own directories. */
export async function locate(root: string, path: string, own: readonly string[]): Promise<Located> {
  try {
    const real = await realpath(join(root, path));
    const inside = path === "" ? "" : relative(root, real);
    if (inside === ".." || inside.startsWith(`..${sep}`)) {
      return no("odd", "is a link that leaves the workspace", "put the file itself there");
    }
    if (path !== "" && (await isOurs(root, real, own))) return no("ours", "is Greenlight's own data");
    // Of where it really is: a link's name says nothing about what it leads to.
    if (inside.split(sep).some(isLeftOut)) {
      return no("ours", "is, or leads to, what belongs to git, terraform or Greenlight");
    }
    const kind = kindOf(await stat(real));
    return kind === null ? no("odd", NO_FILE, PUT_FILE) : { ok: true, located: { real, kind } };
  } catch (error) {
    return whyNot(error, join(root, path));
  }
}

/**
 * Reads a located file, `room` bytes at most. Somebody may exchange it, or a directory above it, between the look and
 * the opening: so what was opened must still be what the path leads to.
 */
export async function readLocated(located: RealPath, room: number): Promise<Bytes> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(located.real, FLAGS);
    const opened = await handle.stat();
    if (!opened.isFile()) return no("odd", NO_FILE, PUT_FILE);
    const now = await realpath(located.real);
    if (now !== located.real || !isSame(opened, await stat(now))) return no("exchanged", EXCHANGED);
    // One that grew since it was looked at is found too large while it is read.
    const bytes = opened.size > room ? null : await readAtMost(handle, opened.size, room);
    if (bytes === null) return no("much", "is too large");
    return { ok: true, bytes, executable: (opened.mode & 0o100) !== 0 };
  } catch (error) {
    return whyNot(error, located.real);
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

function kindOf(found: Stats): RealPath["kind"] | null {
  if (found.isFile()) return "file";
  return found.isDirectory() ? "directory" : null;
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

async function whyNot(error: unknown, at: string): Promise<No> {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    const isLink = await lstat(at).then(
      (found) => found.isSymbolicLink(),
      () => false,
    );
    return isLink ? no("odd", "is a link that leads nowhere", "mend it") : no("gone", "is not there");
  }
  if (code === "EACCES" || code === "EPERM") {
    return no("odd", "cannot be read by the user Greenlight runs as", "let that user read it");
  }
  if (code === "ELOOP") return no("odd", "is a link that leads nowhere", "mend it");
  // A socket, and a device whose driver is not there, cannot be opened at all.
  if (code === "ENXIO" || code === "ENODEV") return no("odd", NO_FILE, PUT_FILE);
  return no("odd", `cannot be read (${code === "" ? String(error) : code})`, "mend it");
}

function no(cause: Cause, reason: string, advice = ""): No {
  return { ok: false, reason, advice, cause };
}

/** What people are told of something that lies in the workspace and is not read, behind its path. */
export function toldOf({ reason, advice }: Pick<No, "reason" | "advice">): string {
  return advice === "" ? reason : `${reason}; ${advice}, or have the command read other files`;
}
