import { type Kind, kindOfManifest } from "./kinds.ts";
import { type Fields, fieldsOf, readDocuments } from "./manifest-yaml.ts";

/** One object of a manifest. `known` null: a kind that is none of Kubernetes' own, or none at all. */
export type ManifestObject = {
  kind: string;
  known: Kind | null;
  name: string | null;
  namespace: string | null;
  body: Fields;
};

type Refusal = { ok: false; reason: string };

const MAX_OBJECTS = 1_000;
/** Lists within lists. */
const MAX_LISTS = 3;

/**
 * Reads a manifest's text, YAML or JSON, into its objects; lists are opened. Refused is what another reader could read
 * otherwise: duplicate keys, tags, odd line breaks, text behind a document's mark.
 */
export function readManifest(text: string): { ok: true; objects: ManifestObject[] } | Refusal {
  // kubectl also reads UTF-16, whose words we would not see.
  if (text.includes("\ufffd")) return { ok: false, reason: "it is not plain UTF-8" };
  const documents = readDocuments(text);
  if (!documents.ok) return documents;
  const objects: ManifestObject[] = [];
  for (const document of documents.values) {
    const refusal = open(document, "", objects, 0);
    if (refusal !== null) return { ok: false, reason: refusal };
  }
  return { ok: true, objects };
}

/** Whatever has `items` is a list to kubectl; its items may leave out the kind that the list's name says. */
function open(value: unknown, itemKind: string, objects: ManifestObject[], depth: number): string | null {
  const body = fieldsOf(value);
  if (body === null) return "a document is no mapping";
  const kind = body["kind"] === undefined ? itemKind : textOf(body["kind"]);
  if (body["items"] !== undefined) return openList(kind, body["items"], objects, depth);
  if (objects.length >= MAX_OBJECTS) return `it has more than ${MAX_OBJECTS} objects`;
  const { name, namespace } = fieldsOf(body["metadata"]) ?? {};
  objects.push({
    kind: kind === "" ? "object of no kind" : kind,
    known: kindOfManifest(kind, textOf(body["apiVersion"])),
    name: textOf(name) || null,
    namespace: textOf(namespace) || null,
    body,
  });
  return null;
}

function openList(kind: string, items: unknown, objects: ManifestObject[], depth: number): string | null {
  if (!kind.endsWith("List") || !Array.isArray(items) || depth >= MAX_LISTS) {
    return "a document has items but is no plain list";
  }
  const itemKind = kind === "List" ? "" : kind.slice(0, -"List".length);
  for (const item of items) {
    const refusal = open(item, itemKind, objects, depth + 1);
    if (refusal !== null) return refusal;
  }
  return null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
