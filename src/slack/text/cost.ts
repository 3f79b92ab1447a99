import { costOf, type ModelPrices } from "#change/model/prices.ts";
import type { ModelUse } from "#change/model/use.ts";
import { count } from "./text.ts";

/** "1,234 tokens in, 567 out, about 0.01 USD". The cost is left out where it is not known; nothing is said of no calls. */
export function costWords(use: ModelUse, prices: ModelPrices | null): string[] {
  const read = use.inputTokens + use.cacheReadTokens + use.cacheWriteTokens;
  if (read + use.outputTokens === 0) return [];
  const tokens = `Model: ${count(read)} tokens in, ${count(use.outputTokens)} out`;
  if (prices === null) return [tokens];
  const cost = costOf(use, prices);
  return [`${tokens}, ${cost < 0.01 ? "less than 0.01" : `about ${cost.toFixed(2)}`} USD`];
}
