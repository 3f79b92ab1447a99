import { isDeepStrictEqual } from "node:util";
import { z } from "zod";

/** One attribute of a resource as a plan changes it. Null: there is none. A value terraform calls sensitive is not in it. */
export type PlannedAttribute = {
  /** `ingress[0].cidr_blocks` */
  path: string;
  /** The last name on the path, which may say that the value is a secret. */
  name: string;
  before: string | null;
  after: string | null;
  /** Whether this change is why the resource is replaced. */
  forces: boolean;
};

/** What `terraform show -json` says of one resource's values (https://developer.hashicorp.com/terraform/internals/json-format). */
export const Values = z.looseObject({
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
  replace_paths: z.array(z.array(z.unknown())).optional(),
});
export type Values = z.infer<typeof Values>;

/** What terraform itself writes for a value that nobody knows yet. */
export const UNKNOWN = "(known after apply)";
const SENSITIVE = "(sensitive)";

/** Every attribute that becomes another one, those that force a replacement first. Of something new those that are set. */
export function attributesOf(values: Values): PlannedAttribute[] {
  const forcing = (values.replace_paths ?? []).map((path) => pathOf(path));
  const spot: Spot = {
    path: [],
    before: values.before,
    after: values.after,
    unknown: values.after_unknown,
    marks: [values.before_sensitive, values.after_sensitive],
  };
  const isNew = values.before === null || values.before === undefined;
  const all = changesAt(spot)
    .filter(({ before, after }) => !isNew || before !== null || isTold(after))
    .map((one) => ({ ...one, forces: forcing.some((path) => isBelow(one.path, path)) }));
  return [...all.filter(({ forces }) => forces), ...all.filter(({ forces }) => !forces)];
}

type Spot = {
  path: (string | number)[];
  before: unknown;
  after: unknown;
  unknown: unknown;
  marks: unknown[];
};
type Found = Omit<PlannedAttribute, "forces">;

/** Of what is made anew only what somebody wrote: the rest is as empty as before, or not known yet. */
function isTold(after: string | null): boolean {
  return after !== null && after !== UNKNOWN && after !== "[]" && after !== "{}";
}

function changesAt({ path, before, after, unknown, marks }: Spot): Found[] {
  const isSensitive = marks.includes(true);
  if (unknown === true) return found(path, isSensitive ? masked(before) : shown(before), UNKNOWN);
  if (isDeepStrictEqual(before ?? null, after ?? null) && !isAnyTrue(unknown)) return [];
  if (isSensitive) return found(path, masked(before), masked(after));
  const [old, fresh] = [opened(before), opened(after)];
  const isOpen = isParted(old) || isParted(fresh);
  if (!isOpen || (isLeaf(old) && !isNothing(old)) || (isLeaf(fresh) && !isNothing(fresh)))
    return found(path, shown(before), shown(after));
  return keysOf(old, fresh, unknown).flatMap((key) =>
    changesAt({
      path: [...path, key],
      before: at(old, key),
      after: at(fresh, key),
      unknown: at(unknown, key),
      marks: marks.map((mark) => at(mark, key)),
    }),
  );
}

function found(path: readonly (string | number)[], before: string | null, after: string | null): Found[] {
  const name = path.findLast((part) => typeof part === "string") ?? "";
  return [{ path: pathOf(path), name: String(name), before, after }];
}

/** A policy document is a text that holds JSON: its parts are what changes, not 2,000 characters of it. */
function opened(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // It only begins like JSON.
    return value;
  }
}

/** An object, or a list of such: a list of plain values is one value. */
function isParted(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isParted);
  return typeof value === "object" && value !== null;
}

function isLeaf(value: unknown): boolean {
  return !isParted(value) && !(Array.isArray(value) && value.length === 0);
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

function isAnyTrue(marks: unknown): boolean {
  if (typeof marks !== "object" || marks === null) return marks === true;
  return Object.values(marks).some(isAnyTrue);
}

function keysOf(...values: unknown[]): (string | number)[] {
  const keys = values.flatMap((value): (string | number)[] => {
    if (Array.isArray(value)) return value.map((_, index) => index);
    return typeof value === "object" && value !== null ? Object.keys(value) : [];
  });
  return [...new Set(keys)];
}

function at(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}

function masked(value: unknown): string | null {
  return isNothing(value) ? null : SENSITIVE;
}

function shown(value: unknown): string | null {
  if (isNothing(value)) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function pathOf(path: readonly unknown[]): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[\w-]+$/.test(String(part))) return `[${JSON.stringify(part)}]`;
      return index === 0 ? String(part) : `.${String(part)}`;
    })
    .join("");
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
}
