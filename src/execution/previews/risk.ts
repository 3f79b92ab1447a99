import type { Command, Risk } from "#change/plan.ts";
import type { PreviewRow } from "#change/preview.ts";
import { flagOf, type KubectlLine, readKubectl } from "#policy/kubectl/line.ts";
import { type ClusterObject, nameOf, readField } from "./object-changes.ts";

/** More objects than these that no word of the command names are a person's to look at. */
const MAX_FOUND = 5;
/** So many times what is there is a slip of a finger, or worse. */
const MAX_GROWTH = 10;
/** Fields of a preview's rows that say how many pods run. */
const COUNT = / spec\.(replicas|minReplicas|maxReplicas|parallelism|completions)$/;

/** What only a look can tell of a step's risk: what would go to zero, grow more than tenfold, or be found by a selector. */
export function riskOf(
  line: KubectlLine,
  now: readonly ClusterObject[],
  rows: readonly PreviewRow[],
  back: Command | null,
): { risk: Risk; reasons: string[] } {
  const toZero = rows
    .filter((row) => row.target.endsWith(" spec.replicas") && row.after === "0")
    .map(({ target }) => `${target} would become 0`);
  const reasons = [
    ...toZero,
    ...growth(rows),
    ...autoscaled(line, now),
    ...reach(line, now),
    ...backReach(back),
  ];
  return { risk: reasons.length > 0 ? "high" : "low", reasons };
}

function growth(rows: readonly PreviewRow[]): string[] {
  return rows
    .filter(({ target, before, after }) => COUNT.test(target) && isGrown(Number(before), Number(after)))
    .map(({ target, before, after }) => `${target} would become ${after}, more than tenfold ${before ?? 0}`);
}

/** The most of an autoscaler counts against what runs now. */
function autoscaled(line: KubectlLine, now: readonly ClusterObject[]): string[] {
  if (line.verb !== "autoscale") return [];
  const most = Number(flagOf(line, "--max"));
  return now.flatMap((object) => {
    const runs = readField(object["spec"], ["replicas"]);
    return typeof runs === "number" && isGrown(runs, most)
      ? [`${nameOf(object)} could grow to ${most}, more than tenfold ${runs}`]
      : [];
  });
}

function isGrown(before: number, after: number): boolean {
  // From none to a few is a start, not a slip.
  return after > MAX_GROWTH * Math.max(1, before);
}

function reach(line: KubectlLine, now: readonly ClusterObject[]): string[] {
  if (!isOpen(line) || now.length <= MAX_FOUND) return [];
  return [`it names none of the ${now.length} objects it finds, more than ${MAX_FOUND}`];
}

/** Nobody looks at what a way back would find by then. */
function backReach(back: Command | null): string[] {
  const read = back?.tool === "kubectl" ? readKubectl(back.args) : null;
  return read?.ok === true && isOpen(read.line)
    ? ["its rollback names no object, and how many it finds is known only then"]
    : [];
}

/**
 * Whether what it reaches is found and not named: by a selector, or as all there are of a kind. The second went uncounted
 * while only selectors were looked for: `rollout restart deployment` took a whole namespace.
 */
function isOpen({ flags, resources }: KubectlLine): boolean {
  const isSelected = flags.has("--selector") || flags.has("--field-selector");
  return resources.length === 0 ? isSelected : resources.some(({ name }) => name === null);
}
