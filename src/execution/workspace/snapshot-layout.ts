import { chmod, mkdir, open, readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeTree } from "./remove-tree.ts";
import type { Snapshot } from "./snapshot.ts";
import { sha256Of } from "./snapshot.ts";
import { readLocated } from "./snapshot-read.ts";

/** What terraform itself writes beside its files where the state is a local one. Exact names: no manifest is called so. */
const STATES = /^(terraform\.tfstate(\.(\d+\.)?backup)?|\.terraform\.tfstate\.lock\.info|errored\.tfstate)$/;

/** A laid-out file may be as large as a whole snapshot. */
const ROOM_BYTES = 128 * 1_024 * 1_024;

/**
 * Writes exactly these bytes below `into`, in place of whatever was there: files 0400 (0500 when executable),
 * directories 0700. `directories` are made too, since a command may run in one it reads nothing of.
 */
export async function layOut(
  snapshot: Snapshot,
  into: string,
  directories: readonly string[] = [],
): Promise<void> {
  await removeTree(into);
  await mkdir(into, { recursive: true, mode: 0o700 });
  for (const directory of directories) await mkdir(join(into, directory), { recursive: true, mode: 0o700 });
  for (const { path, executable } of snapshot.entries) {
    const bytes = snapshot.bytes.get(path);
    if (bytes === undefined) throw new Error(`The snapshot names ${path} and holds no bytes of it.`);
    const file = join(into, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
    await chmod(file, executable ? 0o500 : 0o400);
  }
}

/**
 * Whether `into` still holds exactly the snapshot's files. `written` are paths that the change's own commands write
 * there (a plan's `-out`); anything else that was added counts as changed, since `kubectl apply -f DIR` and terraform
 * would read it too. Terraform's states are not looked at.
 */
export async function verifyLaidOut(
  snapshot: Snapshot,
  into: string,
  written: readonly string[] = [],
): Promise<boolean> {
  // The data directory itself may be reached through a link; nothing below it may.
  const real = await realpath(into).catch(() => into);
  const expected = new Map(snapshot.entries.map((entry) => [entry.path, entry]));
  const found = await filesBelow(into, "");
  if (found === null) return false;
  const added = found.filter((path) => !expected.has(path) && !written.includes(path));
  if (added.length > 0) return false;
  const present = new Set(found);
  for (const entry of snapshot.entries) {
    if (!present.has(entry.path)) return false;
    const read = await readLocated({ real: join(real, entry.path), kind: "file" }, ROOM_BYTES);
    if (!read.ok || sha256Of(read.bytes) !== entry.sha256 || read.executable !== entry.executable)
      return false;
  }
  return true;
}

/** Paths of the plain files below a directory; null when it is not there or holds anything but files and directories. */
async function filesBelow(into: string, below: string): Promise<string[] | null> {
  const entries = await readdir(join(into, below), { withFileTypes: true }).catch((): null => null);
  if (entries === null) return null;
  const files: string[] = [];
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isFile() && STATES.test(entry.name)) continue;
    if (entry.isFile()) {
      files.push(path);
      continue;
    }
    const inside = entry.isDirectory() ? await filesBelow(into, path) : null;
    if (inside === null) return null;
    files.push(...inside);
  }
  return files;
}
