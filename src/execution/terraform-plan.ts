import { z } from "zod";

/** What becomes of one resource. */
export type ResourceAction = "create" | "update" | "replace" | "destroy" | "forget";

/** A saved plan in numbers and addresses. No value of any resource is in it. */
export type PlanSummary = {
  counts: Record<ResourceAction, number>;
  resources: { address: string; action: ResourceAction }[];
};

/** `terraform show -json PLANFILE`, as far as it is looked at (format version 1). */
const PlanJson = z.looseObject({
  format_version: z.string().regex(/^1\./),
  resource_changes: z
    .array(
      z.looseObject({ address: z.string(), change: z.looseObject({ actions: z.array(z.string()).min(1) }) }),
    )
    .default([]),
});

/** Reads what a saved plan would do. Throws for another format: a plan that cannot be read cannot be shown, so it is not run. */
export function readPlanJson(json: string): PlanSummary {
  const plan = PlanJson.parse(JSON.parse(json));
  const counts: PlanSummary["counts"] = { create: 0, update: 0, replace: 0, destroy: 0, forget: 0 };
  const resources: PlanSummary["resources"] = [];
  for (const { address, change } of plan.resource_changes) {
    const action = actionOf(change.actions);
    if (action === null) continue;
    counts[action] += 1;
    resources.push({ address, action });
  }
  return { counts, resources };
}

function actionOf(actions: readonly string[]): ResourceAction | null {
  const [first, second] = actions;
  if (second !== undefined) return "replace";
  switch (first) {
    case "no-op":
    case "read":
      return null;
    case "create":
    case "update":
    case "forget":
      return first;
    case "delete":
      return "destroy";
    default:
      throw new Error(`The saved plan would ${JSON.stringify(actions)}, which Greenlight does not know.`);
  }
}
