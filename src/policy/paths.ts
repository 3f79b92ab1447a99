import { posix } from "node:path";

/** Whether a path, taken from a workspace directory, is plain and stays inside: relative, no `..`, no URL, no home. */
export function isInsideWorkspace(path: string): boolean {
  if (path === "" || path === "-" || path.startsWith("/") || path.startsWith("~")) return false;
  if (path.includes("\\") || path.includes("://") || path.includes(":")) return false;
  const normal = posix.normalize(path);
  return normal !== ".." && !normal.startsWith("../");
}
