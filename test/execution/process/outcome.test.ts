import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepEnd } from "#change/journal.ts";
import type { Command } from "#change/plan.ts";
import { outcomeOf } from "#execution/process/outcome.ts";

function commandOf(line: string): Command {
  const [tool, ...args] = line.split(" ");
  assert.ok(tool === "kubectl" || tool === "terraform");
  return { tool, args, dir: "" };
}

const exit = (exitCode: number): StepEnd => ({
  outcome: exitCode === 0 ? "done" : "failed",
  exitCode,
  signal: null,
  error: exitCode === 0 ? null : `The command ended with exit code ${exitCode}.`,
});
const ended: StepEnd = { outcome: "unknown", exitCode: null, signal: "SIGTERM", error: "It was ended." };

const cases: [
  line: string,
  end: StepEnd,
  onlyReads: boolean,
  isStopped: boolean,
  outcome: StepEnd["outcome"],
][] = [
  ["kubectl diff -f x.yaml", exit(1), true, false, "done"],
  ["kubectl diff -f x.yaml", exit(2), true, false, "failed"],
  ["kubectl get pods", exit(1), true, false, "failed"],
  ["kubectl -n diff get pods", exit(1), true, false, "failed"],
  ["terraform plan -detailed-exitcode", exit(2), true, false, "done"],
  ["terraform plan -detailed-exitcode", exit(1), true, false, "failed"],
  ["terraform plan", exit(2), true, false, "failed"],
  ["terraform plan -detailed-exitcode=false", exit(2), true, false, "failed"],
  ["kubectl rollout status deployment/web", ended, true, false, "failed"],
  ["kubectl rollout status deployment/web", ended, true, true, "not run"],
  ["terraform plan", ended, false, true, "unknown"],
  ["kubectl scale deployment/web --replicas=3", ended, false, true, "unknown"],
  ["kubectl scale deployment/web --replicas=3", ended, false, false, "unknown"],
];

for (const [line, end, onlyReads, isStopped, outcome] of cases) {
  const how = end.exitCode === null ? "ended by us" : `exit code ${end.exitCode}`;
  test(`${line}, ${how}${isStopped ? ", the change stopped" : ""}: ${outcome}`, () => {
    const found = outcomeOf(end, { command: commandOf(line), onlyReads, attempt: 1, isStopped });
    assert.equal(found.outcome, outcome);
    assert.equal(found.error === null, outcome === "done");
  });
}
