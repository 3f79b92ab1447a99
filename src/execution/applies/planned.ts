import { z } from "zod";
import { Values } from "#execution/previews/planned-attributes.ts";

/** What terraform does to an object; a replacement is a creation and a destruction. */
export const Did = z.enum(["create", "update", "destroy", "import"]);
export type Did = z.infer<typeof Did>;

const Resource = z.object({
  address: z.string(),
  does: z.array(Did),
  /** It leaves the state, or gets another address, and the output of an apply says nothing of that. */
  isSilent: z.boolean(),
  isTainted: z.boolean(),
  /** The attributes that get another value, by their first name; in `unknown` those whose value nobody knew yet. */
  attributes: z.array(z.string()),
  unknown: z.array(z.string()),
});
export type PlannedResource = z.infer<typeof Resource>;

/** What a saved plan is to do, and the flags it was planned with. Values are not in it, but those of `-var`. */
export const PlannedApply = z.object({ flags: z.array(z.string()), resources: z.array(Resource) });
export type PlannedApply = z.infer<typeof PlannedApply>;

const PlanJson = z.looseObject({
  resource_changes: z
    .array(
      z.looseObject({
        address: z.string().min(1),
        previous_address: z.string().optional(),
        action_reason: z.string().optional(),
        change: Values.extend({ actions: z.array(z.string()), importing: z.unknown().optional() }),
      }),
    )
    .default([]),
});

/** Reads what a plan would do (`terraform show -json`); what it leaves alone is not in it. Throws for another format. */
export function readPlanned(json: string): PlannedResource[] {
  return PlanJson.parse(JSON.parse(json)).resource_changes.flatMap((one): PlannedResource[] => {
    const { address, previous_address: previous, change } = one;
    const { actions, importing } = change;
    const isImported = importing !== undefined && importing !== null;
    const does: Did[] = [
      ...(isImported ? ["import" as const] : []),
      ...(actions.includes("create") ? ["create" as const] : []),
      ...(actions.includes("update") ? ["update" as const] : []),
      ...(actions.includes("delete") ? ["destroy" as const] : []),
    ];
    const isSilent = actions.includes("forget") || (previous !== undefined && previous !== address);
    if (does.length === 0 && !isSilent) return [];
    const isTainted = one.action_reason === "replace_because_tainted";
    return [{ address, does, isSilent, isTainted, ...attributesOf(change) }];
  });
}

function attributesOf({ before, after, after_unknown: marks }: Values): {
  attributes: string[];
  unknown: string[];
} {
  const [was, is, open] = [fieldsOf(before), fieldsOf(after), fieldsOf(marks)];
  const unknown = Object.keys(open).filter((name) => isMarked(open[name]));
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => JSON.stringify(was[name] ?? null) !== JSON.stringify(is[name] ?? null),
  );
  return { attributes: [...new Set([...changed, ...unknown])], unknown };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  const read = z.record(z.string(), z.unknown()).safeParse(value);
  return read.success ? read.data : {};
}

/** terraform marks an unknown value with true at its place, however deep. */
function isMarked(marks: unknown): boolean {
  return typeof marks === "object" && marks !== null ? Object.values(marks).some(isMarked) : marks === true;
}
