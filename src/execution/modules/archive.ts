import { posix } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type Content, type Snapshot, snapshotOfBytes } from "#execution/workspace/snapshot.ts";
import { isLeftOut } from "#execution/workspace/snapshot-read.ts";
import type { ArchiveFormat } from "#policy/terraform/module-source.ts";
import { type ArchiveEntry, readTar } from "./archive-tar.ts";
import { readZip } from "./archive-zip.ts";
import { MAX_PACKAGE_BYTES, MAX_PACKAGE_FILES } from "./package-bytes.ts";

/**
 * Reads an archive into a package, without writing anything. `sub` is the directory that counts; `*` is the only one
 * there is. A path that leaves it, stands twice, or is no plain one refuses the whole; links are left out.
 */
export async function readArchive(
  bytes: Buffer,
  format: ArchiveFormat,
  sub: string,
): Promise<{ ok: true; snapshot: Snapshot } | { ok: false; reason: string }> {
  let entries: ArchiveEntry[];
  try {
    entries =
      format === "zip"
        ? readZip(bytes, MAX_PACKAGE_BYTES)
        : readTar(await promisify(gunzip)(bytes, { maxOutputLength: 2 * MAX_PACKAGE_BYTES }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `its archive cannot be read (${why})` };
  }
  const taken = new Map<string, Content>();
  for (const { path: written, ...file } of entries) {
    const path = posix.normalize(written).replace(/^\.\//, "");
    if (!isPlain(path)) return { ok: false, reason: `its archive holds ${JSON.stringify(written)}` };
    const inner = below(path, sub);
    if (inner === null || inner.split("/").some(isLeftOut)) continue;
    if (taken.has(inner)) return { ok: false, reason: `its archive holds ${JSON.stringify(path)} twice` };
    taken.set(inner, file);
  }
  if (sub === "*" && new Set(entries.map(({ path }) => path.split("/")[0])).size > 1)
    return { ok: false, reason: "its archive has more than one directory, and none of them is named" };
  return whole(taken);
}

function whole(
  taken: Map<string, Content>,
): { ok: true; snapshot: Snapshot } | { ok: false; reason: string } {
  const size = [...taken.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (taken.size > MAX_PACKAGE_FILES || size > MAX_PACKAGE_BYTES) return { ok: false, reason: tooLarge() };
  return { ok: true, snapshot: snapshotOfBytes(taken) };
}

/** Why a package is too large, with what is too large. */
export function tooLarge(): string {
  return `it is larger than ${MAX_PACKAGE_FILES} files or ${MAX_PACKAGE_BYTES / 1_024 / 1_024} MB`;
}

function below(path: string, sub: string): string | null {
  if (sub === "") return path;
  const prefix = sub === "*" ? `${path.split("/")[0]}/` : `${sub.replace(/\/+$/, "")}/`;
  return path.startsWith(prefix) && path.length > prefix.length ? path.slice(prefix.length) : null;
}

function isPlain(path: string): boolean {
  if (path === "" || path === "." || path.startsWith("/") || /[\\:\p{Cc}]/u.test(path)) return false;
  return path !== ".." && !path.startsWith("../");
}
