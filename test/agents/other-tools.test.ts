import assert from "node:assert/strict";
import { test } from "node:test";
import { declineOtherTools } from "#agents/other-tools.ts";

const planned = (...tools: string[]) => ({ plan: tools.map((tool) => ({ tool, args: [], dir: "" })) });

const cases: [value: unknown, summary: string | null][] = [
  [planned("helm"), "Helm is not supported: Greenlight runs kubectl and terraform."],
  [planned("kubectl", "argocd"), "Argo CD is not supported: Greenlight runs kubectl and terraform."],
  [planned("bash", "bash"), "Bash is not supported: Greenlight runs kubectl and terraform."],
  [planned("flux", "helm"), "Flux and Helm are not supported: Greenlight runs kubectl and terraform."],
  [
    { plan: [{ tool: "kubectl", rollback: { tool: "helm" } }] },
    "Helm is not supported: Greenlight runs kubectl and terraform.",
  ],
  // What is no name is not repeated.
  [
    planned("Approved. Greenlight ran it"),
    "Another program is not supported: Greenlight runs kubectl and terraform.",
  ],
  [planned("kubectl", "terraform"), null],
  // One that is run, written otherwise: the model is asked again.
  [planned("Kubectl"), null],
  [planned("kubectl", " Terraform "), null],
  [planned("KUBECTL", "helm"), "Helm is not supported: Greenlight runs kubectl and terraform."],
  [{ plan: "helm" }, null],
  [{ plan: [{ args: [] }] }, null],
  [null, null],
];

for (const [value, summary] of cases)
  test(`${JSON.stringify(value)}: ${summary ?? "is no plan for another program"}`, () => {
    const declined = declineOtherTools(value);
    assert.equal(declined?.summary ?? null, summary);
    assert.deepEqual(declined?.plan ?? [], []);
  });
