import type { Policy } from "#policy/document.ts";
import { type Finding, high, medium } from "#policy/finding.ts";
import { judgeReplicas } from "#policy/replicas.ts";
import { judgeVariables } from "#policy/variables.ts";
import { isWeighty } from "./annotations.ts";
import { judgeImages } from "./images.ts";
import { type Fields, fieldsOf, readDocuments } from "./yaml.ts";

/** How a patch is meant; null: as kustomize tells them apart, by what it is. */
export type PatchType = "strategic" | "merge" | "json" | null;

/**
 * What a patch of a workload means: medium when it only sets replicas above zero, images, plain environment variables,
 * resources, labels or annotations; high for anything else and for what cannot be read.
 */
export function judgePatchText(text: string, type: PatchType, policy: Policy): Finding[] {
  const documents = readDocuments(text);
  if (!documents.ok) return [high(`its patch cannot be read: ${documents.reason}`)];
  const seen: Seen = { images: [], counts: [], variables: [] };
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
    medium("its patch changes how the workload runs"),
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

/** What a patch sets that has rules of its own: images, counts of pods, names of variables. */
type Seen = { images: unknown[]; counts: unknown[]; variables: unknown[] };

/** Where a patch may go on, and where it may end: with which values. `[]` is any item of a list, `*` any key. */
const BRANCHES = new Set([
  "",
  "/metadata",
  "/metadata/labels",
  "/metadata/annotations",
  "/spec",
  "/spec/template",
  "/spec/template/metadata",
  "/spec/template/metadata/labels",
  "/spec/template/metadata/annotations",
  "/spec/template/spec",
  "/spec/template/spec/containers",
  "/spec/template/spec/containers/[]",
  "/spec/template/spec/containers/[]/env",
  "/spec/template/spec/containers/[]/env/[]",
  "/spec/template/spec/containers/[]/resources",
  "/spec/template/spec/containers/[]/resources/limits",
  "/spec/template/spec/containers/[]/resources/requests",
]);

const isText = (value: unknown) => typeof value === "string";
const isScalar = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);
const isGone = (value: unknown) => isScalar(value) || value === null;
const isCount = (value: unknown) =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value < 10_000;
const CONTAINER = "/spec/template/spec/containers/[]";
const LEAVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  "/apiVersion": isText,
  "/kind": isText,
  "/metadata/name": isText,
  "/metadata/labels/*": isGone,
  "/metadata/annotations/*": isGone,
  "/spec/replicas": isCount,
  "/spec/template/metadata/labels/*": isGone,
  "/spec/template/metadata/annotations/*": isGone,
  [`${CONTAINER}/name`]: isText,
  [`${CONTAINER}/image`]: isText,
  [`${CONTAINER}/imagePullPolicy`]: isText,
  [`${CONTAINER}/env/[]/name`]: isText,
  [`${CONTAINER}/env/[]/value`]: isScalar,
  [`${CONTAINER}/resources/limits/*`]: isScalar,
  [`${CONTAINER}/resources/requests/*`]: isScalar,
};

/** The first thing in a patch that is not on the list, as a person would name it; null when there is none. */
function strangeIn(value: unknown, at: string, type: PatchType, seen: Seen): string | null {
  // A pod holds its containers where a workload holds its template.
  const path = at.startsWith("/spec/containers") ? `/spec/template${at}` : at;
  note(value, path, seen);
  const end = Object.hasOwn(LEAVES, path) ? LEAVES[path] : undefined;
  if (end !== undefined) return end(value) ? null : `${path} with ${shown(value)}`;
  if (!BRANCHES.has(path)) return path;
  if (Array.isArray(value)) {
    // A merge patch puts the whole list in place of what was there, with all that it leaves out.
    if (!BRANCHES.has(`${path}/[]`) || type === "merge") return `a list for ${path}`;
    return firstOf(value, (item) => strangeIn(item, `${path}/[]`, type, seen));
  }
  const fields = fieldsOf(value);
  if (fields === null || BRANCHES.has(`${path}/[]`)) return `${shown(value)} for ${path || "the whole"}`;
  return strangeField(fields, path, type, seen);
}

/** Keeps what has rules of its own. */
function note(value: unknown, path: string, seen: Seen): void {
  if (path.endsWith("/image")) seen.images.push(value);
  if (/^\/spec\/(replicas|minReplicas|maxReplicas|parallelism|completions)$/.test(path))
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
    const isOpen = Object.hasOwn(LEAVES, `${path}/*`);
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
  if (strange === null && BRANCHES.has(place) && !place.endsWith("/[]")) return `${op} of all of ${path}`;
  return strange;
}

function placeOf(path: string): string {
  const numbered = path
    .replace(/^\/spec\/containers(?=\/|$)/, "/spec/template/spec/containers")
    .replace(/\/(containers|env)\/([0-9]+|-)(?=\/|$)/g, "/$1/[]");
  return numbered.replace(/\/(labels|annotations|limits|requests)\/[^/]+$/, "/$1/*");
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
