import { z } from "zod";
import { MARK } from "#redact/keys.ts";
import { createRedactOwn } from "#redact/own.ts";
import type { Redact } from "#redact/redact.ts";

/** From this length on a value is looked for within others; of fewer than `LEAST` characters it would blank out ordinary words. */
const WITHIN = 6;
const LEAST = 3;

const Change = z.looseObject({
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
});
const Changed = z.looseObject({ change: Change });
const Output = z.looseObject({ sensitive: z.boolean().default(false), value: z.unknown().optional() });
const StateValues = z.looseObject({
  outputs: z.record(z.string(), Output).default({}),
  root_module: z.unknown().optional(),
});
const PlanJson = z.looseObject({
  resource_changes: z.array(Changed).default([]),
  resource_drift: z.array(Changed).default([]),
  output_changes: z.record(z.string(), Change).default({}),
  prior_state: z.looseObject({ values: StateValues.optional() }).optional(),
  planned_values: StateValues.optional(),
  variables: z.record(z.string(), z.looseObject({ value: z.unknown().optional() })).default({}),
  configuration: z
    .looseObject({
      root_module: z.looseObject({ variables: z.record(z.string(), Output).optional() }).optional(),
    })
    .optional(),
});
const Module = z.looseObject({
  resources: z
    .array(z.looseObject({ values: z.unknown().optional(), sensitive_values: z.unknown().optional() }))
    .default([]),
  child_modules: z.array(z.unknown()).default([]),
});

/**
 * Takes out, wherever they stand, the values that a plan (`terraform show -json`) marks as sensitive somewhere. terraform
 * masks the marked places alone: a computed copy (`output` of a `terraform_data`) it prints in clear text.
 */
export function maskSensitive(json: string): Redact {
  const values = [...new Set(sensitiveIn(PlanJson.parse(JSON.parse(json))))];
  const own = createRedactOwn(values.filter(({ length }) => length >= WITHIN));
  const short = values.filter(({ length }) => length >= LEAST && length < WITHIN);
  return (text) => {
    if (short.includes(text)) return MARK;
    return short.reduce((clean, value) => clean.replaceAll(JSON.stringify(value), `"${MARK}"`), own(text));
  };
}

function sensitiveIn(plan: z.infer<typeof PlanJson>): string[] {
  const changes = [
    ...[...plan.resource_changes, ...plan.resource_drift].map(({ change }) => change),
    ...Object.values(plan.output_changes),
  ];
  const states = [plan.prior_state?.values, plan.planned_values].filter((one) => one !== undefined);
  const marked = plan.configuration?.root_module?.variables ?? {};
  const variables = Object.entries(plan.variables).filter(([name]) => marked[name]?.sensitive === true);
  return [
    ...changes.flatMap((one) => [
      ...under(one.before, one.before_sensitive),
      ...under(one.after, one.after_sensitive),
    ]),
    ...states.flatMap(({ outputs, root_module }) => [
      ...Object.values(outputs).flatMap(({ value, sensitive }) => under(value, sensitive)),
      ...(root_module === undefined ? [] : inModule(root_module)),
    ]),
    ...variables.flatMap(([, { value }]) => under(value, true)),
  ];
}

function inModule(module: unknown): string[] {
  const { resources, child_modules } = Module.parse(module);
  return [
    ...resources.flatMap(({ values, sensitive_values }) => under(values, sensitive_values)),
    ...child_modules.flatMap(inModule),
  ];
}

/** The texts below a mark. A number may be a secret, too; true and false are none. */
function under(value: unknown, marks: unknown): string[] {
  if (marks === true) return leaves(value);
  if (typeof value !== "object" || value === null || typeof marks !== "object" || marks === null) return [];
  return Object.entries(marks).flatMap(([key, mark]) =>
    Object.hasOwn(value, key) ? under((value as Record<string, unknown>)[key], mark) : [],
  );
}

function leaves(value: unknown): string[] {
  if (typeof value === "number") return [String(value)];
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leaves);
  return typeof value === "string" ? [value, ...partsOf(value)] : [];
}

/** A text that holds JSON is shown by its parts. */
function partsOf(text: string): string[] {
  if (!/^\s*[{[]/.test(text)) return [];
  try {
    return leaves(JSON.parse(text));
  } catch {
    // It only begins like JSON.
    return [];
  }
}
