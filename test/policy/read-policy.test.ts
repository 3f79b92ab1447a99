import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "#policy/judge.ts";
import { parsePolicy } from "#policy/read-policy.ts";

const faulty: [what: string, text: string, fault: RegExp][] = [
  [
    "a kind behind the verb",
    "version: 1\ndeny: [kubectl delete namespace]\n",
    /^line 2, deny\.0: no command is called kubectl delete namespace.*no kind/,
  ],
  [
    "a misspelt verb, for one environment",
    "version: 1\nenvironments:\n  prod:\n    namespaces: [prod]\n    raise:\n      kubectl rollout restrat: high\n",
    /^line 6, environments\.prod\.raise\.kubectl rollout restrat: no command is called/,
  ],
  [
    "another name of a verb",
    "version: 1\ndeny: [kubectl create ns]\n",
    /^line 2, deny\.0: kubectl create ns is kubectl create namespace by another name/,
  ],
  [
    "a directory outside of the workspace, whose environment would hold nowhere",
    "version: 1\nenvironments:\n  prod:\n    directories: [/network]\n    deny: [terraform apply]\n",
    /^line 4, environments\.prod\.directories\.0: is no directory below the workspace/,
  ],
  [
    "a directory above it",
    "version: 1\ndirectories: [../network]\n",
    /^line 2, directories\.0: is no directory below the workspace/,
  ],
  [
    "a verb terraform does not have",
    "version: 1\nraise:\n  terraform aply: high\n",
    /^line 3, raise\.terraform aply: no command/,
  ],
];

for (const [what, text, fault] of faulty) {
  test(`a rule that would silently never hold is a fault: ${what}`, () => {
    const read = parsePolicy(text);
    assert.ok(!read.ok);
    assert.equal(read.faults.length, 1);
    assert.match(read.faults[0] ?? "", fault);
  });
}

test("verbs, groups of them, and those that are refused anyway may be named, and hold", () => {
  const named = [
    "kubectl delete",
    "kubectl create",
    "kubectl create secret",
    "kubectl create namespace",
    "kubectl exec",
    "kubectl rollout undo",
    "terraform state",
    "terraform state rm",
    "terraform console",
    "terraform apply",
  ];
  const read = parsePolicy(`version: 1\ndeny: [${named.join(", ")}]\n`);
  assert.ok(read.ok, JSON.stringify(read));
  for (const line of ["create ns x", "create secret generic x", "delete pod x", "exec x -- sh"]) {
    const verdict = judge({ tool: "kubectl", args: line.split(" "), dir: "" }, read.policy, null);
    assert.equal(verdict.decision, "deny", line);
  }
});

test("all faults are said at once, in the order of their lines, those that only the whole shows too", () => {
  const read = parsePolicy(
    [
      "version: 1",
      "colour: green",
      "environments:",
      "  production: { namespaces: [shop] }",
      "unattended: { medium: [staging] }",
      "limits: { steps: 900 }",
      "deny: [kubectl expliode, terraform apply]",
      "approvers: [ben]",
    ].join("\n"),
  );
  assert.ok(!read.ok);
  const where = read.faults.map((fault) => fault.split(":")[0]);
  assert.deepEqual(where, [
    "line 2, colour",
    "line 5, unattended.medium.0",
    "line 6, limits.steps",
    "line 7, deny.0",
    "line 8, approvers.0",
  ]);
});

const rules: [what: string, rules: string[], hidden: string[]][] = [
  ["the same twice", ["{ quorum: 2 }", "{ quorum: 1 }"], ["approvals.1"]],
  ["a wider one first", ["{ risks: [medium, high] }", "{ environments: [prod] }"], ["approvals.1"]],
  ["a narrower one first", ["{ environments: [prod], quorum: 2 }", "{ quorum: 1 }"], []],
  ["of other risks", ["{ risks: [high] }", "{ risks: [medium] }"], []],
  ["of some more risks", ["{ risks: [high] }", "{ risks: [medium, high] }"], []],
  ["of low risk, which nobody is asked about", ["{}", "{ risks: [low] }"], []],
  [
    "of one of its environments",
    ["{ environments: [prod, stage] }", "{ environments: [stage] }"],
    ["approvals.1"],
  ],
];

for (const [what, written, hidden] of rules) {
  test(`a rule of approvals that an earlier one hides is a fault: ${what}`, () => {
    const text = `version: 1\nenvironments:\n  prod: { namespaces: [a] }\n  stage: { namespaces: [b] }\napprovals:\n${written.map((one) => `  - ${one}\n`).join("")}`;
    const read = parsePolicy(text);
    const where = read.ok ? [] : read.faults.map((fault) => /, (approvals\.\d)/.exec(fault)?.[1]);
    assert.deepEqual(where, hidden);
  });
}
