import type { Command, Step } from "#change/plan.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import { placeArgs } from "./kubectl-args.ts";
import { type ClusterObject, readField } from "./object-changes.ts";

/** A step made exact from what is there, and what was done to it in words. */
export type Completed = { step: Step; facts: string[] };

/**
 * Puts what was observed in the place of the model's guesses: a scale holds only while the count is the one seen, and
 * the way back leads to what was seen. Only for one named target that no earlier step changes: its state will be another
 * one by then.
 */
export function completeStep(
  step: Step,
  line: KubectlLine,
  now: readonly ClusterObject[],
  isBeforeChange: boolean,
): Completed {
  const [target, another] = line.resources;
  const [object, other] = now;
  if (target === undefined || target.name === null || another !== undefined) return { step, facts: [] };
  if (object === undefined || other !== undefined) return { step, facts: [] };
  if (isBeforeChange) return { step, facts: [] };
  const about = `${target.kind}/${target.name}`;
  if (line.verb === "scale") return completeScale(step, line, about, object);
  if (line.verb === "set image") return completeImage(step, line, about, object);
  if (line.verb === "label" || line.verb === "annotate") return completeMarks(step, line, about, object);
  if (TEMPLATE_VERBS.has(line.verb)) return completeTemplate(step, line, about, object);
  return { step, facts: [] };
}

/** What names the target of a step within its plan. */
export function targetKey(line: KubectlLine): string {
  return JSON.stringify([line.context, line.namespace, line.resources]);
}

/** Whether a step changes nothing but the object it names, so that a look at another one stays true. */
export function changesOnlyItsTarget(line: KubectlLine): boolean {
  return line.resources.length === 1 && line.resources[0]?.name !== null && IN_PLACE.has(line.verb);
}

const IN_PLACE = new Set([
  "scale",
  "set image",
  "set env",
  "set resources",
  "label",
  "annotate",
  "rollout restart",
  "rollout undo",
  "rollout pause",
  "rollout resume",
]);

/** What changes a deployment's pod template, so that an undo to the revision seen takes it back. */
const TEMPLATE_VERBS = new Set(["set env", "set resources", "rollout restart", "rollout undo"]);

function completeScale(step: Step, line: KubectlLine, about: string, object: ClusterObject): Completed {
  const seen = readField(object["spec"], ["replicas"]);
  if (typeof seen !== "number") return { step, facts: [] };
  const own = withoutFlag(step.args, "--current-replicas");
  // Behind a `--` it would be the name of another target.
  const args = own.toSpliced(
    own.includes("--") ? own.indexOf("--") : own.length,
    0,
    `--current-replicas=${seen}`,
  );
  const rollback = kubectl(step, ["scale", about, `--replicas=${seen}`, ...placeArgs(line)]);
  return {
    step: { ...step, args, rollback },
    facts: [`It scales only if there are still ${seen}; the way back is to the ${seen} seen now`],
  };
}

function completeImage(step: Step, line: KubectlLine, about: string, object: ClusterObject): Completed {
  const containers = readField(object["spec"], ["template", "spec", "containers"]);
  if (!Array.isArray(containers)) return { step, facts: [] };
  const images = new Map<unknown, unknown>(
    containers.map((one) => [readField(one, ["name"]), readField(one, ["image"])]),
  );
  const names = line.operands.map((word) => word.slice(0, word.indexOf("=")));
  const back = names.map((name) => `${name}=${String(images.get(name))}`);
  // `*=image` names every container, and a container that is not there cannot be set back.
  if (back.length === 0 || names.some((name) => typeof images.get(name) !== "string") || !back.every(isPlain))
    return { step, facts: [] };
  const rollback = kubectl(step, ["set", "image", about, ...back, ...placeArgs(line)]);
  return { step: { ...step, rollback }, facts: ["The way back is to the image seen now"] };
}

function completeMarks(step: Step, line: KubectlLine, about: string, object: ClusterObject): Completed {
  const marks = (line.verb === "label" ? object.metadata.labels : object.metadata.annotations) ?? {};
  const back = line.operands.map((word) => {
    const key =
      word.endsWith("-") && !word.includes("=") ? word.slice(0, -1) : word.slice(0, word.indexOf("="));
    return Object.hasOwn(marks, key) ? `${key}=${marks[key] ?? ""}` : `${key}-`;
  });
  if (back.length === 0 || !back.every(isPlain)) return { step, facts: [] };
  const rollback = kubectl(step, [line.verb, about, ...back, "--overwrite", ...placeArgs(line)]);
  return { step: { ...step, rollback }, facts: ["The way back is to what is set now"] };
}

function completeTemplate(step: Step, line: KubectlLine, about: string, object: ClusterObject): Completed {
  const revision = object.metadata.annotations?.["deployment.kubernetes.io/revision"];
  if (revision === undefined || !/^[1-9][0-9]{0,8}$/.test(revision)) return { step, facts: [] };
  const rollback = kubectl(step, ["rollout", "undo", about, `--to-revision=${revision}`, ...placeArgs(line)]);
  return {
    step: { ...step, rollback },
    facts: [`The way back is to revision ${revision}, the one seen now`],
  };
}

/** What the cluster says is data of others: a value that no argument may hold, or a long one, is left to the model's way back. */
function isPlain(word: string): boolean {
  return /^[A-Za-z0-9][\x20-\x7e]{0,1000}$/.test(word);
}

function kubectl(step: Step, args: string[]): Command {
  return { tool: "kubectl", args, dir: step.dir };
}

function withoutFlag(args: readonly string[], name: string): string[] {
  return args.filter((word, index) => {
    if (word.startsWith(`${name}=`) || word === name) return false;
    return args[index - 1] !== name;
  });
}
