import assert from "node:assert/strict";
import { it } from "node:test";
import type { Command } from "#change/plan.ts";
import { deadlineMsOf, stopOf } from "#execution/process/deadline.ts";
import { builtInPolicy, type Policy } from "#policy/document.ts";

const verbs = { "kubectl rollout": 120, "kubectl rollout status": 300, "terraform apply": 1_200 };
const policy: Policy = {
  ...builtInPolicy,
  deadlines: {
    default_seconds: 60,
    terraform_seconds: 900,
    terraform_grace_seconds: 90,
    settle_seconds: 600,
    operator_minutes: 240,
    verbs,
  },
};

const cases: [line: string, seconds: number][] = [
  ["kubectl get pods", 60],
  ["kubectl rollout undo deployment/api", 120],
  ["kubectl rollout status deployment/api", 300],
  ["kubectl --context prod -n production rollout status deployment/api", 300],
  ["kubectl rollout --watch=false status deployment/api", 300],
  ["kubectl rollout status deployment/api --timeout=80s", 90],
  ["kubectl rollout status deployment/api --timeout=900s", 300],
  ["kubectl wait pod/a --for=condition=Ready", 600],
  ["kubectl wait pod/a --for=condition=Ready --timeout=1m20s", 90],
  ["kubectl wait --timeout=100s --for=delete pod/a pod/b", 210],
  ["kubectl wait pod/a --for=condition=Ready --timeout=2h", 600],
  ["kubectl wait pods -l app=a --for=condition=Ready --timeout=20s", 600],
  ["kubectl wait pod/a --for=condition=Ready --timeout=0s", 600],
  ["kubectl wait pod/a --for=condition=Ready --timeout=-1s", 600],
  ["kubectl wait pod/a --for=condition=Ready --timeout=5y", 600],
  ["kubectl get pods wait", 60],
  ["kubectl get pods rollout-status", 60],
  ["terraform plan", 900],
  ["terraform apply tfplan", 1_200],
];

it("a command's deadline is the longest entry that fits its verb, else its tool's; terraform's grace is the policy's", () => {
  for (const [line, seconds] of cases)
    assert.equal(deadlineMsOf(commandOf(line), policy), seconds * 1_000, line);
  assert.deepEqual(stopOf(commandOf("terraform apply"), policy), {
    to: "process",
    signal: "SIGINT",
    graceMs: 90_000,
  });
  assert.equal(stopOf(commandOf("kubectl get pods"), policy).to, "group");
});

function commandOf(line: string): Command {
  const [tool, ...args] = line.split(" ");
  return { tool: tool === "terraform" ? "terraform" : "kubectl", args, dir: "" };
}
