import assert from "node:assert/strict";
import { test } from "node:test";
import { stepNumbers } from "#change/step-numbers.ts";
import { inOrder } from "#policy/risk-reasons.ts";

test("reasons stand by their risk, each with its own, and what steps have in common stands once", () => {
  const notes = Array.from({ length: 19 }, (_, at) => ({
    ...{ step: at < 11 ? at + 1 : at + 2, risk: "medium" as const, text: "changes annotations" },
  }));
  const grave = { step: 12, risk: "high" as const, text: "changes as whom a service runs" };
  assert.deepEqual(inOrder([...notes, grave, { step: null, risk: "high", text: "it said so" }]), [
    "step 12, high: changes as whom a service runs",
    "the model, high: it said so",
    "steps 1 to 11 and 13 to 20, medium: changes annotations",
  ]);
  assert.deepEqual(inOrder([]), []);
  const both = { step: 1, risk: "high" as const, text: "changes annotations" };
  assert.deepEqual(inOrder([notes[0] ?? both, both]), [
    "step 1, high: changes annotations",
    "step 1, medium: changes annotations",
  ]);
});

test("numbers of steps are said in few words", () => {
  for (const [numbers, words] of [
    [[4], "step 4"],
    [[1, 2], "steps 1 and 2"],
    [[3, 1, 2], "steps 1 to 3"],
    [[1, 3, 5, 6, 7, 20], "steps 1, 3, 5 to 7 and 20"],
    [[2, 2], "step 2"],
  ] as const)
    assert.equal(stepNumbers(numbers), words);
});
