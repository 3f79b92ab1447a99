import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Depth, KnownFiles } from "#policy/files.ts";
import type { Read } from "#policy/verdict.ts";
import { type Cause, locate, toldOf } from "./snapshot-read.ts";
import { type LeftOut, type Taken, type Taking, takeAll } from "./snapshot-walk.ts";

/** One file of a snapshot. `path` is from the workspace's root. */
export type SnapshotEntry = { path: string; sha256: string; executable: boolean };

/** The bytes of a workspace that commands may read, as they were at one moment. */
export type Snapshot = {
  /** As text, for judging, with what no command gets. What is not UTF-8 shows as U+FFFD. */
  files: KnownFiles;
  bytes: ReadonlyMap<string, Buffer>;
  /** SHA-256, hex, over every path in order with its content's hash and whether it is executable, and over what is left out. */
  hash: string;
  /** In order of their paths. */
  entries: readonly SnapshotEntry[];
  /** What lies below what was asked for and is no part of it, in order of its paths. */
  leftOut: ReadonlyMap<string, LeftOut>;
};

/** What was read, or why not, in a sentence. */
export type ReadWorkspace =
  | { ok: true; snapshot: Snapshot }
  | { ok: false; reason: string; cause: Cause | "path" };

const MAX_FILES = 5_000;
/** A snapshot's bytes are held in memory and written out once per change. */
const MAX_BYTES = 64 * 1_024 * 1_024;
/** Of all that the commands of one plan read together. */
const MAX_JOINED = { files: 4 * MAX_FILES, bytes: 2 * MAX_BYTES };

/**
 * Reads everything `reads` names, each file once. Links are followed while they stay inside the workspace. What leaves it,
 * is missing, is no plain file, or is too much, is refused where it is named, and left out where it only lies in a
 * directory that is named. `own` are absolute directories that are never read, such as the data directory with the
 * encryption key. `depth` "folder": of a directory only its own files. `only` picks among the files of a directory.
 */
export async function readWorkspace(
  workspace: string,
  reads: readonly Read[],
  options: Partial<Pick<Taking, "own" | "only" | "maxFiles" | "maxBytes">> & { depth?: Depth } = {},
): Promise<ReadWorkspace> {
  const { own = [], only, maxFiles = MAX_FILES, maxBytes = MAX_BYTES, depth = "tree" } = options;
  const root = await locate(workspace, "", own);
  if (!root.ok) return { ok: false, reason: `The workspace ${root.reason}`, cause: root.cause };
  const taking: Taking = {
    root: root.located.real,
    own,
    ...(only === undefined ? {} : { only }),
    maxFiles,
    maxBytes,
    taken: new Map(),
    leftOut: new Map(),
    size: 0,
  };
  for (const read of reads) {
    const refusal = await takeRead(taking, read, depth);
    if (refusal !== null) return { ok: false, ...refusal };
  }
  return { ok: true, snapshot: snapshotOf(taking) };
}

/** What a file holds, and whether it may be run. */
export type Content = Pick<Taken, "bytes" | "executable">;

/** A snapshot of these files, whose bytes are not the workspace's. */
export function snapshotOfBytes(files: ReadonlyMap<string, Content>): Snapshot {
  const taken = [...files].map(([path, file]): [string, Taken] => [path, { ...file, real: path }]);
  return snapshotOf({ taken: new Map(taken), leftOut: new Map() });
}

/** The same files in a directory. What is hashed are the paths without it, so that the hash is the package's own. */
export function snapshotBelow(directory: string, { entries, bytes, files, hash }: Snapshot): Snapshot {
  const moved = <T>(all: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...all].map(([path, one]) => [`${directory}/${path}`, one]));
  return {
    entries: entries.map((entry) => ({ ...entry, path: `${directory}/${entry.path}` })),
    bytes: moved(bytes),
    files: moved(files),
    hash,
    leftOut: new Map(),
  };
}

/** Several snapshots of one workspace as one. A file that two of them saw differently refuses the whole, as too much does. */
export function joinSnapshots(
  snapshots: readonly Snapshot[],
): { ok: true; snapshot: Snapshot } | { ok: false; reason: string } {
  const taken = new Map<string, Taken>();
  let size = 0;
  for (const { entries, bytes, files } of snapshots) {
    for (const { path, executable } of entries) {
      const real = files.linked?.get(path) ?? path;
      const found = { bytes: bytes.get(path) ?? Buffer.alloc(0), executable, real };
      const before = taken.get(path);
      if (before === undefined) size += found.bytes.length;
      else if (
        !before.bytes.equals(found.bytes) ||
        before.executable !== executable ||
        before.real !== real
      ) {
        return { ok: false, reason: `${path} was exchanged while it was read` };
      }
      taken.set(path, before ?? found);
    }
  }
  if (taken.size > MAX_JOINED.files || size > MAX_JOINED.bytes) {
    return {
      ok: false,
      reason: `The commands read more than ${MAX_JOINED.files} files or ${MAX_JOINED.bytes} bytes: ask for less at once`,
    };
  }
  // What one read has no room for, another may hold.
  const leftOut = snapshots.flatMap((snapshot) => [...snapshot.leftOut]).filter(([path]) => !taken.has(path));
  return { ok: true, snapshot: snapshotOf({ taken, leftOut: new Map(leftOut) }) };
}

async function takeRead(
  taking: Taking,
  { path, kind }: Read,
  depth: Depth,
): Promise<{ reason: string; cause: Cause | "path" } | null> {
  if (path !== "" && !isPlain(path)) {
    return { reason: `${JSON.stringify(path)} is not a plain path inside the workspace`, cause: "path" };
  }
  const found = await locate(taking.root, path, taking.own);
  if (!found.ok)
    return { reason: `${path === "" ? "The workspace" : path} ${toldOf(found)}`, cause: found.cause };
  if (kind === "file" && found.located.kind === "directory") {
    return { reason: `${path} is a directory, not a file`, cause: "gone" };
  }
  const left = await takeAll(taking, path, found.located, depth);
  return left === null ? null : { reason: `${left.path} ${left.reason}`, cause: left.cause };
}

/** Normalised, relative, and nothing that one program reads as one path and another as another. */
function isPlain(path: string): boolean {
  if (path.includes("\0") || path.includes("\\") || path.startsWith("/") || path.endsWith("/")) return false;
  return posix.normalize(path) === path && path !== "." && path !== ".." && !path.startsWith("../");
}

function snapshotOf({ taken: read, leftOut: left }: Pick<Taking, "taken" | "leftOut">): Snapshot {
  const taken = [...read].sort(byPath);
  const leftOut = [...left].sort(byPath);
  const entries = taken.map(([path, { bytes, executable }]) => ({
    path,
    sha256: sha256Of(bytes),
    executable,
  }));
  // Of git's, terraform's and our own nothing counts: states and locks come and go while commands run.
  const missing = leftOut.filter(([, { cause }]) => cause !== "ours");
  const hashed = [
    ...entries.map(({ path, sha256, executable }) => [path, sha256, executable]),
    ...missing.map(([path, { cause }]) => [path, cause]),
  ];
  const files: KnownFiles = Object.assign(
    new Map(taken.map(([path, { bytes }]) => [path, bytes.toString("utf8")])),
    {
      leftOut: new Map(missing.map(([path, { reason }]) => [path, reason])),
      linked: new Map(taken.flatMap(([path, { real }]) => (real === path ? [] : [[path, real]]))),
    },
  );
  return {
    files,
    bytes: new Map(taken.map(([path, { bytes }]) => [path, bytes])),
    hash: sha256Of(Buffer.from(JSON.stringify(hashed))),
    entries,
    leftOut: new Map(leftOut),
  };
}

function byPath([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** SHA-256 of bytes, hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
