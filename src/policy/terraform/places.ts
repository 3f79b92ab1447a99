import { posix } from "node:path";
import type { Policy } from "#policy/document.ts";

/** Where a path written in `base` leads, from the workspace's root ("" is the root). Null: it leaves the workspace, or is no plain relative path. */
export function placeOf(base: string, path: string): string | null {
  // A colon or a backslash is a URL or another system's path, ~ somebody's home; none of them is a place of ours.
  if (path === "" || /^[-/~]/.test(path) || /[\\:]/.test(path)) return null;
  const joined = posix.join(base, path).replace(/\/+$/, "");
  if (joined === ".." || joined.startsWith("../") || joined.startsWith("/")) return null;
  return joined === "." ? "" : joined;
}

/** The environment a directory belongs to: the one that names it, or the nearest directory above it. Two that name the same one are none. */
export function environmentOfDirectory(policy: Policy, directory: string): string | null {
  let best: { name: string | null; length: number } = { name: null, length: -1 };
  for (const [name, environment] of Object.entries(policy.environments)) {
    for (const known of environment.directories) {
      const place = placeOf("", known);
      if (place === null || !isWithin(place, directory)) continue;
      if (place.length > best.length) best = { name, length: place.length };
      else if (place.length === best.length && best.name !== name)
        best = { name: null, length: place.length };
    }
  }
  return best.name;
}

/** Whether the policy lets commands run in this place or read it; every place where it lists none. */
export function isListedPlace(policy: Policy, place: string): boolean {
  if (policy.directories.length === 0) return true;
  return policy.directories.some((known) => {
    const above = placeOf("", known);
    return above !== null && isWithin(above, place);
  });
}

/** Whether a place is that directory or below it; both as `placeOf` gives them. */
export function isWithin(directory: string, place: string): boolean {
  return directory === "" || place === directory || place.startsWith(`${directory}/`);
}

/** Whether terraform ignores a file of this name: hidden ones, and what editors leave behind. */
export function isPassedOver(name: string): boolean {
  return name.startsWith(".") || name.endsWith("~") || /^#.*#$/.test(name);
}
