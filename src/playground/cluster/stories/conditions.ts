/** One thing that has to hold of a stored object: of what stands at a path in it, or of it as a whole. */
export type Condition = {
  /** By its namespace, kind and name, `production/deployment/web`; what lies in no namespace by kind and name. */
  object: string;
  path?: readonly string[] | undefined;
} & Wanted;

/** What has to stand there: exactly one of them is given. */
export type Wanted = {
  there?: boolean | undefined;
  is?: unknown;
  among?: readonly unknown[] | undefined;
  atLeast?: number | string | undefined;
  below?: number | string | undefined;
};

/** Whether a condition holds of its object, which is undefined where it is not stored. */
export function isSoOf(condition: Condition, object: unknown): boolean {
  return holds(condition, condition.path === undefined ? object : valueAt(object, condition.path));
}

/** What stands at a path, and undefined where nothing does. An item of a list goes by its name, else by its number. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, word) => {
    if (Array.isArray(value)) return value.find((one) => nameOf(one) === word) ?? value[Number(word)];
    return typeof value === "object" && value !== null ? Reflect.get(value, word) : undefined;
  }, object);
}

/** Whether a value is what is wanted of it. */
export function holds(wanted: Wanted, value: unknown): boolean {
  if (wanted.there !== undefined) return wanted.there === (value !== undefined);
  if (wanted.is !== undefined) return isSame(wanted.is, value ?? null);
  if (wanted.among !== undefined) return wanted.among.some((one) => isSame(one, value ?? null));
  const amount = amountOf(value);
  if (amount === null) return false;
  if (wanted.atLeast !== undefined) return amount >= (amountOf(wanted.atLeast) ?? Number.NaN);
  return wanted.below !== undefined && amount < (amountOf(wanted.below) ?? Number.NaN);
}

const UNITS: Readonly<Record<string, number>> = {
  m: 0.001,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** A count, or a quantity as Kubernetes writes it (`512Mi`), as a number; null where it is none. */
function amountOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(String(value)) ?? [];
  const factor = UNITS[unit];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}

function nameOf(item: unknown): unknown {
  return typeof item === "object" && item !== null ? Reflect.get(item, "name") : undefined;
}

/** By content, whatever the order of their fields. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([name, one]) => [name, sorted(one)]));
}
