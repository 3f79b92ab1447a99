import { z } from "zod";
import type { ClusterObject, RedactField } from "#execution/previews/object-changes.ts";
import type { Stretch } from "./differences.ts";

/** The value at a path; items of lists go by their names, since others may have moved them. */
export function valueIn(object: unknown, path: readonly Stretch[]): unknown {
  return path.reduce<unknown>((value, stretch) => {
    if (typeof stretch === "string") {
      const fields = z.record(z.string(), z.unknown()).safeParse(value);
      return fields.success && Object.hasOwn(fields.data, stretch) ? fields.data[stretch] : undefined;
    }
    const items = z.array(z.unknown()).safeParse(value);
    const named = (item: unknown) => z.looseObject({ name: z.literal(stretch.name) }).safeParse(item).success;
    return items.success ? items.data.find(named) : undefined;
  }, object);
}

const MAX_VALUE_CHARS = 80;

/** A value of an object as people may read it. Redacted first and cut then: half a token looks like none. */
export function valueWords(
  { kind }: ClusterObject,
  path: readonly Stretch[],
  value: unknown,
  redact: RedactField,
): string {
  if (value === undefined) return "nothing";
  if (kind === "Secret") return "[a secret's value]";
  const last = path.at(-1) ?? "";
  // Kubernetes' `{"name": "DB_PASSWORD", "value": "…"}` has the telling name beside it.
  const name = last === "value" ? path.at(-2) : last;
  const text = redact(
    typeof name === "object" ? name.name : (name ?? ""),
    typeof value === "string" ? value : JSON.stringify(value),
  );
  return text.length > MAX_VALUE_CHARS ? `${text.slice(0, MAX_VALUE_CHARS)}…` : text;
}
