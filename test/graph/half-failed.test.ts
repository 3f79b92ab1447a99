import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fact } from "#change/fact.ts";
import type { Step } from "#change/plan.ts";
import { changedNothing, type Outcome, possibleVerdicts } from "#graph/verdicts.ts";

describe("a run whose step failed half-way", () => {
  const changed = fact(2, true);
  const same = fact(2, false);

  it("may be taken back where that step changed something, or one before it is done", () => {
    assert.deepEqual(may(outcome([changed, same])), ["rollback", "needs_human"]);
    assert.deepEqual(may(outcome([same], [1])), ["rollback", "needs_human"]);
    assert.deepEqual(may(outcome([same])), ["needs_human"]);
    assert.deepEqual(may({ ...outcome([changed]), plan: { plan: [step(1), step(2, false)] } }), [
      "needs_human",
    ]);
  });

  it("goes to a person without a model where something of it is not certain", () => {
    assert.equal(possibleVerdicts(outcome([changed, { ...same, state: "unknown" }])).kind, "decided");
  });

  it("is over where nothing at all was changed for certain", () => {
    assert.equal(changedNothing(outcome([same, same]), [1, 2]), true);
    assert.equal(changedNothing(outcome([same, changed]), [1, 2]), false);
    assert.equal(changedNothing(outcome([]), [1, 2]), false, "nothing is kept of it");
    assert.equal(changedNothing(outcome([same], [1]), [1, 2]), false, "a step before it is done");
    assert.equal(changedNothing(outcome([same], [1]), [2]), true, "that one only read");
    assert.equal(changedNothing(outcome([], [1]), []), true, "it only read itself");
    assert.equal(changedNothing({ ...outcome([same]), status: "unknown" }, [1, 2]), false);
  });
});

function may(given: Outcome): readonly string[] {
  const possible = possibleVerdicts(given);
  return possible.kind === "ask" ? possible.may : [];
}

function outcome(facts: Fact[], done: number[] = []): Outcome {
  return { plan: { plan: [step(1), step(2)] }, status: "failed", currentStep: 2, done, facts };
}

function fact(number: number, changed: boolean): Fact {
  return { step: number, target: "Deployment/web", state: "failed", says: "", changed };
}

function step(number: number, hasBack = true): Step {
  const command = { tool: "kubectl" as const, args: ["apply"], dir: "" };
  return { ...command, step: number, description: "", risk: "medium", rollback: hasBack ? command : null };
}
