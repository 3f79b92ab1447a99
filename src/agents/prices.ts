import type { ModelPrices } from "#change/model/prices.ts";

/** By the service's own list, read in November 2026. A model that is not here has no price until somebody sets one. */
const LIST: Readonly<Record<string, ModelPrices>> = {
  // A read costs 0.05 of the input here and not 0.1, since October 2026. Thinking counts as output.
  "claude-sonnet-5-5": { in: 2, out: 10, cacheWrite: 2.5, cacheRead: 0.1 },
};

/** What the model costs by the service's list, or null where that is not known here. */
export function listPrices(model: string): ModelPrices | null {
  return (Object.hasOwn(LIST, model) ? LIST[model] : null) ?? null;
}
