import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { terraformPlan } from "#test/support/roots.ts";
import { reasonWithoutTerraform, runTerraform } from "#test/support/terraform.ts";

const POLICY = `version: 1
environments:
  net: {directories: [well, half, stale]}
`;

const WELL = `variable "size" { default = 1 }
resource "terraform_data" "a" { input = var.size }
resource "terraform_data" "b" {
  for_each = toset(["x: Creating...", "q\\"z"])
  input    = each.key
}
resource "terraform_data" "c" {
  triggers_replace = var.size
  lifecycle { create_before_destroy = true }
}
resource "terraform_data" "d" { input = terraform_data.a.output == 1 ? "same" : "same" }
resource "terraform_data" "e" { input = substr(terraform_data.now.output, 0, 2) }
resource "terraform_data" "now" { input = timestamp() }
`;
const HALF = `resource "terraform_data" "one" { input = timestamp() }
resource "terraform_data" "two" {
  input = terraform_data.one.output
  lifecycle {
    precondition {
      condition     = terraform_data.one.output == "never"
      error_message = "Not today."
    }
  }
}
resource "terraform_data" "three" { input = 3 }
`;

describe("an apply by the real terraform", { skip: reasonWithoutTerraform() }, () => {
  let workspace: string;
  let program: Program;
  before(async () => {
    workspace = await mkdtemp(join(tmpdir(), "greenlight-applies-"));
    for (const [root, text] of Object.entries({ well: WELL, half: HALF, stale: WELL })) {
      await mkdir(join(workspace, root));
      await writeFile(join(workspace, root, "main.tf"), text);
    }
    program = await startProgram(
      { GREENLIGHT_WORKSPACE: workspace, GREENLIGHT_MIX: "yes" },
      { policy: POLICY },
    );
  });
  after(async () => {
    await program.close();
    await rm(workspace, { recursive: true, force: true });
  });

  async function apply(
    root: string,
    flags: string[],
    result: "approved" | "needs_human" | null,
    meanwhile: () => Promise<unknown> = async () => {},
  ): Promise<Change> {
    program.model.script({ agent: "planner", json: terraformPlan(root, "apply", "-auto-approve", ...flags) });
    if (result !== null) program.model.script({ agent: "reviewer", json: { result, notes: "Looked at." } });
    const waiting = await program.ask(`apply ${root}`);
    assert.equal(waiting.status, "waiting", waiting.error ?? "");
    await meanwhile();
    await program.decide(waiting, "approve");
    const change = await program.until(waiting.id, "done", "failed", "needs_person");
    await program.releaseTargets();
    return change;
  }
  const facts = ({ review }: Change) => review?.facts?.map(({ state, says }) => `${state} ${says}`) ?? [];

  it("is held against its saved plan, address by address, and one more plan is only a note where it has to be", async () => {
    const made = await apply("well", [], "approved");
    assert.equal(made.status, "done", JSON.stringify(made.review));
    assert.deepEqual(facts(made), [
      "good applied as planned: 7 created; one more plan would also change terraform_data.e, terraform_data.now",
    ]);
    const flags = ["-var=size=2", "-replace=terraform_data.d"];
    const replaced = await apply("well", flags, "approved");
    assert.equal(replaced.status, "done", JSON.stringify(replaced.review));
    assert.match(
      facts(replaced).join(),
      /^good applied as planned: 2 created, 2 updated, 2 destroyed, 1 turned out to be up to date/,
    );
  });

  it("is not planned once more where the policy says so", async () => {
    await program.writePolicy(`${POLICY}terraform: {verify: false}\n`);
    await program.restart();
    const change = await apply("well", ["-var=size=3"], "approved");
    assert.match(facts(change).join(), /^good applied as planned: 1 created, 2 updated, 1 destroyed[^;]*$/);
  });

  it("that fails half-way says what it made and what not", async () => {
    const change = await apply("half", [], "needs_human");
    const said =
      /created: terraform_data\.(one|three), terraform_data\.(one|three); not created: terraform_data\.two/;
    assert.equal(change.status, "needs_person");
    assert.match(facts(change).join(), said);
    const [step] = await program.app.changes.steps(change.id);
    assert.equal(step?.outcome, "failed");
    assert.match(step?.error ?? "", said);
  });

  it("that never began ends the change as failed", async () => {
    const stale = () => runTerraform(join(workspace, "stale"), ["apply", "-auto-approve", "-no-color"]);
    const change = await apply("stale", [], null, stale);
    assert.equal(change.status, "failed", JSON.stringify(change.review));
    assert.match(change.error ?? "", /nothing was changed.*out of date/);
  });
});
