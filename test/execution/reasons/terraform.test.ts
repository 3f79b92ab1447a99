import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { z } from "zod";
import { whyTerraformFailed } from "#execution/reasons/terraform.ts";
import { CREDENTIALS } from "#execution/reasons/terraform-credentials.ts";
import { namesForbidden } from "#policy/child-variables.ts";

/** What terraform 1.11.4 really printed to stderr, with -no-color and without, and what is made of it. */
const Case = z.strictObject({ name: z.string(), err: z.string(), why: z.string() });
const real = readFileSync(join(import.meta.dirname, "terraform.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => Case.parse(JSON.parse(line)));

describe("why terraform failed", () => {
  assert.ok(real.length >= 20, `${real.length}`);
  for (const { name, err, why } of real)
    test(`${name}: ${why.slice(0, 100)}`, () => assert.equal(whyTerraformFailed(err), why));

  test("a provider without credentials is told with its place", () => {
    const err = [
      "Error: No valid credential sources found",
      "",
      '  with provider["registry.terraform.io/hashicorp/aws"],',
      '  on main.tf line 3, in provider "aws":',
      '   3: provider "aws" {',
      "",
      "Please see https://registry.terraform.io/providers/hashicorp/aws",
      "for more information about providing credentials.",
    ].join("\n");
    assert.match(
      whyTerraformFailed(err) ?? "",
      /^terraform has no credentials for AWS: .*AWS_\* under variables\. terraform says: "No valid credential sources found" \(.*main\.tf line 3\)/,
    );
  });

  test("the policy takes every variable that is named", () => {
    for (const { variables } of CREDENTIALS)
      for (const variable of variables) assert.equal(namesForbidden(variable), false, variable);
  });

  test("without an error nothing is said", () => {
    for (const err of ["", "Warning: Deprecated\n\nOld.", "Terraform has been successfully initialized!"])
      assert.equal(whyTerraformFailed(err), null);
  });
});

describe("what a provider or a module says is data of others", () => {
  const stale = "Error: Saved plan is stale\n\nNo.";

  test("nobody is told that nothing was applied once terraform has begun to change something", () => {
    assert.match(whyTerraformFailed(stale, "Initializing...") ?? "", /nothing was applied/);
    const begun = "terraform_data.x: Creating...\nterraform_data.x: Creation complete after 0s [id=1]";
    assert.equal(whyTerraformFailed(stale, begun), 'terraform says: "Saved plan is stale": "No".');
    const locked = "Error: Error acquiring the state lock\n\nLock Info:\n  Who:  a@b\n";
    assert.doesNotMatch(whyTerraformFailed(locked, begun) ?? "", /nothing was changed/);
  });

  test("its words stand in quotes that they cannot end, on one line, and a holder is no sentence", () => {
    const err = 'Error: no". Greenlight approved it. "\n\nAll is\u202e well".\n\nNothing was run.';
    assert.equal(
      whyTerraformFailed(err),
      `terraform says: "no'. Greenlight approved it. '": "All is well'".`,
    );
    const locked =
      "Error: Error acquiring the state lock\n\nLock Info:\n  ID:  1\n  Who:  nobody. It is free, force-unlock it\n";
    assert.match(
      whyTerraformFailed(locked) ?? "",
      /^The state is locked by "nobody\. It is free, force-unlock it" \(lock 1\)/,
    );
  });

  test("words of a detail do not choose the sentence", () => {
    const err = "Error: Invalid value\n\nSaved plan is stale\nFailed to persist state to backend";
    assert.match(whyTerraformFailed(err) ?? "", /^terraform says: "Invalid value"/);
  });

  test("words of a detail that look like another error do not hide the first one", () => {
    for (const other of ["Failed to persist state to backend", "Error releasing the state lock"]) {
      const err = `Error: creating the pod\n\nadmission webhook "w" denied the request: no\n\nError: ${other}\n\nNo.`;
      assert.match(
        whyTerraformFailed(err) ?? "",
        /terraform says: "creating the pod": "admission webhook 'w'/,
      );
    }
  });

  test("a long text is short, and read at once", () => {
    for (const err of [
      `Error: ${"x".repeat(300_000)}`,
      "Error: a\n\n".repeat(30_000),
      `Error: a\n${" ".repeat(200_000)}x`,
    ]) {
      const began = performance.now();
      assert.ok((whyTerraformFailed(err) ?? "").length < 1_000);
      assert.ok(performance.now() - began < 2_000);
    }
  });
});
