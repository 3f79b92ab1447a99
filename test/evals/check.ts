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
