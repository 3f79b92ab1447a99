import { z } from "zod";
import type { Difference, Stretch } from "./differences.ts";
import { valueIn } from "./values.ts";

const Fields = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof Fields>;

/** The same value with another one at a path; `undefined` takes away what is there. */
export function withValue(value: unknown, path: readonly Stretch[], put: unknown): unknown {
  const [stretch, ...rest] = path;
  if (stretch === undefined) return put;
  if (typeof stretch === "string") {
    const fields = Fields.safeParse(value);
    const { [stretch]: old, ...others }: Fields = fields.success ? fields.data : {};
    const next = withValue(old, rest, put);
    return next === undefined ? others : { ...others, [stretch]: next };
  }
  const items: unknown[] = Array.isArray(value) ? value : [];
  const at = indexOf(items, stretch.name);
  const next = withValue(items[at], rest, put);
  if (next === undefined) return at === -1 ? items : items.toSpliced(at, 1);
  return at === -1 ? [...items, next] : items.with(at, next);
}

/**
 * The differences as they lie in an object that holds their `after` values: where each list item stands there now, and the
 * map above it where the map itself is gone. Null: an item on the way is not there any more.
 */
export function locatedIn(object: unknown, differences: readonly Difference[]): Difference[] | null {
  const found = new Map<string, Difference>();
  for (const { path, before } of differences) {
    const located = locate(object, path);
    if (located === null) return null;
    const { here, below } = located;
    const name = JSON.stringify(here);
    const old = found.get(name)?.before;
    found.set(name, {
      path: here,
      before: below.length === 0 ? before : withValue(old, below, before),
      after: valueIn(object, here),
    });
  }
  return [...found.values()];
}

/** How far a path leads in an object, and what of it has nothing to stand in. */
function locate(object: unknown, path: readonly Stretch[]): { here: Stretch[]; below: Stretch[] } | null {
  const here: Stretch[] = [];
  let value = object;
  for (const [depth, stretch] of path.entries()) {
    if (typeof stretch === "object") {
      const index = Array.isArray(value) ? indexOf(value, stretch.name) : -1;
      if (index === -1) return null;
      here.push({ name: stretch.name, index });
    } else here.push(stretch);
    value = valueIn(value, [stretch]);
    if (value === undefined) return { here, below: path.slice(depth + 1) };
  }
  return { here, below: [] };
}

function indexOf(items: readonly unknown[], name: string): number {
  return items.findIndex((item) => z.looseObject({ name: z.literal(name) }).safeParse(item).success);
}
