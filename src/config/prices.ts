import { z } from "zod";
import { type ModelPrices as Prices, withCache } from "#change/model/prices.ts";

const PRICE = String.raw`\d{1,5}(?:\.\d{1,6})?`;

/** What a model's tokens cost, written `IN:OUT` or `IN:OUT:CACHE_WRITE:CACHE_READ` in US dollars per million. */
export const ModelPrices = z
  .string()
  .regex(
    new RegExp(`^${PRICE}:${PRICE}(?::${PRICE}:${PRICE})?$`),
    "is not IN:OUT or IN:OUT:CACHE_WRITE:CACHE_READ, US dollars per million tokens, as in 3:15",
  )
  .transform((text): Prices => {
    const [input = 0, output = 0, cacheWrite, cacheRead] = text.split(":").map(Number);
    const prices = withCache(input, output);
    return cacheWrite === undefined || cacheRead === undefined
      ? prices
      : { ...prices, cacheWrite, cacheRead };
  });
