import { z } from "zod";
import type { Stretch } from "./differences.ts";

/** Who wrote what of an object, as the server keeps it (kubectl shows it with --show-managed-fields). */
const ManagedFields = z.array(
  z.looseObject({
    manager: z.string(),
    time: z.string().optional(),
    subresource: z.string().optional(),
    fieldsV1: z.unknown(),
  }),
);

/** Who wrote a path last, and when, by the server's own book; null where the book does not say. */
export function managerOf(
  object: { metadata: Record<string, unknown> },
  path: readonly Stretch[],
): { manager: string; at: string | null } | null {
  const read = ManagedFields.safeParse(object.metadata["managedFields"]);
  if (!read.success) return null;
  const owners = read.data
    .filter(({ fieldsV1, subresource }) => subresource !== "status" && holds(fieldsV1, path))
    .toSorted((one, other) => (one.time ?? "").localeCompare(other.time ?? ""));
  const last = owners.at(-1);
  return last === undefined ? null : { manager: last.manager, at: last.time ?? null };
}

/** Whether one of the cluster's own controllers wrote a path last, as an autoscaler the count: that is nobody's work. */
export function isByController(
  object: { metadata: Record<string, unknown> },
  path: readonly Stretch[],
): boolean {
  return managerOf(object, path)?.manager === "kube-controller-manager";
}

/** `f:KEY` is a field and `k:{"name":"app"}` an item of a list. A path that ends early holds all that is below it. */
function holds(fields: unknown, path: readonly Stretch[]): boolean {
  const [stretch, ...rest] = path;
  const here = FieldSet.safeParse(fields);
  if (stretch === undefined || !here.success) return stretch === undefined;
  const key =
    typeof stretch === "string"
      ? `f:${stretch}`
      : Object.keys(here.data).find((one) => one.startsWith("k:") && itemName(one) === stretch.name);
  if (key === undefined || !Object.hasOwn(here.data, key)) return false;
  const below = here.data[key];
  // A list or map that is written as a whole has nothing below it.
  return isLeaf(below) || holds(below, rest);
}

const FieldSet = z.record(z.string(), z.unknown());

function itemName(key: string): string | null {
  try {
    const read = z.looseObject({ name: z.string() }).safeParse(JSON.parse(key.slice(2)));
    return read.success ? read.data.name : null;
  } catch {
    return null;
  }
}

function isLeaf(fields: unknown): boolean {
  const read = FieldSet.safeParse(fields);
  return !read.success || Object.keys(read.data).length === 0;
}
