import assert from "node:assert/strict";
import { test } from "node:test";
import { listPrices } from "#agents/prices.ts";
import { costOf, withCache } from "#change/model/prices.ts";

test("a cache's tokens cost what the list says, or 1.25 and 0.1 of plain input", () => {
  assert.deepEqual(listPrices("claude-sonnet-5-5"), { in: 2, out: 10, cacheWrite: 2.5, cacheRead: 0.1 });
  assert.equal(listPrices("claude-unheard-of"), null);
  assert.equal(listPrices("constructor"), null);
  assert.deepEqual(withCache(3, 15), { in: 3, out: 15, cacheWrite: 3.75, cacheRead: 0.3 });
});

test("the cost counts every kind of token once, and thinking as the output it is", () => {
  const use = {
    ...{ inputTokens: 1_000_000, outputTokens: 100_000, thinkingTokens: 90_000 },
    ...{ cacheReadTokens: 2_000_000, cacheWriteTokens: 400_000 },
  };
  const prices = listPrices("claude-sonnet-5-5");
  assert.ok(prices !== null);
  assert.equal(costOf(use, prices), 2 + 1 + 0.2 + 1);
});
