import assert from "node:assert/strict";
import { test } from "node:test";
import { Change } from "../../src/change/change.ts";
import { renderCard } from "../../src/slack/card.ts";
import { planPages } from "../../src/slack/plan-pages.ts";

const AT = new Date("2026-01-02T03:04:05Z");

/** A change whose preview and reasons hold this text, as a value of the cluster or a model's word. */
function changeWith(text: string): Change {
  const step = {
    step: 1,
    description: "Restart it",
    tool: "kubectl",
    args: ["rollout", "restart"],
    dir: "",
    risk: "high",
    rollback: null,
  };
  const row = { target: "ConfigMap/a data.b", action: "update", before: text, after: text };
  return Change.parse({
    id: "6f1c2a44-0d3e-4a55-9c3e-1f2e3d4c5b6a",
    status: "waiting",
    request: "restart it",
    requester: { kind: "slack", teamId: "T1", userId: "U1" },
    home: { teamId: "T1", channelId: "C1" },
    planOnly: false,
    revision: 1,
    plan: { summary: "", plan: [step], risk_level: "high", risk_reason: "", questions: [] },
    stepRisks: ["high"],
    risk: "high",
    riskReasons: [`the model: ${text}`],
    previews: [
      { step: 1, isBeforeChange: false, facts: [text], rows: [row], omitted: 0, risk: "low", reasons: [] },
    ],
    environments: [],
    digest: "a".repeat(64),
    currentStep: 0,
    review: null,
    error: null,
    decisions: [],
    queuePlace: null,
    createdAt: AT,
    updatedAt: AT,
    endedAt: null,
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
