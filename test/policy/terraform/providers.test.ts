import assert from "node:assert/strict";
import { test } from "node:test";
import { PolicyDocument, withHash } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { isProviderListed, plainSource } from "#policy/terraform/providers.ts";
import { judgeTerraform } from "#policy/terraform/terraform.ts";

const standard = PolicyDocument.parse({ version: 1 }).terraform.providers;

const cases: [source: string, entries: readonly string[], isListed: boolean][] = [
  ["hashicorp/aws", standard, true],
  ["aws", standard, true],
  ["registry.terraform.io/hashicorp/aws", standard, true],
  ["Registry.Terraform.io/HashiCorp/AWS", standard, true],
  ["terraform.io/builtin/terraform", standard, true],
  ["terraform.io/builtin/terraform", [], true],
  ["hashicorp/external", standard, false],
  ["registry.terraform.io/hashicorp/http", standard, false],
  ["hashicorp/local", standard, false],
  ["local", standard, false],
  ["registry.opentofu.org/hashicorp/aws", standard, false],
  ["registry.terraform.io:443/hashicorp/aws", standard, false],
  ["evil.example/hashicorp/aws", standard, false],
  ["hashicorp2/aws", standard, false],
  ["datadog/datadog", standard, false],
  ["terraform.io/builtin/other", standard, false],
  ["hashicorp/local", ["hashicorp/*", "hashicorp/local"], true],
  ["hashicorp/local", ["registry.terraform.io/hashicorp/local"], true],
  ["hashicorp/aws", ["hashicorp/local"], false],
  ["datadog/datadog", ["DataDog/datadog"], true],
  ["registry.example.com/acme/x", ["registry.example.com/acme/*"], true],
  ["registry.example.com/acme/x", ["acme/*"], false],
  ["registry.example.com.evil/acme/x", ["registry.example.com/acme/*"], false],
];

for (const [source, entries, isListed] of cases) {
  test(`the provider ${source} is ${isListed ? "" : "not "}among ${entries.join(", ") || "none"}`, () => {
    assert.equal(isProviderListed(plainSource(source) ?? "", entries), isListed);
  });
}

test("what is no provider's source is a fault of the policy", () => {
  for (const entry of ["aws", "*", "hashicorp/", "a/b/c/d", "hashicorp/a*", "https://x/y", "../x", "a b/c"]) {
    const parsed = parsePolicy(`version: 1\nterraform:\n  providers: [${JSON.stringify(entry)}]\n`);
    assert.ok(!parsed.ok, entry);
    assert.match(parsed.faults.join(), /terraform\.providers\.0/, entry);
  }
});

test("a provider that is not listed is refused with what to add, also where only the lock file names it", () => {
  const files = new Map([
    [
      "net/main.tf",
      'terraform {\n  required_providers {\n    x = {\n      source = "acme/x"\n    }\n  }\n}\n',
    ],
    ["net/.terraform.lock.hcl", 'provider "registry.example.com/acme/y" {\n  version = "1.0.0"\n}\n'],
  ]);
  const judge = (providers: readonly string[], line: string) =>
    judgeTerraform(
      { tool: "terraform", args: line.split(" "), dir: "net" },
      withHash(PolicyDocument.parse({ version: 1, terraform: { providers } })),
      files,
    );
  for (const line of ["init", "plan", "validate", "providers schema -json", "apply -auto-approve"]) {
    const verdict = judge(["hashicorp/*"], line);
    assert.equal(verdict.decision, "deny", line);
    assert.match(verdict.reasons.join(), /main\.tf \(line 3\).*add "acme\/x" to terraform\.providers/, line);
    assert.match(verdict.reasons.join(), /lock\.hcl \(line 1\).*add "registry\.example\.com\/acme\/y"/, line);
    assert.equal(judge(["acme/x"], line).decision, "deny", line);
    assert.equal(judge(["acme/x", "registry.example.com/acme/*"], line).decision, "allow", line);
  }
});
