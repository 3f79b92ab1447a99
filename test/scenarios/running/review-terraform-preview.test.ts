import assert from "node:assert/strict";
import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { previewTerraform, type Terraform } from "#execution/previews/terraform.ts";
import { createRedact } from "#redact/redact.ts";

describe("what the approver of a saved plan sees", () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "greenlight-review-"));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const preview = (args: string[], terraform: Terraform) => {
    const step = {
      step: 1,
      tool: "terraform",
      args,
      dir: "network",
      description: "",
      risk: "high",
      rollback: null,
    } as const;
    return previewTerraform({ ...step, args }, false, { workspace: dir, dir, terraform }, createRedact([]));
  };
  const ended = (stdout: string, exitCode = 0) => ({ exitCode, stdout, stderr: "", problem: null });
  const plans =
    (changes: object[]): Terraform =>
    async ([verb]) => {
      if (verb === "plan") await writeFile(join(dir, "greenlight-step-1.tfplan"), "a plan");
      const json = { format_version: "1.2", resource_changes: changes };
      return ended(verb === "show" ? JSON.stringify(json) : verb === "workspace" ? "default" : "");
    };

  it("is what it was planned with, though the apply of it does not say so any more", async () => {
    const seen = await preview(["destroy", "-auto-approve", "-var=size=900", "-target=a.b"], plans([]));
    assert.ok(seen.ok);
    assert.deepEqual(seen.step.args, ["apply", "-input=false", "-no-color", "greenlight-step-1.tfplan"]);
    const facts = seen.preview.facts.join("\n");
    for (const flag of ["-destroy", "-var=size=900", "-target=a.b"])
      assert.ok(facts.includes(`Planned with ${flag}`), facts);
  });

  it("is not read through a link that a provider left in its place", async () => {
    const secret = join(dir, "..", `secret-of-${basename(dir)}`);
    await writeFile(secret, "of the bot", { mode: 0o640 });
    const links: Terraform = async ([verb]) => {
      if (verb === "plan") await symlink(secret, join(dir, "greenlight-step-1.tfplan"));
      return ended(verb === "show" ? '{"format_version":"1.2","resource_changes":[]}' : "");
    };
    try {
      await assert.rejects(preview(["apply"], links), { name: "EnvironmentError" });
      assert.equal((await stat(secret)).mode & 0o777, 0o640);
    } finally {
      await rm(secret);
      await rm(join(dir, "greenlight-step-1.tfplan"), { force: true });
    }
  });

  it("is what goes away first, however much else there is", async () => {
    const made = Array.from({ length: 70 }, (_, index) => ({
      address: `a.new[${index}]`,
      change: { actions: ["create"] },
    }));
    const gone = { address: "a.database", change: { actions: ["delete"] } };
    const seen = await preview(["apply", "-auto-approve"], plans([...made, gone]));
    assert.ok(seen.ok);
    assert.equal(seen.preview.omitted, 11);
    assert.deepEqual(seen.preview.rows[0]?.target, "a.database");
  });

  it("is no end of a secret that was cut in two", async () => {
    const secret = "kX93hsPqv7Lm2zR4".repeat(20);
    const said = `password = "${secret}"\n${"x".repeat(1_400)}`;
    const seen = await preview(["apply", "-auto-approve"], async () => ended(said, 1));
    assert.ok(!seen.ok);
    assert.ok(!seen.reason.includes(secret.slice(-16)), seen.reason);
    assert.match(seen.reason, /terraform said:\n> /);
  });
});
