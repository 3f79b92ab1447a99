import { type Kind, kindOfManifest } from "./kinds.ts";
import { type Fields, fieldsOf, readDocuments } from "./yaml.ts";

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
    const refusal = open(document, NOTHING, objects, 0);
    if (refusal !== null) return { ok: false, reason: refusal };
  }
  return { ok: true, objects };
}

/** Whatever has `items` is a list to kubectl; its items may leave out the kind that the list's name says. */
function open(value: unknown, list: Meant, objects: ManifestObject[], depth: number): string | null {
  const body = fieldsOf(value);
  if (body === null) return "a document is no mapping";
  const kind = body["kind"] === undefined ? list.kind : textOf(body["kind"]);
  const apiVersion = body["apiVersion"] === undefined ? list.apiVersion : textOf(body["apiVersion"]);
  // kubectl prints a whole document that says no kind (measured: "Object 'Kind' is missing in '…'").
  if (kind === "" || apiVersion === "")
    return "a document says no kind or no apiVersion, so it is no manifest";
  if (body["items"] !== undefined) return openList({ kind, apiVersion }, body["items"], objects, depth);
  if (objects.length >= MAX_OBJECTS) return `it has more than ${MAX_OBJECTS} objects`;
  const { name, namespace } = fieldsOf(body["metadata"]) ?? {};
  objects.push({
    kind,
    known: kindOfManifest(kind, apiVersion),
    name: textOf(name) || null,
    namespace: textOf(namespace) || null,
    body,
  });
  return null;
}

/** What the items of a list are that do not say it themselves. */
type Meant = { kind: string; apiVersion: string };

function openList(list: Meant, items: unknown, objects: ManifestObject[], depth: number): string | null {
  if (!list.kind.endsWith("List") || !Array.isArray(items) || depth >= MAX_LISTS) {
    return "a document has items but is no plain list";
  }
  const meant = list.kind === "List" ? NOTHING : { ...list, kind: list.kind.slice(0, -"List".length) };
  for (const item of items) {
    const refusal = open(item, meant, objects, depth + 1);
    if (refusal !== null) return refusal;
  }
  return null;
}

const NOTHING: Meant = { kind: "", apiVersion: "" };

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
