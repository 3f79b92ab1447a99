import { z } from "zod";
import { Risk } from "#change/plan.ts";
import { ClusterObject, readField } from "#execution/previews/object-changes.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import { flagOf } from "#policy/kubectl/line.ts";

/**
 * One object around a step, as the preview saw it: what was there, and what the server said would be. Null is nothing.
 * `isKnown` false: nobody says for sure what will be there, so only how it stands can be looked at afterwards; an `after`
 * is then what the program worked out. `isRemade`: an earlier step of the plan makes or deletes it, so what this one will
 * find could not be seen.
 */
export const ObjectState = z.object({
  before: ClusterObject.nullable(),
  after: ClusterObject.nullable(),
  isKnown: z.boolean(),
  isRemade: z.literal(true).optional(),
});
export type ObjectState = z.infer<typeof ObjectState>;

/**
 * What a step's preview saw, kept sealed until the change is over: it holds secrets in clear text. `risk`: what the look
 * added to it; states of an older version say nothing of it.
 */
export const StepStates = z.object({ objects: z.array(ObjectState), risk: Risk.optional() });
export type StepStates = z.infer<typeof StepStates>;

/** What was seen of one step. `dry` null: there is no dry run; `planned` null: nothing was worked out instead. */
type Seen = {
  now: readonly ClusterObject[];
  dry: readonly ClusterObject[] | null;
  planned: readonly ClusterObject[] | null;
};

/** Puts a look and a dry run of the same step side by side. */
export function statesOf(line: KubectlLine, { now, dry, planned }: Seen): ObjectState[] {
  if (line.verb === "delete") return now.map((before) => ({ before, after: null, isKnown: true }));
  // What scale and an undo print is the object as it was, also without a dry run (kubectl 1.32).
  if (line.verb === "scale") return now.map((before) => scaled(before, line));
  if (dry === null || line.verb === "rollout undo")
    return now.map((before, index) => ({ before, after: planned?.[index] ?? null, isKnown: false }));
  const old = new Map(now.map((object) => [keyOf(object), object]));
  return dry.map((after) => ({ before: old.get(keyOf(after)) ?? null, after, isKnown: true }));
}

/** An object's group, kind, namespace and name as one text: a Service of Knative stands beside one of the same name. */
export function keyOf(object: ClusterObject): string {
  const { kind, metadata } = object;
  return JSON.stringify([groupOf(object), kind, metadata.namespace ?? "", metadata.name]);
}

/** A kind of the same name in another group is another kind; its versions are the same one. */
function groupOf(object: ClusterObject): string {
  const version = String(object["apiVersion"] ?? "");
  return version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
}

function scaled(before: ClusterObject, line: KubectlLine): ObjectState {
  const replicas = Number(flagOf(line, "--replicas"));
  const spec = readField(before, ["spec"]);
  if (!Number.isInteger(replicas) || typeof spec !== "object" || spec === null)
    return { before, after: null, isKnown: false };
  return { before, after: { ...before, spec: { ...spec, replicas } }, isKnown: true };
}
