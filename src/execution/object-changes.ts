import { z } from "zod";
import type { PreviewRow } from "../change/preview.ts";

/** A Kubernetes object, as far as a comparison needs to know it. */
export const ClusterObject = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.string()).nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
  }),
});
export type ClusterObject = z.infer<typeof ClusterObject>;

/** What kubectl prints with `-o json`: one object, a list of them, several one after the other, or nothing. Throws when it is none of these. */
export function readObjects(json: string): ClusterObject[] {
  if (json.trim() === "") return [];
  // `create -f` and `set` print one document for each object (kubectl 1.32); only the outer braces stand at a line's start.
  return json.split(/(?<=^\})\r?\n(?=\{)/m).flatMap(readDocument);
}

function readDocument(json: string): ClusterObject[] {
  const read: unknown = JSON.parse(json);
  const list = z
    .looseObject({ kind: z.string().endsWith("List"), items: z.array(ClusterObject) })
    .safeParse(read);
  return list.success ? list.data.items : [ClusterObject.parse(read)];
}

/** "Deployment/payment-api". */
export function nameOf(object: ClusterObject): string {
  return `${object.kind}/${object.metadata.name}`;
}

/** A field is a sentence in a table: a longer value is cut, and says so. */
const MAX_VALUE_CHARS = 160;
/** What the server fills in, and what changes with every write. */
const NOISE = new Set([
  "status",
  "metadata.managedFields",
  "metadata.resourceVersion",
  "metadata.generation",
  "metadata.uid",
  "metadata.creationTimestamp",
  "metadata.selfLink",
  "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration",
]);

/** What differs between two sets of objects, field by field; objects are matched by kind, namespace and name. */
export function objectChanges(
  before: readonly ClusterObject[],
  after: readonly ClusterObject[],
): PreviewRow[] {
  const old = new Map(before.map((object) => [keyOf(object), object]));
  return after.flatMap((object): PreviewRow[] => {
    const was = old.get(keyOf(object));
    if (was === undefined) return [{ target: nameOf(object), action: "create", before: null, after: null }];
    const changed = fieldChanges("", was, object, isSecret(object));
    return changed.map(({ path, ...values }) => ({
      target: `${nameOf(object)} ${path}`,
      action: "update" as const,
      ...values,
    }));
  });
}

function keyOf({ kind, metadata }: ClusterObject): string {
  return JSON.stringify([kind, metadata.namespace ?? "", metadata.name]);
}

function isSecret(object: ClusterObject): boolean {
  return object.kind === "Secret";
}

type Field = { path: string; before: string | null; after: string | null };

function fieldChanges(path: string, before: unknown, after: unknown, hidden: boolean): Field[] {
  if (NOISE.has(path) || isSame(before, after)) return [];
  const old = partsOf(before);
  const fresh = partsOf(after);
  if (old === null || fresh === null) {
    const isHidden = hidden && /^(data|stringData)(\.|$)/.test(path);
    return [{ path, before: shown(before, isHidden), after: shown(after, isHidden) }];
  }
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  return names.flatMap((name) =>
    fieldChanges(path === "" ? name : `${path}.${name}`, old.get(name), fresh.get(name), hidden),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The parts of an object or list by name; those of a list are known by their own name where all have one, as containers are. */
function partsOf(value: unknown): Map<string, unknown> | null {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const names = items.map(itemName);
    const isNamed = !names.includes(null) && new Set(names).size === names.length;
    return new Map(items.map((item, index) => [(isNamed ? names[index] : null) ?? String(index), item]));
  }
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : null;
}

function itemName(item: unknown): string | null {
  const named = z.object({ name: z.string() }).safeParse(item);
  return named.success ? named.data.name : null;
}

function shown(value: unknown, hidden: boolean): string | null {
  if (value === undefined || value === null) return null;
  if (hidden) return "[a secret's value]";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= MAX_VALUE_CHARS
    ? text
    : `${text.slice(0, MAX_VALUE_CHARS)} … (${text.length} characters)`;
}

/** A field of an untyped object, or undefined. */
export function readField(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
