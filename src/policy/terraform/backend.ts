import { posix } from "node:path";
import { filesIn, type KnownFiles } from "#policy/files.ts";
import { blocksOf, jsonBlocksOf } from "./blocks.ts";
import { isPassedOver } from "./places.ts";

/** Where a root says its state is kept: nowhere (terraform then uses a file beside it), in a local file, or elsewhere. */
export type Backend = "unsaid" | "local" | "elsewhere";

/** Reads a root's backend from those of its own files that terraform reads, overrides included. Throws `UnclearError` where a file cannot be read for sure. */
export function backendOf(files: KnownFiles, root: string): Backend {
  const inner = filesIn(files, root, "folder")
    .filter((path) => /\.tf(\.json)?$/.test(path))
    // Whoever puts a backend aside as `.backend.tf` has none: taken for one, the state would be written into the copy and go with it.
    .filter((path) => !isPassedOver(posix.basename(path)))
    .flatMap((path) => {
      const text = files.get(path) ?? "";
      return path.endsWith(".json") ? jsonBlocksOf(text) : blocksOf(text);
    })
    .filter(({ type }) => type === "terraform")
    .flatMap(({ blocks }) => blocks);
  const backends = inner.filter(({ type }) => type === "backend");
  if (inner.some(({ type }) => type === "cloud") || backends.some(({ labels }) => labels[0] !== "local")) {
    return "elsewhere";
  }
  return backends.length > 0 ? "local" : "unsaid";
}
