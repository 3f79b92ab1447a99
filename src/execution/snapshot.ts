import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { posix } from "node:path";
import type { Files } from "../policy/files.ts";
import type { Read } from "../policy/verdict.ts";
import { isLeftOut, locate, type Place, readPlace } from "./snapshot-read.ts";

/** One file of a snapshot. `path` is from the workspace's root. */
export type SnapshotEntry = { path: string; sha256: string; executable: boolean };

/** The bytes of a workspace that commands may read, as they were at one moment. */
export type Snapshot = {
  /** As text, for judging. What is not UTF-8 shows as U+FFFD. */
  files: NonNullable<Files>;
  bytes: ReadonlyMap<string, Buffer>;
  /** SHA-256, hex, over every path in order with its content's hash and whether it is executable. */
  hash: string;
  /** In order of their paths. */
  entries: readonly SnapshotEntry[];
  /** Paths below what was asked for that are never part of a snapshot: git's, terraform's data and states, our own. */
  leftOut: readonly string[];
};

const MAX_FILES = 5_000;
/** A snapshot's bytes are held in memory and written out once per change. */
const MAX_BYTES = 64 * 1_024 * 1_024;
/** A tree deeper than this is a link into itself, or nothing a command should read. */
const MAX_DEPTH = 40;

type Taking = {
  root: string;
  own: readonly string[];
  maxFiles: number;
  maxBytes: number;
  taken: Map<string, Taken>;
  leftOut: string[];
  size: number;
};
type Taken = { bytes: Buffer; executable: boolean };

/**
 * Reads everything `reads` names, each file once. Links are followed while they stay inside the workspace; what leaves
 * it, is missing, is no plain file, or is too much, refuses the whole. `own` are absolute directories that are never
 * read, such as the data directory with the encryption key.
 */
export async function readWorkspace(
  workspace: string,
  reads: readonly Read[],
  options: { own?: readonly string[]; maxFiles?: number; maxBytes?: number } = {},
): Promise<{ ok: true; snapshot: Snapshot } | { ok: false; reason: string }> {
  const { own = [], maxFiles = MAX_FILES, maxBytes = MAX_BYTES } = options;
  const root = await locate(workspace, "", own);
  if (!root.ok) return { ok: false, reason: root.reason };
  const taking: Taking = {
    root: root.place.real,
    own,
    maxFiles,
    maxBytes,
    taken: new Map(),
    leftOut: [],
    size: 0,
  };
  for (const read of reads) {
    const reason = await takeRead(taking, read);
    if (reason !== null) return { ok: false, reason };
  }
  return { ok: true, snapshot: snapshotOf(taking) };
}

/** Several snapshots of one workspace as one. A file that two of them saw differently refuses the whole, as too much does. */
export function joinSnapshots(
  snapshots: readonly Snapshot[],
): { ok: true; snapshot: Snapshot } | { ok: false; reason: string } {
  const taken = new Map<string, Taken>();
  let size = 0;
  for (const { entries, bytes } of snapshots) {
    for (const { path, executable } of entries) {
      const found = { bytes: bytes.get(path) ?? Buffer.alloc(0), executable };
      const before = taken.get(path);
      if (before === undefined) size += found.bytes.length;
      else if (!before.bytes.equals(found.bytes) || before.executable !== executable) {
        return { ok: false, reason: `${path} was exchanged while it was read` };
      }
      taken.set(path, before ?? found);
    }
  }
  if (taken.size > MAX_FILES) return { ok: false, reason: `The commands read more than ${MAX_FILES} files` };
  if (size > MAX_BYTES) return { ok: false, reason: `The commands read more than ${MAX_BYTES} bytes` };
  const leftOut = snapshots.flatMap((snapshot) => snapshot.leftOut);
  return { ok: true, snapshot: snapshotOf({ taken, leftOut }) };
}

async function takeRead(taking: Taking, read: Read): Promise<string | null> {
  const { path } = read;
  if (path !== "" && !isPlain(path))
    return `${JSON.stringify(path)} is not a plain path inside the workspace`;
  const found = await locate(taking.root, path, taking.own);
  if (!found.ok) return found.reason;
  if (read.kind === "file" && found.place.kind === "directory") return `${path} is a directory, not a file`;
  return take(taking, path, found.place, []);
}

/** Takes a file, or a directory with all below it. `above` are the directories on the way here, to notice a circle. */
async function take(
  taking: Taking,
  path: string,
  place: Place,
  above: readonly string[],
): Promise<string | null> {
  if (place.kind === "file") return takeFile(taking, path, place);
  if (above.includes(place.real)) return `${path} is a link into a directory that holds it`;
  if (above.length >= MAX_DEPTH) return `${path} lies more than ${MAX_DEPTH} directories deep`;
  const names = await readdir(place.real).catch((): null => null);
  if (names === null) return `${path} cannot be read by the user Greenlight runs as`;
  for (const name of names.sort()) {
    const reason = await takeChild(taking, path === "" ? name : `${path}/${name}`, [...above, place.real]);
    if (reason !== null) return reason;
  }
  return null;
}

async function takeChild(taking: Taking, path: string, above: readonly string[]): Promise<string | null> {
  const found = isLeftOut(posix.basename(path)) ? null : await locate(taking.root, path, taking.own);
  if (found?.ok === true) return take(taking, path, found.place, above);
  if (found !== null && !found.own) return found.reason;
  taking.leftOut.push(path);
  return null;
}

async function takeFile(taking: Taking, path: string, place: Place): Promise<string | null> {
  if (taking.taken.has(path)) return null;
  if (taking.taken.size >= taking.maxFiles) return `The commands read more than ${taking.maxFiles} files`;
  const read = await readPlace(place, path, taking.maxBytes - taking.size);
  if (!read.ok) return read.tooLarge ? `The commands read more than ${taking.maxBytes} bytes` : read.reason;
  taking.taken.set(path, read);
  taking.size += read.bytes.length;
  return null;
}

/** Normalised, relative, and nothing that one program reads as one path and another as another. */
function isPlain(path: string): boolean {
  if (path.includes("\0") || path.includes("\\") || path.startsWith("/") || path.endsWith("/")) return false;
  return posix.normalize(path) === path && path !== "." && path !== ".." && !path.startsWith("../");
}

function snapshotOf(taking: Pick<Taking, "taken" | "leftOut">): Snapshot {
  const taken = [...taking.taken].sort(([one], [other]) => (one < other ? -1 : 1));
  const entries = taken.map(([path, { bytes, executable }]) => ({
    path,
    sha256: sha256Of(bytes),
    executable,
  }));
  const hashed = entries.map(({ path, sha256, executable }) => [path, sha256, executable]);
  return {
    files: new Map(taken.map(([path, { bytes }]) => [path, bytes.toString("utf8")])),
    bytes: new Map(taken.map(([path, { bytes }]) => [path, bytes])),
    hash: sha256Of(Buffer.from(JSON.stringify(hashed))),
    entries,
    leftOut: [...new Set(taking.leftOut)].sort(),
  };
}

/** SHA-256 of bytes, hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
