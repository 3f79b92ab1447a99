import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { PreviewRow } from "#change/preview.ts";

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
/** No more of a value is redacted: what is shown of it lies far before this. */
const MAX_READ_CHARS = 16_384;
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

/** Takes the secrets out of a field's value; the name it stands under may say that it is one. */
export type RedactField = (name: string, value: string) => string;

/** What differs between two sets of objects, field by field; objects are matched by kind, namespace and name. */
export function objectChanges(
  before: readonly ClusterObject[],
  after: readonly ClusterObject[],
  redact: RedactField,
): PreviewRow[] {
  const old = new Map(before.map((object) => [keyOf(object), object]));
  return after.flatMap((object): PreviewRow[] => {
    const was = old.get(keyOf(object));
    if (was === undefined) return [{ target: nameOf(object), action: "create", before: null, after: null }];
    const changed = fieldChanges({ path: "", name: "" }, was, object, { hidden: isSecret(object), redact });
    return changed.map(({ path, ...values }) => ({
      target: `${nameOf(object)} ${path}`,
      action: "update" as const,
      ...values,
    }));
  });
}

/**
 * Whether every object after stands there before as it is, to the last field. Counts also what a row does not show: another
 * last-applied text changes what the next apply takes away. What any write moves is left out.
 */
export function isUnchanged(before: readonly ClusterObject[], after: readonly ClusterObject[]): boolean {
  const old = new Map(before.map((object) => [keyOf(object), object]));
  return after.every((object) => isDeepStrictEqual(settled(old.get(keyOf(object))), settled(object)));
}

function settled(object: ClusterObject | undefined): unknown {
  if (object === undefined) return undefined;
  const { managedFields: _, resourceVersion: __, selfLink: ___, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function keyOf({ kind, metadata }: ClusterObject): string {
  return JSON.stringify([kind, metadata.namespace ?? "", metadata.name]);
}

function isSecret(object: ClusterObject): boolean {
  return object.kind === "Secret";
}

type Field = { path: string; before: string | null; after: string | null };
/** Where a value stands, and the name that says what it is: Kubernetes' `{"name": "DB_PASSWORD", "value": "…"}` has it beside. */
type Spot = { path: string; name: string };
type How = { hidden: boolean; redact: RedactField };

function fieldChanges({ path, name }: Spot, before: unknown, after: unknown, how: How): Field[] {
  if (NOISE.has(path) || isSame(before, after)) return [];
  // The first apply of what has none yet would else show all that `apply` remembers of itself.
  const none = path === "metadata.annotations" ? {} : undefined;
  const old = partsOf(before ?? none);
  const fresh = partsOf(after ?? none);
  if (old === null || fresh === null) {
    const show = (value: unknown) =>
      how.hidden && /^(data|stringData)(\.|$)/.test(path)
        ? shown(value, () => "[a secret's value]")
        : shown(value, (text) => how.redact(name, text));
    return [{ path, before: show(before), after: show(after) }];
  }
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const spot = { path: path === "" ? key : `${path}.${key}`, name: key === "value" ? name : key };
    return fieldChanges(spot, old.get(key), fresh.get(key), how);
  });
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The parts of an object or list by name; those of a list are known by their own name where all have one, as containers are. */
function partsOf(value: unknown): Map<string, unknown> | null {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const names = [itemName, itemPort].map((of) => items.map(of)).find(isUnique);
    return new Map(items.map((item, index) => [names?.[index] ?? String(index), item]));
  }
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : null;
}

function isUnique(names: readonly (string | null)[]): boolean {
  return !names.includes(null) && new Set(names).size === names.length;
}

/** A port without a name is known by its number: where it stands in the list says nothing. */
function itemPort(item: unknown): string | null {
  const port = readField(item, ["containerPort"]) ?? readField(item, ["port"]);
  if (typeof port !== "number" && typeof port !== "string") return null;
  const protocol = readField(item, ["protocol"]) ?? "TCP";
  return protocol === "TCP" ? String(port) : `${port}/${String(protocol)}`;
}

function itemName(item: unknown): string | null {
  const named = z.object({ name: z.string() }).safeParse(item);
  return named.success ? named.data.name : null;
}

/** A value as a row shows it: redacted first and cut then, since half a token looks like none. */
export function shown(value: unknown, redact: (text: string) => string): string | null {
  if (value === undefined || value === null) return null;
  const whole = typeof value === "string" ? value : JSON.stringify(value);
  const text = redact(whole.slice(0, MAX_READ_CHARS));
  return whole.length <= MAX_READ_CHARS && text.length <= MAX_VALUE_CHARS
    ? text
    : `${text.slice(0, MAX_VALUE_CHARS)} … (${whole.length} characters)`;
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
