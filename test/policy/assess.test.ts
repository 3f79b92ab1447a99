import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Command, Plan, Risk } from "#change/plan.ts";
import { assessPlan } from "#policy/assess.ts";
import { builtInPolicy, withApprovers, withHash } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const sample = readFileSync(new URL("../../src/playground/sample-policy.yml", import.meta.url), "utf8");
const parsed = parsePolicy(sample);
assert.ok(parsed.ok);
const policy = parsed.policy;

function kubectl(line: string): Command {
  return { tool: "kubectl", args: line.split(" "), dir: "" };
}

type Line = { run: string; back?: string; risk?: Risk };

function planOf(lines: Line[], risk: Risk = "low"): Plan {
  const plan = lines.map((line, index) => ({
    ...kubectl(line.run),
    step: index + 1,
    description: "",
    risk: line.risk ?? "low",
    rollback: line.back === undefined ? null : kubectl(line.back),
  }));
  return { summary: "", plan, risk_level: risk, risk_reason: "it said so", questions: [] };
}

function assess(lines: Line[], risk: Risk = "low", rules = policy) {
  const assessment = assessPlan(planOf(lines, risk), rules, null, []);
  assert.ok(assessment.ok, JSON.stringify(assessment));
  return assessment;
}

const read = "-n production get pods";
const scaleProduction = "-n production scale deployment web --replicas=5";
const scaleStaging = "-n staging scale deployment web --replicas=5";

test("a plan that only reads asks nobody", () => {
  const assessment = assess([{ run: read }]);
  assert.equal(assessment.risk, "low");
  assert.equal(assessment.asksPerson, false);
  assert.deepEqual(assessment.environments, ["production"]);
});

test("scaling in production asks a person, in staging it does not", () => {
  assert.equal(assess([{ run: scaleProduction }]).asksPerson, true);
  const staging = assess([{ run: scaleStaging }]);
  assert.equal(staging.risk, "medium");
  assert.equal(staging.asksPerson, false);
});

test("one production step among staging steps asks a person", () => {
  assert.equal(
    assess([{ run: scaleStaging }, { run: scaleProduction }, { run: scaleStaging }]).asksPerson,
    true,
  );
});

test("high risk asks a person in staging too", () => {
  const assessment = assess([{ run: "-n staging delete pod web-1" }]);
  assert.equal(assessment.risk, "high");
  assert.equal(assessment.asksPerson, true);
});

test("an environment the policy does not name asks for medium risk", () => {
  const assessment = assess([{ run: "-n elsewhere scale deployment web --replicas=2" }]);
  assert.equal(assessment.asksPerson, true);
  assert.deepEqual(assessment.environments, ["not named in the policy"]);
});

test("without a policy file medium risk asks everywhere", () => {
  assert.equal(assess([{ run: scaleStaging }], "low", builtInPolicy).asksPerson, true);
  assert.equal(assess([{ run: read }], "low", builtInPolicy).asksPerson, false);
});

test("the model can raise the risk of the plan, and is quoted", () => {
  const assessment = assess([{ run: read }], "high");
  assert.equal(assessment.risk, "high");
  assert.equal(assessment.asksPerson, true);
  assert.ok(assessment.reasons.some((reason) => reason.includes("it said so")));
});

test("the model can raise the risk of one step", () => {
  const assessment = assess([{ run: scaleStaging, risk: "high" }, { run: scaleStaging }]);
  assert.deepEqual(assessment.stepRisks, ["high", "medium"]);
  assert.equal(assessment.risk, "high");
  assert.equal(assessment.asksPerson, true);
});

test("the model cannot lower a risk", () => {
  const assessment = assess([{ run: "-n production delete pod web-1", risk: "low" }], "low");
  assert.deepEqual(assessment.stepRisks, ["high"]);
  assert.equal(assessment.risk, "high");
});

test("before any look the risk is the least that looks may leave, and looks that show nothing leave it high", () => {
  const risk = (run: string, previews: [] | null, back?: string) => {
    const lines = [back === undefined ? { run } : { run, back }];
    const assessment = assessPlan(planOf(lines), policy, null, previews);
    return assessment.ok && assessment.risk;
  };
  assert.equal(risk("-n staging delete pod web-1", null), "medium");
  assert.equal(risk("-n staging delete pod web-1", []), "high");
  assert.equal(risk("-n staging delete pod web-1 --force", null), "high");
  assert.equal(risk("-n staging delete pvc web-1", null), "high");
  const back = "-n staging delete configmap a";
  const makes = "-n staging create configmap a --from-literal=b=c";
  assert.equal(risk(makes, null, back), "medium");
  assert.equal(risk(makes, [], back), "high");
  // What scales makes nothing.
  assert.equal(risk(scaleStaging, null, "-n staging delete deployment web"), "high");
});

test("the way back counts as much as the step", () => {
  const assessment = assess([{ run: scaleStaging, back: "-n staging delete deployment web" }]);
  assert.equal(assessment.risk, "high");
  assert.equal(assess([{ run: scaleStaging, back: scaleProduction }]).asksPerson, true);
});

test("one refused command refuses the plan, with its step and its words", () => {
  const step = assessPlan(planOf([{ run: read }, { run: "exec web-1 ls" }]), policy, null, []);
  assert.ok(!step.ok);
  assert.match(step.reason, /refuses step 2, kubectl exec web-1 ls/);
  const back = assessPlan(planOf([{ run: scaleStaging, back: "get secret db -o yaml" }]), policy, null, []);
  assert.ok(!back.ok);
  assert.match(back.reason, /the rollback of step 1, kubectl get secret db -o yaml/);
});

const faults: [what: string, text: string, fault: RegExp][] = [
  ["a misspelt key", "version: 1\nprotected_namespace: [a]", /^line 2, protected_namespace: is not a key/],
  ["another version", "version: 2", /^line 1, version: /],
  ["no content", "", /expected object/],
  ["a deadline of zero", "version: 1\ndeadlines: { default_seconds: 0 }", /deadlines\.default_seconds/],
  ["unattended high", "version: 1\nunattended: { high: [a] }", /^line 2, unattended\.high: is not a key/],
  ["an unattended environment nobody named", "version: 1\nunattended: { medium: [dev] }", /named dev/],
  [
    "an escalation after the end",
    "version: 1\napprovals:\n  - open_minutes: 30\n    escalate: { after_minutes: 30, users: [UANN] }",
    /^line 4, approvals\.0\.escalate\.after_minutes: is not before open_minutes/,
  ],
  [
    "an escalation to nobody",
    "version: 1\napprovals:\n  - escalate: { after_minutes: 30 }",
    /^line 3, approvals\.0\.escalate: names neither users nor groups/,
  ],
  [
    "a misspelt escalation",
    "version: 1\napprovals:\n  - escalate: { after: 30, users: [UANN] }",
    /line 3, approvals\.0\.escalate\.after: is not a key of the policy/,
  ],
  ["broken YAML", "version: [1", /line 1/],
  ["a key given twice", "version: 1\napprovers: []\napprovers: [U1]", /unique/],
];

for (const [what, text, fault] of faults) {
  test(`a policy file with ${what} is refused with a fault that names it`, () => {
    const result = parsePolicy(text);
    assert.ok(!result.ok);
    assert.match(result.faults.join("\n"), fault);
  });
}

test("the hash covers the keys a file sets, in any order, and no default", () => {
  const [one, turned, said] = [
    "version: 1\nlimits: { steps: 5 }\ncontexts: [a, b]",
    "contexts: [a, b]\nlimits: { steps: 5 }\nversion: 1",
    "version: 1\nlimits: { steps: 5, args: 64 }\ncontexts: [a, b]",
  ].map((text) => {
    const read = parsePolicy(text);
    assert.ok(read.ok);
    return read.policy;
  });
  assert.ok(one !== undefined && turned !== undefined && said !== undefined);
  assert.equal(one.hash, turned.hash);
  assert.notEqual(one.hash, said.hash);
  // As an older version would have read the same file: it knew fewer keys, and gave fewer defaults.
  const { raw_outputs: _, ...older } = one;
  assert.equal(
    withHash({ ...older, raw_outputs: [] }, { version: 1, limits: { steps: 5 }, contexts: ["a", "b"] }).hash,
    one.hash,
  );
});

test("approvers are no part of the hash, rules are", () => {
  assert.equal(withApprovers(policy, ["U9"]).hash, policy.hash);
  const other = parsePolicy(sample.replace("medium: [staging]", "medium: []"));
  assert.ok(other.ok);
  assert.notEqual(other.policy.hash, policy.hash);
});
