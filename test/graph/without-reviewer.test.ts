import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fact } from "#change/fact.ts";
import { heldToFacts, type Outcome, withoutReviewer } from "#graph/verdicts.ts";
import { aPlan, aStep } from "#test/support/changes.ts";

const GOOD: Fact = { step: 1, target: "Deployment/web in production", state: "good", says: "2 of 2 ready" };

describe("what Greenlight says of its own where every step is done", () => {
  const outcome = (facts: Fact[]): Outcome => ({
    plan: aPlan([aStep("scale deployment/web --replicas=2 -n production")]),
    ...{ status: "done", currentStep: 1, done: [1], facts },
  });
  const said = (facts: Fact[]) => [
    withoutReviewer(outcome(facts), "it did not answer").notes,
    heldToFacts(outcome(facts), ["approved"], { result: "rollback", notes: "" }).notes,
  ];

  it("names what was read back", () => {
    for (const notes of said([GOOD])) assert.match(notes, /everything that was read back is as it should be/);
  });

  it("does not say that anything is as it should be where nothing was read back", () => {
    for (const notes of said([])) {
      assert.match(notes, /nothing was read back/);
      assert.doesNotMatch(notes, /as it should be/);
    }
  });
});
