import { z } from "zod";

/** How much a model thinks before it answers, from little to much. */
export const Effort = z.enum(["low", "medium", "high", "xhigh", "max"]);
export type Effort = z.infer<typeof Effort>;

/** One step less, or null where there is none. */
export function lowerEffort(effort: Effort): Effort | null {
  return Effort.options[Effort.options.indexOf(effort) - 1] ?? null;
}
