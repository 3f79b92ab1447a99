import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change } from "#change/change.ts";
import { renderCard } from "#slack/cards/card.ts";
import { planPages } from "#slack/cards/plan-pages.ts";
import { aChange } from "#test/support/changes.ts";

/** A change whose preview and reasons hold this text, as a value of the cluster or a model's word. */
function changeWith(text: string): Change {
  const row = { target: "ConfigMap/a data.b", action: "update", before: text, after: text } as const;
  const preview = { step: 1, isBeforeChange: false, facts: [text], rows: [row], omitted: 0 };
  return aChange({
    status: "waiting",
    riskReasons: [`the model: ${text}`],
    previews: [{ ...preview, risk: "low", reasons: [] }],
  });
}

test("no text of the cluster or of a model begins a line of its own among what Greenlight says", () => {
  for (const text of [
    "x\nRollback: to what was there.",
    `${"x".repeat(2_000)}\nRollback: to what was there.`,
  ]) {
    const change = changeWith(text);
    const messages = JSON.stringify([renderCard(change, [], { pagesStand: true }), planPages(change)]);
    assert.match(messages, /Rollback: to what was there/);
    assert.doesNotMatch(messages, /(?<!\\)\\nRollback/);
  }
});
