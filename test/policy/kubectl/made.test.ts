import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "#change/plan.ts";
import { judge } from "#policy/judge.ts";
import { judgeMade, madeFileName } from "#policy/kubectl/made.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const policyOf = (text: string) => {
  const parsed = parsePolicy(`version: 1\n${text}`);
  assert.ok(parsed.ok);
  return parsed.policy;
};
const plain = policyOf("environments:\n  production: { namespaces: [production] }\n");
const command = (line: string, dir = ""): Command => ({ tool: "kubectl", args: line.split(" "), dir });
const PLACE = "--namespace=production --context=c";
const FILE = madeFileName(1, 1);
const MADE = [
  `patch deployment web ${PLACE} --type=json --patch-file=${FILE}`,
  `patch HorizontalPodAutoscaler.v1.autoscaling web ${PLACE} --type=json --patch-file=${FILE}`,
  `patch Rollout.v1alpha1.argoproj.io web ${PLACE} --type=json --patch-file=${FILE}`,
  `create ${PLACE} --filename=${FILE}`,
  `delete service web ${PLACE} --wait=false`,
];

test("what Greenlight made adds no risk, whatever it holds", () => {
  for (const line of MADE) {
    const verdict = judgeMade(command(line), plain);
    assert.ok(verdict.decision === "allow", line);
    assert.deepEqual([verdict.risk, verdict.environment, verdict.reads], ["low", "production", []], line);
  }
});

test("the same words are refused from anybody else, however they are written", () => {
  const others = [
    ...MADE.filter((line) => line.includes(FILE)),
    `apply -f ./${FILE} ${PLACE}`,
    `apply -f a/../${FILE.toUpperCase()} ${PLACE}`,
    `apply -k greenlight-rollback-x ${PLACE}`,
    `create configmap a --from-file=b=${FILE} ${PLACE}`,
  ];
  for (const line of others) {
    const verdict = judge(command(line), plain, null);
    assert.ok(verdict.decision === "deny", line);
    assert.match(verdict.reasons.join(), /only Greenlight makes/, line);
  }
  assert.equal(judge(command("get pods", "greenlight-rollback-x"), plain, null).decision, "deny");
});

test("what has another form is none that Greenlight makes", () => {
  const others = [
    `patch deployment web api ${PLACE} --type=json --patch-file=${FILE}`,
    `patch deployment ${PLACE} --type=json --patch-file=${FILE}`,
    `patch deployment web ${PLACE} --type=merge --patch-file=${FILE}`,
    `patch deployment web ${PLACE} --type=json --patch-file=../${FILE}`,
    `patch deployment web ${PLACE} --type=json --patch-file=${FILE} --subresource=status`,
    `patch deployment web --namespace=production --type=json --patch-file=${FILE}`,
    `create ${PLACE} --filename=${FILE} --filename=other.yaml`,
    `delete service web ${PLACE} --force`,
    `delete service --all ${PLACE}`,
    `delete service ${PLACE}`,
    `apply ${PLACE} --filename=${FILE}`,
    `scale deployment web ${PLACE} --replicas=0`,
  ];
  for (const line of others) assert.equal(judgeMade(command(line), plain).decision, "deny", line);
});

test("what the policy says of verb, environment and namespace holds for it too", () => {
  const denied = policyOf("deny: [kubectl patch]\n");
  assert.equal(judgeMade(command(MADE[0] ?? ""), denied).decision, "deny");
  const there = policyOf(
    "environments:\n  production: { namespaces: [production], deny: [kubectl patch], raise: { kubectl create: high } }\n",
  );
  assert.equal(judgeMade(command(MADE[0] ?? ""), there).decision, "deny");
  const raised = judgeMade(command(MADE[3] ?? ""), there);
  assert.ok(raised.decision === "allow" && raised.risk === "high");
  const guarded = judgeMade(command((MADE[0] ?? "").replace("=production", "=kube-system")), plain);
  assert.ok(guarded.decision === "allow" && guarded.risk === "high");
});
