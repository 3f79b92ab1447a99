import type { Policy } from "./document.ts";
import { type Finding, refused } from "./finding.ts";

/** A refusal of each count above the policy's ceiling, with the line that would change it; what is no number is for others to judge. */
export function judgeReplicas(counts: readonly unknown[], policy: Policy): Finding[] {
  const ceiling = policy.limits.replicas;
  return counts.flatMap((count) => {
    const number = typeof count === "string" ? Number(count) : count;
    if (typeof number !== "number" || !(number > ceiling)) return [];
    return [
      refused(
        `${number} is more than the policy's ceiling of ${ceiling}. Ask for fewer, or set limits.replicas in the policy file`,
      ),
    ];
  });
}

/** How many pods an object of a manifest asks for: replicas, an autoscaler's most, a job's side by side. */
export function countsIn(spec: Readonly<Record<string, unknown>>): unknown[] {
  return ["replicas", "minReplicas", "maxReplicas", "parallelism", "completions"].map((key) => spec[key]);
}
