import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { changeDirOf } from "#execution/workspace/scratch.ts";
import { reasonWithoutGit } from "#test/support/git.ts";
import { type ModuleHost, startModuleHost } from "#test/support/module-host.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { terraformPlan } from "#test/support/roots.ts";
import { reasonWithoutTerraform } from "#test/support/terraform.ts";

const POLICY = `version: 1
environments:
  net:
    directories: [net]
    variables: [SSL_CERT_FILE, HTTPS_PROXY, https_proxy]
`;

describe("a change of a root with a module of git", {
  skip: reasonWithoutTerraform() || reasonWithoutGit(),
}, () => {
  let folder = "";
  let host: ModuleHost;
  let program: Program;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-git-module-"));
    host = await startModuleHost(folder, {
      git: { "github.com/acme/one.git": { "v1.0.0": { "main.tf": 'resource "terraform_data" "one" {}\n' } } },
    });
    const workspace = join(folder, "workspace");
    await mkdir(join(workspace, "net"), { recursive: true });
    await writeFile(
      join(workspace, "net", "main.tf"),
      'module "one" { source = "github.com/acme/one?ref=v1.0.0" }\n',
    );
    program = await startProgram(
      { GREENLIGHT_WORKSPACE: workspace, GREENLIGHT_MIX: "yes", ...host.env },
      { policy: POLICY },
    );
  });
  after(async () => {
    await program.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("says which commit it is, and runs on what was kept when host and copy are gone", async () => {
    program.model.script({ agent: "planner", json: terraformPlan("net", "apply", "-auto-approve") });
    const change = await program.ask("apply the root net");
    assert.equal(change.status, "waiting", change.error ?? "");
    const facts = change.previews.flatMap((preview) => preview.facts).join("\n");
    assert.ok(facts.includes(host.commits.get("github.com/acme/one.git v1.0.0") ?? "none"), facts);
    await host.close();
    await rm(changeDirOf(program.config.dataDir, change.id).root, { recursive: true });
    await program.decide(change, "approve");
    await program.until(change.id, "done", "needs_person", "failed", "rolled_back");
    assert.deepEqual(await program.ran(change.id), ["forward 1 done"]);
  });
});
