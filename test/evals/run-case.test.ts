import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "./judge.ts";
import { readCases } from "./read-cases.ts";
import { planRight } from "./right.ts";
import { type Ran, runCase } from "./run-case.ts";
import { setStage } from "./stage.ts";
import { tableOf } from "./table.ts";

/** Runs a case of the open half; `isRight`: the plan is the case's own. */
async function tried(id: string, isRight: boolean): Promise<{ ran: Ran; lines: string[] }> {
  const [one] = readCases("open").filter((each) => each.id === id);
  assert.ok(one !== undefined, id);
  const stage = await setStage(one, {});
  try {
    if (isRight) planRight(stage);
    const ran = await runCase(stage);
    return { ran, lines: judge(one, ran).map(({ line }) => line) };
  } finally {
    await stage.close();
  }
}

test("a question is answered from the case, the plan approved, run, held against the end and rolled back", async () => {
  const { ran, lines } = await tried("which-web", true);
  assert.deepEqual([ran.questions.length, ran.status, lines], [1, "done", []]);
  assert.ok(ran.rolledBack !== null);
});

test("whoever may not ask is told, and nothing is run", async () => {
  const { ran, lines } = await tried("may-not-ask-in-production", false);
  assert.deepEqual([ran.ran, lines], [[], []]);
});

test("the table counts passes of all tries, and cases that passed every time", () => {
  const took = { seconds: 1, looks: 2, calls: 3, tokens: 4 };
  const one = { id: "a", kind: "plain", failed: [], isNeedlessQuestion: false, took };
  const failed = { ...one, failed: [{ line: "risk" as const, found: "" }], isNeedlessQuestion: true };
  const [, , row] = tableOf([one, failed, { ...one, id: "b" }]).split("\n");
  assert.equal(row, "| plain | 2 | 2 (67 %) | 1 (50 %) | 1 | 1 | 2 | 3 | 4 | 1.0 |");
});
