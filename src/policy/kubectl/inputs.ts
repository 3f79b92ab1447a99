import type { Policy } from "#policy/document.ts";
import { type Files, filesIn, type KnownFiles, whyLeftOutIn } from "#policy/files.ts";
import { type Finding, refused } from "#policy/finding.ts";
import { guessKind, loadManifests, whyBarred } from "#policy/manifests/files.ts";
import { buildKustomization } from "#policy/manifests/kustomization.ts";
import type { ManifestObject } from "#policy/manifests/manifest.ts";
import { fromRoot } from "#policy/paths.ts";
import type { Read } from "#policy/verdict.ts";
import { flagOf, type KubectlLine } from "./line.ts";

/** What a command reads of the workspace. `unread`: it reads manifests that were not handed in. */
export type Inputs = { reads: Read[]; objects: ManifestObject[]; unread: boolean; findings: Finding[] };

/** Flags that name one file whose content is data to kubectl; in a list each may be `key=path`. */
const DATA_FLAGS = ["--from-file", "--from-env-file", "--cert", "--key", "--patch-file"];

/** Finds every path a command reads, and what objects its manifests hold. */
export function readInputs(line: KubectlLine, dir: string, files: Files, policy: Policy): Inputs {
  const inputs: Inputs = { reads: [], objects: [], unread: false, findings: [] };
  const recursive = isRecursive(line);
  for (const value of line.flags.get("--filename") ?? []) {
    // -f takes several after commas.
    for (const path of value.split(",")) {
      const loaded = loadManifests(path, dir, recursive, files);
      if (!loaded.ok) inputs.findings.push(refused(loaded.reason));
      else take(inputs, loaded.reads, loaded.objects);
    }
  }
  const root = flagOf(line, "--kustomize") ?? (line.verb === "kustomize" ? (line.operands[0] ?? ".") : null);
  if (root !== null) {
    const built = buildKustomization(root, dir, files, policy);
    take(inputs, built.reads, built.objects);
    inputs.findings.push(...built.findings);
  }
  for (const path of dataFiles(line)) {
    readData(path, dir, files, inputs);
  }
  const once = new Map(inputs.reads.map((read) => [`${read.kind} ${read.path}`, read]));
  return { ...inputs, reads: [...once.values()] };
}

function isRecursive(line: KubectlLine): boolean {
  const given = flagOf(line, "--recursive");
  // These two are recursive unless told otherwise.
  if (given === null) return line.verb === "wait" || line.verb === "set selector";
  return given === "true";
}

function take(inputs: Inputs, reads: readonly Read[], objects: readonly ManifestObject[] | null): void {
  inputs.reads.push(...reads);
  if (objects === null) inputs.unread = true;
  else inputs.objects.push(...objects);
}

function dataFiles(line: KubectlLine): string[] {
  return DATA_FLAGS.flatMap((name) =>
    (line.flags.get(name) ?? []).flatMap((value) => {
      const paths = name.startsWith("--from") ? value.split(",") : [value];
      return paths.map((path) => (name === "--from-file" ? path.slice(path.indexOf("=") + 1) : path));
    }),
  );
}

function readData(path: string, dir: string, files: Files, inputs: Inputs): void {
  const place = fromRoot(dir, path);
  if (place === null) {
    inputs.findings.push(refused(`"${path}" is not a path inside the workspace`));
    return;
  }
  const barred = whyBarred(place, files) ?? (files === null ? null : whyFolderBarred(place, files));
  if (barred !== null) inputs.findings.push(refused(barred));
  else if (files !== null && !files.has(place) && filesIn(files, place, "tree").length === 0) {
    inputs.findings.push(refused(`"${path}" is not in the workspace`));
  }
  const isFile = files === null ? guessKind(place) === "file" : files.has(place);
  inputs.reads.push({ path: place, kind: isFile ? "file" : "tree" });
}

/** Of a directory kubectl takes every file that lies in it, whatever it is called. */
function whyFolderBarred(place: string, files: KnownFiles): string | null {
  if (files.has(place)) return null;
  const closed = filesIn(files, place, "folder").map((path) => whyBarred(path, files));
  return closed.find((why) => why !== null) ?? whyLeftOutIn(files, place, "folder");
}
