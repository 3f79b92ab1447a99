import { z } from "zod";
import { attributesOf, type PlannedAttribute, Values } from "./planned-attributes.ts";

/** What becomes of one resource. */
export type ResourceAction = "create" | "update" | "replace" | "destroy" | "forget" | "import";

/** One resource a plan touches. `reason` is terraform's own, in words; null when it gives none. */
export type PlannedResource = {
  address: string;
  action: ResourceAction;
  reason: string | null;
  attributes: PlannedAttribute[];
};

/** A saved plan in numbers, addresses and values. What terraform marks as sensitive is not in it, nor is any output. */
export type PlanSummary = {
  /** By action. One that is imported and changed at once counts for its change, and in `imported`. */
  counts: Record<ResourceAction, number>;
  resources: PlannedResource[];
  /** Objects taken into the state, changed or not. */
  imported: number;
  /** Resources that only get another address. */
  moved: number;
  unchanged: number;
  /** Data sources that are read while applying. */
  read: number;
  /** Outputs that would change. */
  outputsChanged: number;
  /** Whether a value in it is marked sensitive: the plan file holds it in clear text. */
  hasSensitive: boolean;
  /** False when it was narrowed to targets, or when terraform put a part off. */
  isComplete: boolean;
  /** Terraform's own word that applying it has an effect; what does not say counts as having one. */
  isApplyable: boolean;
};

const MAX_ADDRESS_CHARS = 1_000;

const Change = Values.extend({
  actions: z.array(z.string()).min(1).max(2),
  importing: z.unknown().optional(),
});
/** `terraform show -json PLANFILE`, as far as it is looked at (format version 1). */
const PlanJson = z.looseObject({
  format_version: z.string().regex(/^1\./),
  errored: z.boolean().default(false),
  complete: z.boolean().default(true),
  /** terraform 1.7 and later. */
  applyable: z.boolean().default(true),
  resource_changes: z
    .array(
      z.looseObject({
        address: z.string().min(1),
        previous_address: z.string().optional(),
        deposed: z.string().optional(),
        action_reason: z.string().optional(),
        change: Change,
      }),
    )
    .default([]),
  output_changes: z.record(z.string(), Change).default({}),
  /** terraform 1.14 and later: commands a provider runs beside the resources. */
  action_invocations: z.array(z.unknown()).default([]),
});
type Resource = z.infer<typeof PlanJson>["resource_changes"][number];

/** Every pair of actions terraform 1.11 plans, and what it comes to. */
const ACTIONS: Readonly<Record<string, ResourceAction | "none" | "read">> = {
  "no-op": "none",
  read: "read",
  create: "create",
  update: "update",
  delete: "destroy",
  forget: "forget",
  "delete create": "replace",
  "create delete": "replace",
  // The old object stays where it is, and nothing of ours knows it any more.
  "create forget": "forget",
};

/** terraform's reasons, in words. One that is not here is left out: it says nothing the action does not. */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_cannot_update: "a change that cannot be made in place",
  replace_because_tainted: "it is tainted",
  replace_by_request: "it was asked for",
  replace_by_triggers: "something it is replaced with changes",
  delete_because_no_resource_config: "it is no longer in the configuration",
  delete_because_no_module: "its module is no longer in the configuration",
  delete_because_no_move_target: "it was moved to something that is not in the configuration",
  delete_because_each_key: "its key is no longer in for_each",
  delete_because_count_index: "its number is beyond count",
  delete_because_wrong_repetition: "count or for_each was added or taken away",
};

/** Reads what a saved plan would do. Throws for one that cannot be read in full: it cannot be shown, so it is not run. */
export function readPlanJson(json: string): PlanSummary {
  const plan = PlanJson.parse(JSON.parse(json));
  if (plan.errored) throw new Error("The saved plan ended with an error, so it is not whole. Plan again.");
  if (plan.action_invocations.length > 0) {
    throw new Error("The saved plan would run actions of a provider, which Greenlight cannot show.");
  }
  const summary: PlanSummary = {
    counts: { create: 0, update: 0, replace: 0, destroy: 0, forget: 0, import: 0 },
    resources: [],
    imported: 0,
    moved: 0,
    unchanged: 0,
    read: 0,
    outputsChanged: 0,
    hasSensitive: false,
    isComplete: plan.complete,
    isApplyable: plan.applyable,
  };
  for (const resource of plan.resource_changes) addResource(resource, summary);
  for (const change of Object.values(plan.output_changes)) {
    if (actionOf(change.actions) !== "none") summary.outputsChanged += 1;
    summary.hasSensitive ||= isMarked(change.before_sensitive) || isMarked(change.after_sensitive);
  }
  return summary;
}

/** Whether the plan is whole and says in numbers, and by terraform's own word, that applying it changes nothing. */
export function plansNothing(plan: PlanSummary): boolean {
  const counted = [...Object.values(plan.counts), plan.imported, plan.moved, plan.read, plan.outputsChanged];
  return plan.isComplete && !plan.isApplyable && counted.every((count) => count === 0);
}

function addResource(resource: Resource, summary: PlanSummary): void {
  const { change } = resource;
  summary.hasSensitive ||= isMarked(change.before_sensitive) || isMarked(change.after_sensitive);
  const planned = actionOf(change.actions);
  if (planned === "read") {
    summary.read += 1;
    return;
  }
  const isImported = change.importing !== undefined && change.importing !== null;
  if (isImported) summary.imported += 1;
  if (planned === "none" && !isImported) {
    const isMoved = resource.previous_address !== undefined && resource.previous_address !== resource.address;
    summary[isMoved ? "moved" : "unchanged"] += 1;
    return;
  }
  const action = planned === "none" ? "import" : planned;
  summary.counts[action] += 1;
  summary.resources.push({
    address: addressOf(resource),
    action,
    reason: reasonOf(resource, isImported),
    // What goes away is named; its values are of no use to whoever decides.
    attributes: action === "destroy" || action === "forget" ? [] : attributesOf(change),
  });
}

function actionOf(actions: readonly string[]): ResourceAction | "none" | "read" {
  const name = actions.join(" ");
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined)
    throw new Error(
      `The saved plan would ${JSON.stringify(name.slice(0, 100))}, which Greenlight does not know.`,
    );
  return action;
}

function addressOf(resource: Resource): string {
  const whole =
    resource.deposed === undefined ? resource.address : `${resource.address} (an old object of it)`;
  return whole.length <= MAX_ADDRESS_CHARS ? whole : `${whole.slice(0, MAX_ADDRESS_CHARS)}…`;
}

function reasonOf(resource: Resource, isImported: boolean): string | null {
  if (isImported) return "it is taken into the state first";
  const reason = resource.action_reason ?? "";
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] ?? null) : null;
}

/** terraform marks what is sensitive with true, at the place of the value, however deep. */
function isMarked(marks: unknown): boolean {
  if (typeof marks !== "object" || marks === null) return marks === true;
  return Object.values(marks).some(isMarked);
}
