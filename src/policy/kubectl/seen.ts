import type { Shown } from "#change/preview.ts";
import { kindOf } from "#policy/manifests/kinds.ts";
import type { KubectlLine } from "./line.ts";

/** With any other flag it deletes otherwise, or something else: by force, at once, without what hangs on it. */
const PLAIN_FLAGS = new Set([
  "--namespace",
  "--context",
  "--ignore-not-found",
  "--wait",
  "--timeout",
  "--request-timeout",
  "--output",
]);

/** Verbs whose dry run by the server fails for what is there, or whose look is by the same manifests. */
const MAKES = /^(apply|autoscale|create( (configmap|cronjob|deployment|job))?)$/;

/** Whether a look can show that this command makes what is not there yet. */
export function makesNew(line: KubectlLine): boolean {
  return MAKES.test(line.verb);
}

/**
 * What a look at the step would have to show for this high command to count as less. Nothing where the words alone rule
 * that out: no name, a selector, a file, force, or a kind that nobody makes again.
 */
export function answersFor(line: KubectlLine): Shown[] {
  const kinds = line.resources.map(({ kind }) => kindOf(kind));
  const isNamed = line.resources.length > 0 && line.resources.every(({ name }) => name !== null);
  if (!isNamed || line.operands.length > 0 || ![...line.flags.keys()].every((flag) => PLAIN_FLAGS.has(flag)))
    return [];
  const [only, another] = kinds;
  const one = another === undefined && line.resources.length === 1 ? only?.name : undefined;
  if (line.verb === "uncordon") return one === "nodes" ? ["cordoned"] : [];
  if (line.verb !== "delete") return [];
  const isHarmless = kinds.every((kind) => kind?.nature === "workload" || kind?.nature === "plain");
  return [
    ...(isHarmless ? (["created"] as const) : []),
    ...(one === "pods" ? (["replaced"] as const) : []),
    ...(one === "jobs" ? (["finished"] as const) : []),
  ];
}
