import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ABUSIVE_TEXTS } from "./abusive-texts.ts";
import { randomTexts, renderAll } from "./hostile-render.ts";

describe("every message with hostile text in every field of it", () => {
  it("of abusive texts mentions and links nothing, hides nothing, and is one that Slack takes", (t) => {
    assert.ok(ABUSIVE_TEXTS.length >= 24);
    const found = renderAll(ABUSIVE_TEXTS, 1);
    t.diagnostic(`${found.texts} texts, ${found.messages} messages, the longest ${found.longest} characters`);
    assert.deepEqual(found.faults.slice(0, 10), []);
  });

  it("of random strings does the same (100,000 of them: npm run hostile:render)", (t) => {
    const found = renderAll(randomTexts(2_000, 1), 20);
    t.diagnostic(`${found.texts} texts, ${found.messages} messages, the longest ${found.longest} characters`);
    assert.deepEqual(found.faults.slice(0, 10), []);
  });
});
