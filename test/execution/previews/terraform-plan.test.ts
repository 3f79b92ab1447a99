import assert from "node:assert/strict";
import { cp, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import { plannedRows } from "#execution/previews/planned-rows.ts";
import { readPlanJson } from "#execution/previews/terraform-plan.ts";
import { whyTerraformFailed } from "#execution/reasons/terraform.ts";
import { createRedact } from "#redact/redact.ts";
import { reasonWithoutTerraform, runTerraform } from "#test/support/terraform.ts";

const SECRET = "hunter2-correct-horse";
const FIRST = `
resource "terraform_data" "same" { input = 1 }
resource "terraform_data" "change" { input = 1 }
resource "terraform_data" "replace" {
  input            = 1
  triggers_replace = [1]
}
resource "terraform_data" "gone" { input = 1 }
resource "terraform_data" "forgotten" { input = 1 }
resource "terraform_data" "old" { input = 1 }
resource "terraform_data" "each" {
  for_each = toset(["a", "b\\"c"])
  input    = each.key
}
output "plain" { value = 1 }
output "same" { value = 1 }
`;
const SECOND = `
resource "terraform_data" "same" { input = 1 }
resource "terraform_data" "change" { input = sensitive("${SECRET}") }
resource "terraform_data" "replace" {
  input            = 1
  triggers_replace = [2]
}
removed {
  from = terraform_data.forgotten
  lifecycle {
    destroy = false
  }
}
resource "terraform_data" "new" { input = 1 }
moved {
  from = terraform_data.old
  to   = terraform_data.new
}
import {
  to = terraform_data.imported
  id = "abc"
}
resource "terraform_data" "imported" {}
resource "terraform_data" "each" {
  for_each = toset(["b\\"c", "d"])
  input    = each.key
}
output "plain" { value = 2 }
output "same" { value = 1 }
output "secret" {
  value     = "${SECRET}"
  sensitive = true
}
`;

describe("a saved plan", { skip: reasonWithoutTerraform() }, () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-plan-"));
    await writeFile(join(folder, "main.tf"), FIRST);
    await run(["init", "-input=false"]);
    await run(["apply", "-auto-approve", "-input=false"]);
    await writeFile(join(folder, "main.tf"), SECOND);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function run(args: string[]): Promise<{ code: number; text: string }> {
    const { code, stdout, stderr } = await runTerraform(folder, args);
    return { code, text: stdout + stderr };
  }

  async function planned(name: string, ...flags: string[]) {
    assert.equal((await run(["plan", "-input=false", `-out=${name}`, ...flags])).code, 0);
    return readPlanJson((await run(["show", "-json", name])).text);
  }

  it("is told resource by resource, without a value that is sensitive", async () => {
    const summary = await planned("all");
    const short = summary.resources.map(({ address, action }) => `${action} ${address}`).toSorted();
    assert.deepEqual(short, [
      'create terraform_data.each["d"]',
      'destroy terraform_data.each["a"]',
      "destroy terraform_data.gone",
      "forget terraform_data.forgotten",
      "import terraform_data.imported",
      "replace terraform_data.replace",
      "update terraform_data.change",
    ]);
    assert.deepEqual(summary.counts, { create: 1, update: 1, replace: 1, destroy: 2, forget: 1, import: 1 });
    const reasons = Object.fromEntries(summary.resources.map(({ address, reason }) => [address, reason]));
    assert.equal(reasons["terraform_data.gone"], "it is no longer in the configuration");
    assert.equal(reasons["terraform_data.replace"], "a change that cannot be made in place");
    assert.equal(reasons['terraform_data.each["a"]'], "its key is no longer in for_each");
    assert.equal(reasons["terraform_data.imported"], "it is taken into the state first");
    assert.equal(reasons["terraform_data.change"], null);
    const { imported, moved, unchanged, outputsChanged, hasSensitive, isComplete } = summary;
    assert.deepEqual(
      { imported, moved, unchanged, outputsChanged, hasSensitive, isComplete },
      { imported: 1, moved: 1, unchanged: 2, outputsChanged: 2, hasSensitive: true, isComplete: true },
    );
    assert.doesNotMatch(JSON.stringify(summary), /hunter2/);
  });

  it("is shown value by value: what goes and is replaced first, then what changes, then what is new", async () => {
    const rows = plannedRows((await planned("rows")).resources, createRedact([]));
    const lines = rows.map(({ target, action, before, after }) => [action, target, before, after].join("|"));
    assert.deepEqual(lines, [
      'destroy|terraform_data.each["a"]||its key is no longer in for_each',
      "forget|terraform_data.forgotten||it is no longer in the configuration",
      "destroy|terraform_data.gone||it is no longer in the configuration",
      "replace|terraform_data.replace||a change that cannot be made in place",
      "update|terraform_data.replace triggers_replace|[1]|[2], forces replacement",
      "update|terraform_data.change input|(sensitive)|(sensitive)",
      "update|terraform_data.change output|1|(known after apply)",
      'create|terraform_data.each["d"]||',
      "import|terraform_data.imported||it is taken into the state first",
      'update|terraform_data.each["d"] input||d',
    ]);
  });

  it("says when it destroys everything", async () => {
    const all = await planned("destroy", "-destroy");
    assert.deepEqual(
      [all.counts.destroy, all.resources.every(({ action }) => action === "destroy")],
      [8, true],
    );
  });

  it("is out of date once another was applied, and unreadable when cut", async () => {
    await planned("one");
    await planned("two");
    await cp(join(folder, "two"), join(folder, "cut"));
    await truncate(join(folder, "cut"), 200);
    assert.equal((await run(["apply", "-input=false", "one"])).code, 0);
    const stale = await run(["apply", "-input=false", "two"]);
    assert.equal(stale.code, 1);
    assert.match(whyTerraformFailed(stale.text) ?? "", /out of date.*nothing was applied\. Plan again/);
    assert.match(whyTerraformFailed((await run(["apply", "-json", "two"])).text) ?? "", /out of date/);
    assert.match(whyTerraformFailed((await run(["apply", "cut"])).text) ?? "", /cannot be read/);
  });

  it("says when it is only a part, and by request", async () => {
    const asked = await planned("asked", "-replace=terraform_data.same", "-target=terraform_data.same");
    assert.equal(asked.isComplete, false);
    const told = asked.resources.map(({ address, action, reason }) => [address, action, reason]);
    assert.deepEqual(told, [["terraform_data.same", "replace", "it was asked for"]]);
  });

  it("is refused where another state is", async () => {
    await rm(join(folder, "terraform.tfstate"));
    assert.match(whyTerraformFailed((await run(["apply", "two"])).text) ?? "", /made for another state/);
  });
});

const change = (actions: unknown, more: object = {}) =>
  JSON.stringify({
    format_version: "1.2",
    resource_changes: [{ address: "a.b", change: { actions }, ...more }],
  });

test("a plan that cannot be read in full is an error", () => {
  for (const json of [
    "",
    "{}",
    '{"format_version": "2.0"}',
    '{"format_version": "1.2", "errored": true}',
    '{"format_version": "1.2", "action_invocations": [{}]}',
    change([]),
    change(["explode"]),
    change(["constructor"]),
    change(["update", "create"]),
    change(["delete", "create", "delete"]),
    change(["create"], { address: "" }),
    change("create"),
  ]) {
    assert.throws(() => readPlanJson(json), json);
  }
});

test("every action has its name", () => {
  for (const [actions, action] of [
    [["create", "delete"], "replace"],
    [["delete", "create"], "replace"],
    [["create", "forget"], "forget"],
  ] as const) {
    assert.deepEqual(readPlanJson(change(actions)).resources, [
      { address: "a.b", action, reason: null, attributes: [] },
    ]);
  }
  assert.deepEqual([readPlanJson(change(["read"])).resources, readPlanJson(change(["read"])).read], [[], 1]);
  assert.equal(readPlanJson(change(["no-op"])).unchanged, 1);
});

test("an address is bounded, and an old object is told from its resource", () => {
  const long = `a.${"b".repeat(5_000)}`;
  const [first] = readPlanJson(change(["delete"], { address: long })).resources;
  assert.equal(first?.address.length, 1_001);
  const [old] = readPlanJson(change(["delete"], { deposed: "12ab" })).resources;
  assert.equal(old?.address, "a.b (an old object of it)");
});

test("a lock says who holds it, since when and how it is called", () => {
  const said = [
    "\u001b[31m╷\u001b[0m",
    "\u001b[31m│\u001b[0m \u001b[1mError: \u001b[0mError acquiring the state lock",
    "│ Error message: resource temporarily unavailable",
    "│ Lock Info:",
    "│   ID:        00c90068-cf0f-6962-36e9-f5780ca722cf",
    "│   Path:      terraform.tfstate",
    "│   Who:       root@host",
    "│   Created:   2026-11-23 08:37:58.7 +0000 UTC",
    "│   Info:      ",
  ].join("\n");
  assert.equal(
    whyTerraformFailed(said),
    "The state is locked by root@host since 2026-11-23 08:37:58.7 +0000 UTC (lock 00c90068-cf0f-6962-36e9-f5780ca722cf), so nothing was changed. Wait until that run has ended and try again; if nobody works on it any more, ask for a force-unlock of that lock.",
  );
  assert.match(
    whyTerraformFailed("Error: Error acquiring the state lock") ?? "",
    /^The state is locked, so nothing/,
  );
  assert.match(
    whyTerraformFailed("Error: Failed to persist state to backend") ?? "",
    /Keep errored\.tfstate/,
  );
  assert.match(whyTerraformFailed("Error: Error releasing the state lock") ?? "", /Look whether/);
  assert.equal(
    whyTerraformFailed("Error: Invalid count argument"),
    'terraform says: "Invalid count argument".',
  );
  assert.equal(whyTerraformFailed(""), null);
});
