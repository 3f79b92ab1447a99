import { flagOf, type KubectlLine } from "#policy/kubectl/line.ts";
import { type ClusterObject, isUnchanged, readField } from "./object-changes.ts";

/** What a step that changes nothing says of itself. */
export const ALREADY_SO = "Already so: it changes nothing of what is there";

/** The same where kubectl fails on it (1.32): a plan that goes on ends there. */
const FAILS_ON_IT = "Already so, and kubectl fails on it: ask for the rest without this step";

/** What a step of this verb says of itself then. */
export function alreadySo({ verb }: KubectlLine): string {
  return verb === "rollout pause" || verb === "rollout resume" ? FAILS_ON_IT : ALREADY_SO;
}

/**
 * Verbs of which the object is known as it would be: the dry run by the server answers with it (kubectl 1.32), or it is
 * worked out (planned-fields.ts). A verb that is not here is never nothing.
 */
const SHOWS_AFTER = new Set([
  ...["apply", "patch", "replace", "label", "annotate", "taint"],
  ...["cordon", "uncordon", "rollout pause", "rollout resume", "rollout undo"],
]);
/** They print only what they would change. */
const SHOWS_CHANGED = new Set(["set image", "set env", "set resources", "set serviceaccount"]);
/** What is done beside the objects that are printed, or to a part of them that a look does not compare. */
const BESIDE = [
  "--prune",
  "--server-side",
  "--force",
  "--force-conflicts",
  "--subresource",
  "--record",
  "--local",
];

/**
 * Whether a step leaves everything as it was seen. Never for what cannot be compared: nothing found, or a verb of which
 * nobody knows what it leaves (`after` null).
 */
export function changesNothing(
  line: KubectlLine,
  now: readonly ClusterObject[],
  after: readonly ClusterObject[] | null,
): boolean {
  // Its look and its dry run found nothing of what it names, and said so by no error.
  if (line.verb === "delete") return now.length === 0 && flagOf(line, "--ignore-not-found") === "true";
  if (!isFound(line, now) || BESIDE.some((name) => line.flags.has(name))) return false;
  if (line.verb === "scale") return isScaled(line, now);
  if (after === null) return false;
  if (SHOWS_CHANGED.has(line.verb)) return isUnchanged(now, after);
  return SHOWS_AFTER.has(line.verb) && after.length > 0 && isUnchanged(now, after);
}

/** No dry run of these says that something is missing, and a look leaves out what is not there. */
const WITHOUT_DRY_RUN = new Set(["rollout pause", "rollout resume"]);

/** Whether all that it names was found: `rollout pause` of two, one of them missing, is no pause of both. */
function isFound(line: KubectlLine, now: readonly ClusterObject[]): boolean {
  const isByFile = line.flags.has("--filename") || line.flags.has("--kustomize");
  if (now.length === 0 || (isByFile && WITHOUT_DRY_RUN.has(line.verb))) return false;
  const names = line.resources.flatMap(({ name }) => name ?? []);
  return (
    names.length <= now.length && names.every((name) => now.some(({ metadata }) => metadata.name === name))
  );
}

/** What scale prints is the object as it was, so the counts are compared. */
function isScaled(line: KubectlLine, now: readonly ClusterObject[]): boolean {
  const wanted = Number(flagOf(line, "--replicas"));
  return now.every((object) => readField(object["spec"], ["replicas"]) === wanted);
}
