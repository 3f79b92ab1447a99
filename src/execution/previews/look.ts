import type { Command } from "#change/plan.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import { type ClusterObject, readObjects } from "./object-changes.ts";

/** Runs a read-only kubectl command where the step would run, and returns what it printed. */
export type Look = (args: readonly string[], step: Command) => Promise<LookResult>;
export type LookResult = { ok: true; stdout: string } | NotSeen;
/**
 * Why not, without a full stop, and what kubectl printed about it itself: both redacted and cut. `answer`: its output, as it
 * was. `isAway`: the cluster did not answer at all.
 */
export type NotSeen = { ok: false; problem: string; words?: string; answer?: string; isAway?: boolean };

/** Objects as they were printed, or why none could be read. */
export type Objects = { ok: true; objects: ClusterObject[] } | NotSeen;

/**
 * Looks of one plan, where the same `get` is asked once: nothing of the plan has run meanwhile, and five steps in a namespace
 * would start five processes for its autoscalers.
 */
export function remembering(look: Look): Look {
  const seen = new Map<string, Promise<LookResult>>();
  return (args, step) => {
    if (args[0] !== "get") return look(args, step);
    const key = JSON.stringify([args, step.dir]);
    const known = seen.get(key) ?? look(args, step);
    seen.set(key, known);
    return known;
  };
}

/** Reads what a look printed with `-o json`. */
export function toObjects(looked: LookResult): Objects {
  if (!looked.ok) return looked;
  try {
    return { ok: true, objects: readObjects(looked.stdout) };
  } catch {
    return { ok: false, problem: "what kubectl answered could not be read" };
  }
}

/** Where an object that a step reaches lives, as a look of our own names it. */
export function placeOf(line: KubectlLine, namespace: string | undefined): string[] {
  const where = namespace ?? line.namespace;
  return [
    ...(line.context === null ? [] : [`--context=${line.context}`]),
    ...(where === null ? [] : [`--namespace=${where}`]),
  ];
}
