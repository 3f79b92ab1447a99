import { posix } from "node:path";
import { readManifest } from "#policy/manifests/manifest.ts";

/** What a YAML file is to whoever plans: objects by kind and name, or a kustomization, by its directory. */
export type ManifestPart = { kind: "objects"; names: string[] } | { kind: "kustomization" };

const KUSTOMIZATION = /^kustomization\.ya?ml$/i;
/** Most YAML of a workspace is no manifest, and parsing each to see that takes long. */
const LOOKS_LIKE = [/^["\s-]*apiVersion["']?\s*:/m, /^["\s-]*kind["']?\s*:/m];

/** Reads it; null for a file that is no manifest. */
export function readManifestPart(path: string, text: string): ManifestPart | null {
  if (KUSTOMIZATION.test(posix.basename(path))) return { kind: "kustomization" };
  if (!LOOKS_LIKE.every((mark) => mark.test(text))) return null;
  const read = readManifest(text);
  if (!read.ok || read.objects.length === 0) return null;
  const names = read.objects.map(
    ({ kind, name, namespace }) =>
      `${kind} ${namespace === null ? "" : `${namespace}/`}${name ?? "without a name"}`,
  );
  return { kind: "objects", names };
}
