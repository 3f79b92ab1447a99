import { posix } from "node:path";

/**
 * A path as seen from the workspace's root, normalised ("" is the root), when a command in `dir` names it; null when it is
 * absolute, a URL, a home directory, has odd characters or leads out of the workspace.
 */
export function fromRoot(dir: string, path: string): string | null {
  if (path === "" || path === "-" || path.startsWith("/") || path.startsWith("~")) return null;
  // A backslash or colon stands in URLs, in addresses of repositories and in paths of other systems.
  if (/[^\x20-\x7e]|[\\:]/.test(path) || path.includes("//")) return null;
  const normal = posix.normalize(posix.join(dir, path)).replace(/\/$/, "");
  if (normal === ".." || normal.startsWith("../") || normal.startsWith("/")) return null;
  return normal === "." ? "" : normal;
}
