import type { KubeObject, ManagedEntry } from "#playground/cluster/state.ts";
import { listKey } from "./patches.ts";

/** Who writes, as the server books it. */
export type Writer = Pick<ManagedEntry, "manager" | "operation" | "subresource">;

type FieldSet = { [key: string]: FieldSet };

/** Books what differs between two states of an object as its writer's, as the API server does: who wrote it before has it no more. */
export function noteWriter(
  object: KubeObject,
  before: KubeObject | null,
  writer: Writer,
  time: string,
): void {
  const now = ownedOf(object);
  const changed = changedIn(before === null ? undefined : ownedOf(before), now) ?? {};
  const entries = object.metadata.managedFields ?? [];
  const others = entries.map((entry) => ({ ...entry, fieldsV1: stillThere(entry.fieldsV1, now) }));
  const own = others.find((entry) => isOf(entry, writer));
  const rest = others
    .filter((entry) => entry !== own)
    .map((entry) => ({ ...entry, fieldsV1: without(entry.fieldsV1, changed) }));
  const fieldsV1 = both(own?.fieldsV1 ?? {}, changed);
  const { apiVersion } = object;
  const isNew = Object.keys(changed).length > 0;
  const mine = { ...writer, apiVersion, time: isNew ? time : (own?.time ?? time), fieldsType: "FieldsV1" };
  object.metadata.managedFields = [...rest, { ...mine, fieldsV1 }].filter(
    (entry) => Object.keys(entry.fieldsV1).length > 0,
  );
}

/** An object as its first writer left it. */
export function writtenBy<T extends KubeObject>(object: T, manager: string): T {
  noteWriter(object, null, { manager, operation: "Update" }, object.metadata.creationTimestamp);
  return object;
}

/** The same without the book: kubectl shows it only with --show-managed-fields. */
export function withoutBook(value: unknown): unknown {
  if (!isPlain(value)) return value;
  if (Array.isArray(value["items"])) return { ...value, items: value["items"].map(withoutBook) };
  const { metadata } = value;
  if (!isPlain(metadata) || metadata["managedFields"] === undefined) return value;
  const { managedFields: _, ...rest } = metadata;
  return { ...value, metadata: rest };
}

/** What the server keeps up by itself is nobody's. */
function ownedOf(object: KubeObject): object {
  const { apiVersion: _, kind: __, status: ___, metadata, ...rest } = object;
  const { labels, annotations, finalizers, ownerReferences } = metadata;
  const marks = Object.entries({ labels, annotations, finalizers, ownerReferences });
  return { ...rest, metadata: Object.fromEntries(marks.filter(([, value]) => value !== undefined)) };
}

/** The parts of a value that are owned one by one, by the server's names for them; null: it is owned as a whole. */
function partsOf(value: unknown, field: string): Map<string, [name: string, value: unknown]> | null {
  if (isPlain(value)) {
    const entries = Object.entries(value);
    return entries.length === 0 ? null : new Map(entries.map(([name, one]) => [`f:${name}`, [name, one]]));
  }
  if (!Array.isArray(value)) return null;
  const key = value.length === 0 ? undefined : listKey(field, value);
  if (key === undefined) return null;
  return new Map(value.map((item) => [`k:${JSON.stringify({ [key]: item[key] })}`, ["", item]]));
}

function changedIn(before: unknown, after: unknown, field = ""): FieldSet | null {
  if (JSON.stringify(before) === JSON.stringify(after)) return null;
  const parts = partsOf(after, field);
  if (parts === null) return {};
  const old = partsOf(before, field);
  const set: FieldSet = before === undefined && field !== "" ? { ".": {} } : {};
  for (const [key, [name, value]] of parts) {
    const inner = changedIn(old?.get(key)?.[1], value, name);
    if (inner !== null) set[key] = inner;
  }
  return Object.keys(set).length === 0 ? null : set;
}

function stillThere(set: FieldSet, value: unknown, field = ""): FieldSet {
  const parts = partsOf(value, field);
  const kept = Object.entries(set).flatMap(([key, inner]): [string, FieldSet][] => {
    if (key === ".") return [[key, inner]];
    const part = parts?.get(key);
    if (part === undefined) return [];
    const below = stillThere(inner, part[1], part[0]);
    // What was owned as a whole stays so; what lost all that was owned of it goes.
    return Object.keys(inner).length > 0 && Object.keys(below).length === 0 ? [] : [[key, below]];
  });
  return Object.fromEntries(kept);
}

function without(set: FieldSet, taken: FieldSet): FieldSet {
  const kept = Object.entries(set).flatMap(([key, inner]): [string, FieldSet][] => {
    const theirs = taken[key];
    if (theirs === undefined || key === ".") return [[key, inner]];
    if (Object.keys(theirs).length === 0) return [];
    const below = without(inner, theirs);
    return Object.keys(below).length === 0 ? [] : [[key, below]];
  });
  return Object.fromEntries(kept);
}

function both(one: FieldSet, other: FieldSet): FieldSet {
  const set = { ...one };
  for (const [key, inner] of Object.entries(other)) set[key] = both(set[key] ?? {}, inner);
  return set;
}

function isOf(entry: ManagedEntry, { manager, operation, subresource }: Writer): boolean {
  return entry.manager === manager && entry.operation === operation && entry.subresource === subresource;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
