import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ANA_SECRET, type Program, startProgram } from "#test/support/program.ts";
import { terraformPlan } from "#test/support/roots.ts";
import { askFor, changeIdOf, replies, standIn, textOf, waitFor } from "#test/support/slack.ts";
import { reasonWithoutTerraform, runTerraform } from "#test/support/terraform.ts";

const SECRET = "Herbst-11-correct-horse";
const POLICY = `version: 1
environments:
  net: {directories: [net]}
`;
const root = (cidr: string, trigger: number, password: string, more: string) => `
resource "terraform_data" "subnet" { input = { cidr = "${cidr}", zone = "a" } }
resource "terraform_data" "database" {
  input            = "db"
  triggers_replace = ${trigger}
}
resource "terraform_data" "login" { input = sensitive("${password}") }
resource "terraform_data" "note" { input = "password = ${password}" }
${more}
`;
const OLD = root("10.0.0.0/16", 1, SECRET, 'resource "terraform_data" "gone" { input = "log bucket" }');
const NEW = root("10.1.0.0/16", 2, `${SECRET}-2`, "");

describe("the plan of a terraform apply", { skip: reasonWithoutTerraform() }, () => {
  let workspace: string;
  let program: Program;
  before(async () => {
    workspace = await mkdtemp(join(tmpdir(), "greenlight-plan-text-"));
    const dir = join(workspace, "net");
    await mkdir(dir);
    await writeFile(join(dir, "main.tf"), OLD);
    await runTerraform(dir, ["init", "-input=false"]);
    const made = await runTerraform(dir, ["apply", "-auto-approve", "-input=false"]);
    assert.equal(made.code, 0, made.stderr);
    await writeFile(join(dir, "main.tf"), NEW);
    program = await startProgram(
      { GREENLIGHT_WORKSPACE: workspace, GREENLIGHT_MIX: "yes" },
      { policy: POLICY },
    );
  });
  after(async () => {
    await program.close();
    await rm(workspace, { recursive: true, force: true });
  });

  it("is on the card value by value, what goes first, and whole in the thread and by API, without a secret", async () => {
    program.model.script({ agent: "planner", json: terraformPlan("net", "apply", "-auto-approve") });
    const slack = standIn(program);
    slack.faults.dropAfterAccept(1, "files.completeUploadExternal");
    const card = await askFor(slack, "Review this Terraform plan and apply it safely: net");
    const file = await waitFor(
      () => slack.files().find(({ name, content }) => name?.endsWith("-plan.txt") && content?.length),
      "the file",
    );
    const id = await changeIdOf(slack, card);
    await program.until(id, "waiting");
    const shown = await waitFor(() => {
      const now = slack.messages(card.channel).find(({ ts }) => ts === card.ts);
      const text = textOf(now?.blocks ?? []);
      return /approve/i.test(text) ? text : undefined;
    }, "the card with its buttons");
    const at = (words: string) => {
      assert.ok(shown.includes(words), `${words} in ${shown}`);
      return shown.indexOf(words);
    };
    assert.ok(at("terraform_data.gone") < at("terraform_data.subnet input.cidr"), shown);
    assert.ok(at("terraform_data.database") < at("terraform_data.subnet input.cidr"), shown);
    at("10.0.0.0/16");
    at("10.1.0.0/16");
    at("forces replacement");
    const whole = file.content?.toString("utf8") ?? "";
    assert.match(whole, /~ cidr = "10\.0\.0\.0\/16" -> "10\.1\.0\.0\/16"/);
    assert.match(whole, /# terraform_data\.login will be updated in-place/);
    assert.match(whole, /\(sensitive value\)/);
    const url = `${program.app.address}/infra-change/${id}`;
    const authorization = `Bearer ${ANA_SECRET}`;
    const read = async (path: string) =>
      (await fetch(`${url}${path}`, { headers: { authorization } })).text();
    const told = await read("/plan-text");
    assert.equal(JSON.parse(told).plans[0].text, whole);
    assert.equal(JSON.parse(await read("")).previews[0].plan_text.lines, whole.split("\n").length);
    assert.equal((await fetch(`${url}/plan-text`)).status, 401);
    for (const text of [whole, told, await read(""), shown, textOf(replies(slack, card))])
      assert.ok(!text.includes(SECRET), text);
    const { rows } = await program.app.database.query<{ text: string }>("select text from plan_texts");
    assert.ok(!rows.some(({ text }) => text.includes(SECRET)));
    const rests = async () =>
      (
        await program.app.database.query(
          "select 1 from messages where name like 'plan-text:%' and sent >= wanted",
        )
      ).rowCount === 1;
    const giveUp = Date.now() + 30_000;
    while (!(await rests())) {
      assert.ok(Date.now() < giveUp, "its row came to rest");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const files = replies(slack, card).flatMap((reply) => reply.files);
    assert.equal(files.length, 1, "it stands there once, though the answer to its upload got lost");
  });
});
