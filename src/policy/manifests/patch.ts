import type { Policy } from "#policy/document.ts";
import { type Finding, high, medium } from "#policy/finding.ts";
import { judgeReplicas } from "#policy/replicas.ts";
import { judgeVariables } from "#policy/variables.ts";
import { isWeighty } from "./annotations.ts";
import { judgeImages } from "./images.ts";
import { type PatchedKind, type PatchFields, patchFields, templatePath } from "./patch-fields.ts";
import { type Fields, fieldsOf, readDocuments } from "./yaml.ts";

/** How a patch is meant; null: as kustomize tells them apart, by what it is. */
export type PatchType = "strategic" | "merge" | "json" | null;

/**
 * What a patch means: medium when it only sets what its kind may have set (patch-fields.ts; of a workload replicas above
 * zero, images, plain environment variables, resources, labels and annotations); high for anything else and for what cannot
 * be read. `kind` null: a workload.
 */
export function judgePatchText(
  text: string,
  type: PatchType,
  policy: Policy,
  kind: PatchedKind | null = null,
): Finding[] {
  const documents = readDocuments(text);
  if (!documents.ok) return [high(`its patch cannot be read: ${documents.reason}`)];
  const fields = patchFields(kind);
  const seen: Seen = { images: [], counts: [], variables: [], fields };
  for (const document of documents.values) {
    const isOps = Array.isArray(document) && (type === "json" || type === null);
    const strange = isOps
      ? document.map((op) => strangeOp(op, seen)).find((found) => found !== null)
      : type === "json"
        ? "no list of operations"
        : strangeIn(document, "", type, seen);
    if (strange !== null && strange !== undefined) {
      return [
        high(`its patch has ${strange}, which a person has to look at`),
        ...judgeReplicas(seen.counts, policy),
      ];
    }
  }
  if (documents.values.length === 0) return [high("its patch is empty")];
  return [
    medium(fields.does),
    ...judgeImages(seen.images, policy),
    ...judgeReplicas(seen.counts, policy),
    ...judgeVariables(seen.variables.filter((name) => typeof name === "string")),
  ];
}

/** What may stand at the top of a patch: what stands there in Kubernetes' own objects. */
const TOP =
  /^(apiVersion|kind|metadata|spec|status|data|stringData|binaryData|immutable|type|rules|subjects|roleRef|webhooks|secrets|imagePullSecrets|automountServiceAccountToken|provisioner|parameters|allowVolumeExpansion|\$\w+)$/;

/** Why a file is no patch, or null: kubectl prints what it cannot take for one, and puts anything else into the object. */
export function whyNoPatch(text: string): string | null {
  const documents = readDocuments(text);
  if (!documents.ok) return documents.reason;
  return firstOf(documents.values, strangeTop);
}

function strangeTop(document: unknown): string | null {
  if (Array.isArray(document)) {
    const isPlain = document.every((op) => typeof fieldsOf(op)?.["op"] === "string");
    return isPlain ? null : "its list holds more than operations";
  }
  const fields = fieldsOf(document);
  if (fields === null) return "it is no mapping and no list";
  // Whole manifests are patches too.
  const isManifest = typeof fields["apiVersion"] === "string" && typeof fields["kind"] === "string";
  return isManifest || Object.keys(fields).every((key) => TOP.test(key))
    ? null
    : "it has keys that no object has";
}

/** What a patch sets that has rules of its own: images, counts of pods, names of variables; and what it may set at all. */
type Seen = { images: unknown[]; counts: unknown[]; variables: unknown[]; fields: PatchFields };

/** The first thing in a patch that is not on the list, as a person would name it; null when there is none. */
function strangeIn(value: unknown, at: string, type: PatchType, seen: Seen): string | null {
  const { branches, leaves } = seen.fields;
  const path = templatePath(at);
  note(value, path, seen);
  const end = Object.hasOwn(leaves, path) ? leaves[path] : undefined;
  if (end !== undefined) return end(value) ? null : `${path} with ${shown(value)}`;
  if (!branches.has(path)) return path;
  if (Array.isArray(value)) {
    // A merge patch puts the whole list in place of what was there, with all that it leaves out.
    if (!branches.has(`${path}/[]`) || type === "merge") return `a list for ${path}`;
    return firstOf(value, (item) => strangeIn(item, `${path}/[]`, type, seen));
  }
  const fields = fieldsOf(value);
  if (fields === null || branches.has(`${path}/[]`)) return `${shown(value)} for ${path || "the whole"}`;
  return strangeField(fields, path, type, seen);
}

/** Keeps what has rules of its own. */
function note(value: unknown, path: string, seen: Seen): void {
  if (path.endsWith("/image")) seen.images.push(value);
  if (
    /^\/spec\/(?:jobTemplate\/spec\/)?(replicas|minReplicas|maxReplicas|parallelism|completions)$/.test(path)
  )
    seen.counts.push(value);
  if (path.endsWith("/env/[]/name")) seen.variables.push(value);
}

/** A patch may be any file: what it holds is no text for a reason, which is posted. */
function shown(value: unknown): string {
  if (typeof value === "string") return "a text";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "a mapping" : String(value);
}

function strangeField(fields: Fields, path: string, type: PatchType, seen: Seen): string | null {
  return firstOf(Object.entries(fields), ([key, held]) => {
    if (key.startsWith("$")) return `the directive ${key}`;
    if (/\/(annotations|labels)$/.test(path) && isWeighty(key))
      return `the ${path.slice(path.lastIndexOf("/") + 1, -1)} ${key}`;
    // Something else than a key was meant: `{data:{a:b}}` is one key to YAML.
    if (path === "/data" && !/^[-._a-zA-Z0-9]+$/.test(key)) return "a key that no config map can have";
    const isOpen = Object.hasOwn(seen.fields.leaves, `${path}/*`);
    return strangeIn(held, isOpen ? `${path}/*` : `${path}/${key}`, type, seen);
  });
}

/** One operation of a JSON patch: only setting, testing, and taking away labels and annotations. */
function strangeOp(value: unknown, seen: Seen): string | null {
  const fields = fieldsOf(value);
  const { op, path } = { op: fields?.["op"], path: fields?.["path"] };
  if (fields === null || typeof op !== "string" || typeof path !== "string")
    return "an operation that is none";
  const place = placeOf(path);
  if (op === "test") return null;
  const [, kind, pointer] = /\/(annotation|label)s\/(.+)$/.exec(path) ?? [];
  const key = pointer?.replaceAll("~1", "/").replaceAll("~0", "~");
  if (key !== undefined && isWeighty(key)) return `the ${kind} ${key}`;
  // What it is and what it is called are no part of how it runs; a whole patch names them to say which object it means.
  if (/^\/(kind|apiVersion|metadata\/name)$/.test(path)) return `${op} of ${path}`;
  if (op === "remove") return /\/(labels|annotations)\/\*$/.test(place) ? null : `a removal of ${path}`;
  if (op !== "add" && op !== "replace") return `the operation ${op}`;
  const strange = strangeIn(fields["value"], place, null, seen);
  // Whole branches replace what is there and is not named again.
  if (strange === null && seen.fields.branches.has(place) && !place.endsWith("/[]"))
    return `${op} of all of ${path}`;
  return strange;
}

function placeOf(path: string): string {
  const numbered = templatePath(path).replace(/\/(containers|env)\/([0-9]+|-)(?=\/|$)/g, "/$1/[]");
  return numbered.replace(/\/(labels|annotations|limits|requests|data)\/[^/]+$/, "/$1/*");
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
