import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan } from "#change/plan.ts";
import { assessPlan } from "#policy/assess.ts";
import { builtInPolicy } from "#policy/document.ts";

/** Assesses terraform steps, each a line and its directory. */
function assess(...lines: [line: string, dir: string][]): string {
  const plan: Plan = {
    summary: "",
    plan: lines.map(([line, dir], index) => ({
      tool: "terraform",
      args: line.split(" "),
      dir,
      step: index + 1,
      description: "",
      risk: "high",
      rollback: null,
    })),
    risk_level: "high",
    risk_reason: "",
    questions: [],
  };
  const assessed = assessPlan(plan, builtInPolicy, null, []);
  return assessed.ok ? "ok" : assessed.reason;
}

const APPLY = "apply -auto-approve";

test("a root is applied once in a plan, however its directory is written", () => {
  for (const [line, dir] of [
    [APPLY, "network/"],
    [APPLY, "./network"],
    [APPLY, "a/../network"],
    [`-chdir=network ${APPLY}`, ""],
    ["-chdir=../network destroy -auto-approve", "other"],
  ] as const) {
    assert.match(assess([APPLY, "network"], [line, dir]), /"network" twice/, `${line} in ${dir}`);
  }
  assert.equal(assess([APPLY, "network"], [APPLY, "network2"]), "ok");
});

test("nothing changes a root's state or workspace before a plan of it that was made earlier is applied", () => {
  for (const line of [
    "workspace select prod",
    "workspace new prod",
    "import a.b id",
    "state rm a.b",
    "taint a.b",
    "refresh",
  ]) {
    assert.match(
      assess([line, "./network"], [APPLY, "network"]),
      /Step 1 changes the state or the workspace/,
      line,
    );
    assert.equal(assess([line, "elsewhere"], [APPLY, "network"]), "ok", line);
  }
  assert.equal(assess(["plan", "network"], ["init", "network"], [APPLY, "network"]), "ok");
});
