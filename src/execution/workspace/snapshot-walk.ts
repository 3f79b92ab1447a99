import { readdir } from "node:fs/promises";
import { posix, relative, sep } from "node:path";
import type { Depth } from "#policy/files.ts";
import { type Cause, isLeftOut, locate, type RealPath, readLocated, toldOf } from "./snapshot-read.ts";

/** A file as it was read. `real` is its path from the workspace's root with every link followed. */
export type Taken = { bytes: Buffer; executable: boolean; real: string };

/** What is not read, and why: the end of a sentence that begins with its path. */
export type LeftOut = { cause: Cause; reason: string };

/** What is read of a workspace, as it grows. */
export type Taking = {
  root: string;
  own: readonly string[];
  /** Of what lies in a directory, only files of these paths; left out: all. */
  only?: (path: string) => boolean;
  maxFiles: number;
  maxBytes: number;
  taken: Map<string, Taken>;
  leftOut: Map<string, LeftOut>;
  size: number;
};

/** A tree deeper than this is a link into itself, or nothing a command should read. */
const MAX_DEPTH = 40;
/** Links from each directory to the next would double them each time, without a single file. */
const MAX_DIRECTORIES = 5_000;

const INSTEAD = "name a directory that holds less, or the files one by one";

type Left = LeftOut & { path: string };

/** A directory on the way, with those above it, to notice a circle. */
type Folder = { path: string; real: string; above: readonly string[] };

/**
 * Takes a located file, or a directory with what lies in it or below it, the nearest first: where there is no room for all,
 * what is far down stays out. What cannot be read is left out by its name; what is exchanged meanwhile refuses the whole.
 */
export async function takeAll(
  taking: Taking,
  path: string,
  located: RealPath,
  depth: Depth,
): Promise<Left | null> {
  if (located.kind === "file") {
    const left = await takeFile(taking, path, located);
    return left === null ? null : { path, ...left };
  }
  const folders: Folder[] = [{ path, real: located.real, above: [] }];
  for (let at = 0; at < folders.length; at += 1) {
    const folder = folders[at];
    if (folder === undefined) break;
    const { inner, exchanged } = await takeFolder(taking, folder, whyFull(taking, at));
    if (exchanged !== null) return exchanged;
    if (depth === "tree") folders.push(...inner);
  }
  return null;
}

/** Takes the files of one directory; says which directories lie in it. */
async function takeFolder(
  taking: Taking,
  { path, real, above }: Folder,
  full: LeftOut | null,
): Promise<{ inner: Folder[]; exchanged: Left | null }> {
  const inner: Folder[] = [];
  if (full !== null) {
    taking.leftOut.set(path, full);
    return { inner, exchanged: null };
  }
  const names = await readdir(real).catch((): null => null);
  if (names === null) taking.leftOut.set(path, UNREADABLE);
  for (const name of (names ?? []).sort()) {
    const child = path === "" ? name : `${path}/${name}`;
    const left = await takeChild(taking, child, { real, above, inner });
    if (left?.cause === "exchanged") return { inner, exchanged: { path: child, ...left } };
    // What somebody took away since the directory was read is not there, as if it had been asked for later.
    if (left !== null && left.cause !== "gone") {
      taking.leftOut.set(child, left);
    }
  }
  return { inner, exchanged: null };
}

/** Why the directory that comes after this many others is not looked into; null when it is. */
function whyFull(taking: Taking, folders: number): LeftOut | null {
  if (folders >= MAX_DIRECTORIES) {
    return { cause: "much", reason: `lies behind ${MAX_DIRECTORIES} others; ${INSTEAD}` };
  }
  return folders > 0 && taking.taken.size >= taking.maxFiles ? tooMany(taking) : null;
}

function tooMany({ maxFiles }: Taking): LeftOut {
  return { cause: "much", reason: `comes after ${maxFiles} other files; ${INSTEAD}` };
}

const UNREADABLE: LeftOut = {
  cause: "odd",
  reason: toldOf({
    reason: "cannot be read by the user Greenlight runs as",
    advice: "let that user read it",
  }),
};

async function takeChild(
  taking: Taking,
  path: string,
  { real, above, inner }: Omit<Folder, "path"> & { inner: Folder[] },
): Promise<LeftOut | null> {
  if (isLeftOut(posix.basename(path))) {
    return { cause: "ours", reason: "belongs to git, terraform or Greenlight" };
  }
  // Not even looked at: a workspace may hold a million of them.
  if (taking.taken.size >= taking.maxFiles) return tooMany(taking);
  const found = await locate(taking.root, path, taking.own);
  if (!found.ok) return { cause: found.cause, reason: toldOf(found) };
  const { located } = found;
  if (located.kind === "file") return taking.only?.(path) === false ? null : takeFile(taking, path, located);
  const way = [...above, real];
  if (way.includes(located.real)) {
    return { cause: "odd", reason: "is a link into a directory that holds it; take the link away" };
  }
  if (way.length >= MAX_DEPTH) {
    return { cause: "much", reason: `lies more than ${MAX_DEPTH} directories deep; ${INSTEAD}` };
  }
  inner.push({ path, real: located.real, above: way });
  return null;
}

async function takeFile(taking: Taking, path: string, located: RealPath): Promise<LeftOut | null> {
  if (taking.taken.has(path)) return null;
  if (taking.taken.size >= taking.maxFiles) return tooMany(taking);
  const read = await readLocated(located, taking.maxBytes - taking.size);
  if (!read.ok) {
    if (read.cause !== "much") return { cause: read.cause, reason: toldOf(read) };
    return {
      cause: "much",
      reason: `does not fit into the ${taking.maxBytes} bytes that commands may read; ${INSTEAD}`,
    };
  }
  const real = relative(taking.root, located.real).split(sep).join(posix.sep);
  taking.taken.set(path, { bytes: read.bytes, executable: read.executable, real });
  taking.size += read.bytes.length;
  return null;
}
