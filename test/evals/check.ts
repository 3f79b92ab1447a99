import { z } from "zod";

/** An object by its namespace, kind and name, `production/deployment/web`; one that lies in no namespace by kind and name. */
export const Ref = z
  .string()
  .regex(/^([a-z0-9-]+\/)?[a-z]+\/[a-z0-9][a-z0-9.-]*$/, "is not namespace/kind/name");

/** Where in an object: words with dots between them, or a list of words where one has a dot. An item of a list goes by its name. */
const Path = z.union([z.string().min(1).transform(splitPath), z.array(z.string()).min(1)]);

const Amount = z.union([z.number(), z.string().regex(/^\d+(\.\d+)?(m|Ki|Mi|Gi)?$/)]);

/** What has to stand at the place. Exactly one of them is written. */
const HOLDS = {
  /** Just this; null: nothing stands there. */
  is: z.json().optional(),
  /** One of these. */
  among: z.array(z.json()).min(1).optional(),
  /** An amount, of pods or of memory, that is no less. */
  atLeast: Amount.optional(),
  /** An amount that is less. */
  below: Amount.optional(),
};
const THERE = {
  /** Whether it is there at all. */
  there: z.boolean().optional(),
};

const OfObject = z
  .strictObject({
    object: Ref,
    path: Path.optional(),
    ...HOLDS,
    ...THERE,
    /** Every pod of it is another one than before. */
    restarted: z.literal(true).optional(),
  })
  .refine((one) => isOne(one, ["is", "among", "atLeast", "below"], one.path !== undefined), {
    message: "A path, with one of is, among, atLeast and below; or there; or restarted",
  });

const OfState = z
  .strictObject({
    /** The directory of the Terraform root. */
    root: z.string().min(1),
    resource: z.string().optional(),
    output: z.string().optional(),
    /** Where among the attributes of the resource. */
    path: Path.optional(),
    ...HOLDS,
    ...THERE,
    /** It was destroyed and made anew. */
    replaced: z.boolean().optional(),
  })
  .refine((one) => (one.resource === undefined) !== (one.output === undefined), {
    message: "Either a resource or an output",
  })
  .refine(
    (one) =>
      isOne(one, ["is", "among", "atLeast", "below"], one.path !== undefined || one.output !== undefined),
    { message: "A path or an output, with one of is, among, atLeast and below; or there; or replaced" },
  );

/** One thing that has to hold of an object of the cluster, or of a Terraform state. */
export const Check = z.union([OfObject, OfState]);
export type Check = z.infer<typeof Check>;

/** The check's object of the cluster; null where it is one of a Terraform state. */
export function objectOf(check: Check): string | null {
  return "object" in check ? check.object : null;
}

/** What stands at a path, and undefined where nothing does. An item of a list goes by its name, else by its number. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, word) => {
    if (Array.isArray(value)) return value.find((one) => nameOf(one) === word) ?? value[Number(word)];
    return typeof value === "object" && value !== null ? Reflect.get(value, word) : undefined;
  }, object);
}

/** Whether a value is what the check wants of it. */
export function holds(check: Check, value: unknown): boolean {
  if (check.there !== undefined) return check.there === (value !== undefined);
  if (check.is !== undefined) return isSame(check.is, value ?? null);
  if (check.among !== undefined) return check.among.some((one) => isSame(one, value ?? null));
  const amount = amountOf(value);
  if (amount === null) return false;
  if (check.atLeast !== undefined) return amount >= (amountOf(check.atLeast) ?? Number.NaN);
  return check.below !== undefined && amount < (amountOf(check.below) ?? Number.NaN);
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
export function amountOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(String(value)) ?? [];
  const factor = UNITS[unit];
  return digits === undefined || factor === undefined ? null : Number(digits) * factor;
}

function splitPath(text: string): string[] {
  return text.split(".");
}

function isOne(check: object, values: string[], hasPlace: boolean): boolean {
  const written = Object.entries(check).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const ofValue = written.filter((name) => values.includes(name));
  const ofWhole = written.filter((name) => ["there", "restarted", "replaced"].includes(name));
  return hasPlace
    ? ofValue.length === 1 && ofWhole.length === 0
    : ofValue.length === 0 && ofWhole.length === 1;
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
