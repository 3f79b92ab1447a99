import { type Files, filesIn, type KnownFiles, whyLeftOut, whyLeftOutIn } from "#policy/files.ts";
import { fromRoot } from "#policy/paths.ts";
import { whyPrivate } from "#policy/private-files.ts";
import type { Read } from "#policy/verdict.ts";
import { type ManifestObject, readManifest } from "./manifest.ts";

/** What files a command reads and what objects they hold; objects null: the files were not handed in, so nothing is known of them. */
export type Loaded =
  | { ok: true; reads: Read[]; objects: ManifestObject[] | null }
  | { ok: false; reason: string };

/** Longest glob taken, in wildcards: more of them make matching slow and nobody writes them. */
const MAX_WILDCARDS = 4;

/** Reads what one `-f` names: a file, a directory (with `recursive` all below it) or a glob, as kubectl expands it itself. */
export function loadManifests(path: string, dir: string, recursive: boolean, files: Files): Loaded {
  const place = fromRoot(dir, path);
  if (place === null) return { ok: false, reason: `"${path}" is not a path inside the workspace` };
  if (/[*?[\]]/.test(place)) return loadGlob(path, place, recursive, files);
  const barred = whyBarred(place, files);
  if (barred !== null) return { ok: false, reason: barred };
  if (files === null) return { ok: true, reads: [{ path: place, kind: guessKind(place) }], objects: null };
  if (files.has(place)) return readAll([place], [{ path: place, kind: "file" }], files);
  const missing = whyIncomplete(place, recursive, files);
  if (missing !== null) return { ok: false, reason: missing };
  const below = manifestsBelow(place, recursive, files);
  if (below.length === 0)
    return { ok: false, reason: `"${path}" is no manifest in the workspace, and no directory of them` };
  return readAll(below, [{ path: place, kind: "tree" }], files);
}

/** Whether a path looks like a file's; only the disk knows. */
export function guessKind(path: string): Read["kind"] {
  return /[^/]\.[A-Za-z0-9_-]+$/.test(path) ? "file" : "tree";
}

/** kubectl takes these and passes over everything else in a directory. */
const MANIFEST = /\.(ya?ml|json)$/;

function manifestsBelow(place: string, recursive: boolean, files: KnownFiles): string[] {
  return filesIn(files, place, recursive ? "tree" : "folder").filter((path) => MANIFEST.test(path));
}

/** Why a directory would not be what was asked for: kubectl would read what lies there and no command gets. */
function whyIncomplete(place: string, recursive: boolean, files: KnownFiles): string | null {
  const isMeant = (path: string) => recursive || MANIFEST.test(path);
  return whyLeftOutIn(files, place, recursive ? "tree" : "folder", isMeant);
}

/** Why kubectl must not read a path, or cannot, in words; null when it may. */
export function whyBarred(place: string, files: Files): string | null {
  return whyPrivate(place, files) ?? (files === null ? null : whyLeftOut(files, place));
}

function loadGlob(path: string, place: string, recursive: boolean, files: Files): Loaded {
  if (/[[\]]/.test(place) || (place.match(/[*?]/g) ?? []).length > MAX_WILDCARDS) {
    return {
      ok: false,
      reason: `"${path}" has wildcards that are not taken; name the files, or use * and ?`,
    };
  }
  const fixed = place.slice(0, place.search(/[*?]/));
  const reads: [Read] = [{ path: fixed.slice(0, Math.max(0, fixed.lastIndexOf("/"))), kind: "tree" }];
  if (files === null) return { ok: true, reads, objects: null };
  const pattern = place
    .split(/([*?])/)
    .map((part) => (part === "*" ? "[^/]*" : part === "?" ? "[^/]" : part.replace(/[.+^${}()|]/g, "\\$&")))
    .join("");
  const whole = new RegExp(`^${pattern}$`);
  // A directory that fits is read as one that is named.
  const below = new RegExp(`^${pattern}/${recursive ? ".*" : "[^/]*"}\\.(ya?ml|json)$`);
  const fits = (name: string) => whole.test(name) || below.test(name);
  const missing = whyLeftOutIn(files, reads[0].path, "tree", fits);
  if (missing !== null) return { ok: false, reason: missing };
  const found = filesIn(files, reads[0].path, "tree").filter(fits);
  if (found.length === 0) return { ok: false, reason: `"${path}" fits no file in the workspace` };
  return readAll(found, reads, files);
}

function readAll(paths: readonly string[], reads: Read[], files: KnownFiles): Loaded {
  const objects: ManifestObject[] = [];
  for (const path of paths) {
    const barred = whyBarred(path, files);
    if (barred !== null) return { ok: false, reason: barred };
    const read = readManifest(files.get(path) ?? "");
    if (!read.ok) return { ok: false, reason: `"${path}" cannot be judged: ${read.reason}` };
    objects.push(...read.objects);
  }
  if (objects.length === 0) return { ok: false, reason: `"${paths.join('", "')}" holds no object` };
  return { ok: true, reads, objects };
}
