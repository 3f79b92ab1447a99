import type { ModelUse } from "./use.ts";

/** What a million tokens cost, in US dollars: plain input, output, and input that a cache took or held. */
export type ModelPrices = { in: number; out: number; cacheWrite: number; cacheRead: number };

/** What a cache's tokens cost where only input and output have a price: what the service takes for nearly all its models. */
export function withCache(input: number, output: number): ModelPrices {
  // Rounded to a millionth, since 1.1 * 0.1 is not 0.11.
  const times = (factor: number): number => Math.round(input * factor * 1_000_000) / 1_000_000;
  return { in: input, out: output, cacheWrite: times(1.25), cacheRead: times(0.1) };
}

/** In US dollars. */
export function costOf(use: ModelUse, prices: ModelPrices): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = use;
  const cached = cacheReadTokens * prices.cacheRead + cacheWriteTokens * prices.cacheWrite;
  return (inputTokens * prices.in + outputTokens * prices.out + cached) / 1_000_000;
}
