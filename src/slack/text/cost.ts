import type { ModelUse } from "#change/model-use.ts";
import { count } from "./text.ts";

/** What a million tokens of the configured model cost, in US dollars; null where nobody has said. */
export type ModelPrices = { in: number; out: number } | null;

/** "1,234 tokens in, 567 out, about 0.01 USD". The cost is left out where it is not known; nothing is said of no calls. */
export function costWords(use: ModelUse, prices: ModelPrices): string[] {
  const read = use.inputTokens + use.cachedTokens;
  if (read + use.outputTokens === 0) return [];
  const tokens = `Model: ${count(read)} tokens in, ${count(use.outputTokens)} out`;
  const cost = costOf(use, prices);
  return [
    cost === null ? tokens : `${tokens}, ${cost < 0.01 ? "less than 0.01" : `about ${cost.toFixed(2)}`} USD`,
  ];
}

/** In US dollars; null without prices, and where a cache was used, whose tokens have a price that nobody has said. */
export function costOf(
  { inputTokens, cachedTokens, outputTokens }: ModelUse,
  prices: ModelPrices,
): number | null {
  if (prices === null || cachedTokens > 0) return null;
  return (inputTokens * prices.in + outputTokens * prices.out) / 1_000_000;
}
