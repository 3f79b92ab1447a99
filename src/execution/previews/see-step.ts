import type { Command } from "#change/plan.ts";
import { flagOf, type KubectlLine } from "#policy/kubectl/line.ts";
import { dryRunArgs, placeArgs, targetArgs } from "./kubectl-args.ts";
import { type Look, type Objects, toObjects } from "./look.ts";

/** Verbs whose dry run prints sentences and no objects, or the object as it was (undo). */
const WITHOUT_OUTPUT = new Set(["cordon", "uncordon", "drain", "rollout undo"]);
/** Verbs that have no dry run by the server in kubectl 1.32. */
const WITHOUT_DRY_RUN = new Set([
  "rollout restart",
  "rollout pause",
  "rollout resume",
  "certificate approve",
  "certificate deny",
  "auth reconcile",
]);

/**
 * What the step is about, as it is now. What is not there is left out; what cannot be named beforehand is nothing.
 * `more`: flags of `get`.
 */
export async function readCurrent(
  line: KubectlLine,
  step: Command,
  look: Look,
  more: readonly string[] = [],
): Promise<Objects> {
  const targets = targetArgs(line);
  if (targets === null) return { ok: true, objects: [] };
  const looked = await look(
    ["get", ...targets, ...placeArgs(line), "-o", "json", "--ignore-not-found", ...more],
    step,
  );
  return toObjects(looked);
}

/** What the server says would be there after the step, or the words it prints instead; `objects` null: it does not say. */
export async function dryRun(
  line: KubectlLine,
  step: Command,
  look: Look,
): Promise<(Objects & { printed?: never }) | { ok: true; objects: null; printed?: string }> {
  // kubectl refuses a dry run of what it would delete first (replace --force, apply --force).
  const deletesFirst = /^(replace|apply)$/.test(line.verb) && flagOf(line, "--force") === "true";
  if (WITHOUT_DRY_RUN.has(line.verb) || deletesFirst) return { ok: true, objects: null };
  const hasOutput = !WITHOUT_OUTPUT.has(line.verb);
  const args = dryRunArgs(step.args, hasOutput ? (line.verb === "delete" ? "name" : "json") : null);
  if (args === null) return { ok: false, problem: "its words cannot be made a dry run for sure" };
  const looked = await look(args, step);
  if (!looked.ok) return looked;
  return hasOutput && line.verb !== "delete"
    ? toObjects(looked)
    : { ok: true, objects: null, printed: looked.stdout };
}
