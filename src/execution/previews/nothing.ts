import { flagOf, type KubectlLine } from "#policy/kubectl/line.ts";
import { type ClusterObject, isUnchanged, readField } from "./object-changes.ts";

/** What a step that changes nothing says of itself. */
export const ALREADY_SO = "Already so: it changes nothing of what is there";

/** Verbs whose dry run by the server answers with the object as it would be (kubectl 1.32). A verb that is not here is never nothing. */
const SHOWS_AFTER = new Set(["apply", "patch", "replace", "label", "annotate", "taint"]);
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
 * Whether a step leaves everything as it was seen. Never for what cannot be compared: no dry run, nothing found, or a verb
 * whose dry run shows what was there before. `after` null: there was no dry run that prints objects.
 */
export function changesNothing(
  line: KubectlLine,
  now: readonly ClusterObject[],
  after: readonly ClusterObject[] | null,
): boolean {
  if (now.length === 0 || BESIDE.some((name) => line.flags.has(name))) return false;
  if (line.verb === "scale") return isScaled(line, now);
  if (line.verb === "cordon" || line.verb === "uncordon")
    return now.every((node) => isUnschedulable(node) === (line.verb === "cordon"));
  if (after === null) return false;
  if (SHOWS_CHANGED.has(line.verb)) return isUnchanged(now, after);
  return SHOWS_AFTER.has(line.verb) && after.length > 0 && isUnchanged(now, after);
}

/** What scale prints is the object as it was, so the counts are compared. */
function isScaled(line: KubectlLine, now: readonly ClusterObject[]): boolean {
  const wanted = Number(flagOf(line, "--replicas"));
  return now.every((object) => readField(object["spec"], ["replicas"]) === wanted);
}

function isUnschedulable(node: ClusterObject): boolean {
  return node.kind === "Node" && readField(node["spec"], ["unschedulable"]) === true;
}
