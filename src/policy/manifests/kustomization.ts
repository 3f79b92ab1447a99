import { judgeConfigText, judgeVariablesFile } from "#policy/config-text.ts";
import type { Policy } from "#policy/document.ts";
import type { Files, KnownFiles } from "#policy/files.ts";
import { type Finding, high, refused } from "#policy/finding.ts";
import { fromRoot } from "#policy/paths.ts";
import type { Read } from "#policy/verdict.ts";
import { whyBarred } from "./files.ts";
import { judgeImages } from "./images.ts";
import { kindOf } from "./kinds.ts";
import { judgeKeys, judgeOptions, judgeTransforms } from "./kustomization-transforms.ts";
import { judgeOwnNotes } from "./kustomize-own.ts";
import { type ManifestObject, readManifest } from "./manifest.ts";
import { type Fields, fieldsOf, readDocuments } from "./yaml.ts";

/** What building a kustomization reads and makes. Objects null: its files were not handed in. */
export type Built = { reads: Read[]; objects: ManifestObject[] | null; findings: Finding[] };

const NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/** Directories within directories; kustomize has no limit, people stop at five. */
const MAX_DEPTH = 10;
const MAX_DIRECTORIES = 100;

/** Follows a kustomization through the workspace. Whatever comes from elsewhere or runs something is refused; so is every key not on the list. */
export function buildKustomization(path: string, dir: string, files: Files, policy: Policy): Built {
  const place = localPath(dir, path);
  if (place === null) {
    return {
      reads: [],
      objects: null,
      findings: [refused(`"${path}" is not a directory inside the workspace`)],
    };
  }
  const built: Built = { reads: [{ path: place, kind: "tree" }], objects: null, findings: [] };
  if (files === null) return built;
  const walk: Walk = {
    files,
    policy,
    objects: [],
    reads: built.reads,
    findings: built.findings,
    visits: 0,
    read: new Map(),
  };
  follow(place, walk, []);
  if (walk.findings.every(({ risk }) => risk !== "refused") && walk.objects.length === 0) {
    walk.findings.push(refused(`"${path}" holds no object`));
  }
  return { ...built, objects: walk.objects };
}

type Walk = {
  files: KnownFiles;
  policy: Policy;
  objects: ManifestObject[];
  reads: Read[];
  findings: Finding[];
  /** How many directories were followed, each as often as it is named: what two overlays take twice is there twice. */
  visits: number;
  /** Manifests read already. */
  read: Map<string, ReturnType<typeof readManifest>>;
};

/** kustomize takes `github.com/…`, `host:path`, `x@host` and queries for repositories before it looks at the disk. */
function localPath(dir: string, path: string): string | null {
  if (
    /[@?&%]|\.git(\/|$)|_git\//i.test(path) ||
    /^(www\.)?(github|gitlab|bitbucket)\.|^(gh|git)::?/i.test(path)
  )
    return null;
  return fromRoot(dir, path);
}

/** `above`: the directories that led here. */
function follow(dir: string, walk: Walk, above: readonly string[]): void {
  if (above.includes(dir)) {
    walk.findings.push(refused(`the kustomization leads from "${dir}" back to itself`));
    return;
  }
  if (above.length > MAX_DEPTH || walk.visits >= MAX_DIRECTORIES) {
    walk.findings.push(refused("the kustomization leads through too many directories"));
    return;
  }
  walk.visits += 1;
  const found = NAMES.map((name) => (dir === "" ? name : `${dir}/${name}`)).filter((name) =>
    walk.files.has(name),
  );
  const barred = NAMES.map((name) => whyBarred(dir === "" ? name : `${dir}/${name}`, walk.files)).find(
    (why) => why !== null,
  );
  if (barred !== undefined) {
    walk.findings.push(refused(barred));
    return;
  }
  const [file] = found;
  if (file === undefined || found.length > 1) {
    walk.findings.push(refused(`"${dir}" has no kustomization in the workspace, or more than one`));
    return;
  }
  const documents = readDocuments(walk.files.get(file) ?? "");
  const fields = documents.ok && documents.values.length === 1 ? fieldsOf(documents.values[0]) : null;
  if (fields === null) {
    const why = documents.ok ? "it is not one mapping" : documents.reason;
    walk.findings.push(refused(`"${file}" cannot be judged: ${why}`));
    return;
  }
  walk.findings.push(...judgeOwnNotes(fields));
  const before = walk.objects.length;
  const { namespace, ...keys } = fields;
  for (const [key, value] of Object.entries(keys)) judgeKey(key, value, dir, walk, above);
  if (namespace !== undefined) moveTo(namespace, before, walk);
}

/** Everything built is put there, whatever its own manifest says. */
function moveTo(namespace: unknown, from: number, walk: Walk): void {
  if (typeof namespace !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(namespace)) {
    walk.findings.push(refused("the kustomization's namespace is no plain name"));
    return;
  }
  walk.objects = walk.objects.map((object, index) => (index < from ? object : { ...object, namespace }));
}

/** Keys that only name things, or set what every workload may have. */
const HARMLESS = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "namePrefix",
  "nameSuffix",
  "buildMetadata",
  "sortOptions",
]);

const IMAGE = ["name", "newName", "newTag", "digest", "tagSuffix"];
const GENERATOR = ["name", "namespace", "behavior", "literals", "files", "envs", "env", "options"];

function judgeKey(key: string, value: unknown, dir: string, walk: Walk, above: readonly string[]): void {
  switch (key) {
    case "resources":
    case "bases":
    case "components":
      for (const entry of listOf(key, value, walk)) include(entry, dir, walk, above);
      return;
    case "configMapGenerator":
      for (const entry of listOf(key, value, walk)) generate("ConfigMap", entry, dir, walk);
      return;
    case "images":
      for (const entry of listOf(key, value, walk)) {
        walk.findings.push(...judgeKeys(key, entry, IMAGE));
        const image = fieldsOf(entry)?.["newName"] ?? fieldsOf(entry)?.["name"];
        walk.findings.push(...judgeImages([image], walk.policy));
      }
      return;
    case "secretGenerator":
      walk.findings.push(high("the kustomization makes secrets"));
      for (const entry of listOf(key, value, walk)) generate("Secret", entry, dir, walk);
      return;
    default: {
      if (HARMLESS.has(key)) return;
      const read = (path: string) => readLocal(path, dir, walk);
      walk.findings.push(...judgeTransforms(key, value, read, walk.policy));
    }
  }
}

function listOf(key: string, value: unknown, walk: Walk): unknown[] {
  if (Array.isArray(value)) return value;
  walk.findings.push(refused(`the kustomization's ${key} are no list`));
  return [];
}

function include(entry: unknown, dir: string, walk: Walk, above: readonly string[]): void {
  const place = typeof entry === "string" ? localPath(dir, entry) : null;
  if (place === null) {
    walk.findings.push(
      refused(`the kustomization takes ${JSON.stringify(entry)}, which is not in the workspace`),
    );
    return;
  }
  const text = walk.files.get(place);
  const barred = whyBarred(place, walk.files);
  if (barred !== null) {
    walk.findings.push(refused(barred));
    return;
  }
  if (text === undefined) {
    walk.reads.push({ path: place, kind: "tree" });
    follow(place, walk, [...above, dir]);
    return;
  }
  walk.reads.push({ path: place, kind: "file" });
  const read = walk.read.get(place) ?? readManifest(text);
  walk.read.set(place, read);
  if (read.ok) {
    walk.objects.push(...read.objects);
    walk.findings.push(...read.objects.flatMap(({ body }) => judgeOwnNotes(body["metadata"])));
  } else walk.findings.push(refused(`"${place}" cannot be judged: ${read.reason}`));
}

/** A generator's object, whose content is only data, and its files: `key=path` or a path. */
function generate(kind: "ConfigMap" | "Secret", entry: unknown, dir: string, walk: Walk): void {
  const fields: Fields = fieldsOf(entry) ?? {};
  const generator = kind === "ConfigMap" ? "configMapGenerator" : "secretGenerator";
  const known = kind === "ConfigMap" ? GENERATOR : [...GENERATOR, "type"];
  walk.findings.push(...judgeKeys(generator, entry, known));
  if (fields["options"] !== undefined)
    walk.findings.push(...judgeOptions(`${generator}.options`, fields["options"]));
  const [name, namespace] = [fields["name"], fields["namespace"]];
  walk.objects.push({
    kind,
    known: kindOf(kind),
    name: typeof name === "string" ? name : null,
    namespace: typeof namespace === "string" ? namespace : null,
    body: { metadata: namespace === undefined ? {} : { namespace } },
  });
  const env = fields["env"] === undefined ? [] : [fields["env"]];
  for (const path of pathsIn(fields["files"], walk)) {
    const text = readLocal(path.slice(path.indexOf("=") + 1), dir, walk);
    if (text !== null && kind === "ConfigMap") walk.findings.push(...judgeConfigText(path, text));
  }
  for (const path of [...pathsIn(fields["envs"], walk), ...pathsIn(env, walk)]) {
    const text = readLocal(path, dir, walk);
    if (text !== null) walk.findings.push(...judgeVariablesFile(path, text));
  }
}

function pathsIn(list: unknown, walk: Walk): string[] {
  if (list === undefined || list === null) return [];
  const paths: unknown[] = Array.isArray(list) ? list : [list];
  if (!Array.isArray(list) || paths.some((path) => typeof path !== "string"))
    walk.findings.push(refused("a generator's files are no list of paths"));
  return paths.filter((path) => typeof path === "string");
}

function readLocal(path: string, dir: string, walk: Walk): string | null {
  const place = localPath(dir, path);
  const text = place === null ? undefined : walk.files.get(place);
  const barred = place === null ? null : whyBarred(place, walk.files);
  if (barred !== null) {
    walk.findings.push(refused(barred));
    return null;
  }
  if (place === null || text === undefined) {
    walk.findings.push(refused(`the kustomization reads "${path}", which is not in the workspace`));
    return null;
  }
  walk.reads.push({ path: place, kind: "file" });
  return text;
}
