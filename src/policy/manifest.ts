import { type Document, isNode, isPair, isScalar, parseDocument, visit } from "yaml";
import { type Kind, kindOfManifest } from "./kinds.ts";

/** One object of a manifest. `known` null: a kind that is none of Kubernetes' own, or none at all. */
export type ManifestObject = {
  kind: string;
  known: Kind | null;
  name: string | null;
  namespace: string | null;
  body: Fields;
};

/** A mapping of a manifest, of whatever is in it. */
export type Fields = Readonly<Record<string, unknown>>;

type Refusal = { ok: false; reason: string };

/** Larger manifests are refused: judging must stay quick, and nobody reads them on a card. */
const MAX_MANIFEST_LENGTH = 1_000_000;
const MAX_OBJECTS = 1_000;
const MAX_ALIASES = 50;
/** Lists within lists. */
const MAX_LISTS = 3;

/**
 * Reads a manifest's text, YAML or JSON, into its objects; lists are opened. Refused is what another reader could read
 * otherwise: duplicate keys, tags, odd line breaks, text behind a document's mark.
 */
export function readManifest(text: string): { ok: true; objects: ManifestObject[] } | Refusal {
  const documents = readDocuments(text);
  if (!documents.ok) return documents;
  const objects: ManifestObject[] = [];
  for (const document of documents.values) {
    const refusal = open(document, "", objects, 0);
    if (refusal !== null) return { ok: false, reason: refusal };
  }
  return { ok: true, objects };
}

/** Reads a text of one or more YAML documents; empty ones are left out. */
export function readDocuments(text: string): { ok: true; values: unknown[] } | Refusal {
  if (text.length > MAX_MANIFEST_LENGTH) return { ok: false, reason: "it is larger than 1 MB" };
  // Go's YAML breaks lines at some of these, others do not: two readers would read two texts.
  if (/[^\t\n\r\x20-\x7e\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd]|\r(?!\n)/.test(text)) {
    return { ok: false, reason: "it has odd characters" };
  }
  const values: unknown[] = [];
  for (const part of splitDocuments(text)) {
    if (part === null) return { ok: false, reason: 'it has text on the line of a "---"' };
    const value = readDocument(part);
    if (!value.ok) return value;
    if (value.value !== null) values.push(value.value);
  }
  return { ok: true, values };
}

/** A value as fields, or null when it is none. */
export function fieldsOf(value: unknown): Fields | null {
  return isFields(value) ? value : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** kubectl cuts a text at every line that begins with `---`, before any YAML is read, and drops the rest of that line. */
function splitDocuments(text: string): (string | null)[] {
  const parts: (string | null)[] = [];
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith("---")) {
      lines.push(line);
      continue;
    }
    parts.push(lines.join("\n"));
    lines = [];
    if (!/^---\s*(#.*)?$/.test(line)) parts.push(null);
  }
  parts.push(lines.join("\n"));
  return parts;
}

function readDocument(text: string): { ok: true; value: unknown } | Refusal {
  // Kubernetes reads YAML 1.1, where `yes` and `on` are true and `<<` merges.
  const document = parseDocument(text, { version: "1.1", schema: "yaml-1.1", prettyErrors: false });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return { ok: false, reason: `it is not plain YAML: ${error.message}` };
  if (document.directives?.yaml.explicit === true) return { ok: false, reason: "it has a %YAML directive" };
  const odd = oddNode(document);
  if (odd !== null) return { ok: false, reason: odd };
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch (cause) {
    return {
      ok: false,
      reason: `it cannot be unfolded: ${cause instanceof Error ? cause.message : "unknown"}`,
    };
  }
}

/** A tag can make anything of a text, and a key that is no text is read differently here and there. */
function oddNode(document: Document): string | null {
  let odd: string | null = null;
  visit(document, (_, node) => {
    if (isNode(node) && node.tag !== undefined) odd = `it has a tag, "${node.tag}"`;
    if (!isPair(node)) return;
    const key = isScalar(node.key) ? node.key.value : node.key;
    // A symbol is the merge key.
    if (!["string", "number", "symbol"].includes(typeof key)) odd = "it has a key that is no text";
  });
  return odd;
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
