import { posix } from "node:path";

/**
 * The text of workspace files, by path from the workspace's root ("network/main.tf"). Judging stays pure: whoever reads
 * the disk hands the texts in. Null: the line alone is judged, as `policy check` does.
 */
export type Files = KnownFiles | null;

/** How far a directory is looked at: its own files, or all below it. */
export type Depth = "folder" | "tree";

/** Texts, with what is known of the files that are not among them. A plain map knows nothing of those. */
export type KnownFiles = ReadonlyMap<string, string> & {
  /** What lies there and no command gets, with the reason: the end of a sentence that begins with its path. */
  readonly leftOut?: ReadonlyMap<string, string>;
  /** Of what is reached through a link: the path it really has. */
  readonly linked?: ReadonlyMap<string, string>;
  /** Where files are read as they are asked for: the paths in a directory, as far as they are known. */
  readonly below?: (directory: string, depth: Depth) => string[];
};

/** The paths of the files in a directory, or of all below it. */
export function filesIn(files: KnownFiles, directory: string, depth: Depth): string[] {
  return files.below?.(directory, depth) ?? pathsIn(files.keys(), directory, depth);
}

/** Why no command gets something that lies in a directory, or anywhere below it, and is meant; as `whyLeftOut`. */
export function whyLeftOutIn(
  files: KnownFiles,
  directory: string,
  depth: Depth,
  isMeant: (path: string) => boolean = () => true,
): string | null {
  files.below?.(directory, depth);
  const { leftOut } = files;
  if (leftOut === undefined) return null;
  const path = pathsIn(leftOut.keys(), directory, depth).find(isMeant);
  return path === undefined ? null : `${plain(path)} ${leftOut.get(path)}`;
}

/** Why no command gets a path that lies there, in a sentence that names it; null when nothing is known of it. */
export function whyLeftOut(files: KnownFiles, path: string): string | null {
  if (files.has(path) || files.leftOut === undefined) return null;
  // What leads to it may be what is left out.
  for (let at = path; at !== "." && at !== ""; at = posix.dirname(at)) {
    const reason = files.leftOut.get(at);
    if (reason !== undefined) return `${plain(at)} ${reason}`;
  }
  return null;
}

/** Those of some paths that lie in a directory, or anywhere below it. */
export function pathsIn(paths: Iterable<string>, directory: string, depth: Depth): string[] {
  const start = directory === "" ? "" : `${directory}/`;
  const isIn = (path: string) =>
    path.startsWith(start) && (depth === "tree" || !path.slice(start.length).includes("/"));
  return [...paths].filter(isIn);
}

/** A path as a sentence may hold it. */
function plain(path: string): string {
  return /^[\x21-\x7e]+$/.test(path) ? path : JSON.stringify(path);
}
