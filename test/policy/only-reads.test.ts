import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "#change/plan.ts";
import { PolicyDocument, withHash } from "#policy/document.ts";
import { onlyReads } from "#policy/only-reads.ts";

const policy = withHash(
  PolicyDocument.parse({ version: 1, terraform: { trusted_roots: ["./legacy/net/"] } }),
);

const cases: [reads: boolean, line: string, dir: string][] = [
  [true, "kubectl get pods", ""],
  [true, "kubectl apply -f x.yaml --dry-run=server", ""],
  [false, "kubectl rollout restart deployment/web", ""],
  [true, "terraform plan", "network"],
  // What it runs while it is planned may change something, and only its files say whether it does.
  [false, "terraform plan", "legacy/net"],
  [false, "terraform -chdir=net plan", "legacy"],
  [false, "terraform validate", "legacy/net"],
  [false, "terraform graph", "legacy/net"],
  [true, "terraform workspace show", "legacy/net"],
  [true, "terraform version", "legacy/net"],
];

for (const [reads, line, dir] of cases) {
  test(`${line} in ${dir || "the workspace's root"} ${reads ? "only reads" : "may change something"}`, () => {
    const [tool, ...args] = line.split(" ");
    assert.equal(onlyReads({ tool, args, dir } as Command, policy), reads);
  });
}
