import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { watchErroredState } from "../../src/execution/errored-state.ts";
import { STOP_GROUP, type Stop, stopTerraform } from "../../src/execution/process-group.ts";
import { runCommand } from "../../src/execution/run-command.ts";

/** The first resource is there at once; the second takes longer than anybody waits. */
const ROOT = `
resource "terraform_data" "quick" { input = "made before the stop" }
resource "terraform_data" "slow" {
  depends_on = [terraform_data.quick]
  provisioner "local-exec" { command = "echo sleeping; sleep 300" }
}
`;
const PATH = "/usr/local/bin:/usr/bin:/bin";
const hasTerraform = PATH.split(":").some((folder) => existsSync(join(folder, "terraform")));

describe("a real terraform apply", { skip: hasTerraform ? false : "terraform is not installed" }, () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "greenlight-apply-"));
    await writeFile(join(root, "main.tf"), ROOT);
    assert.equal((await terraform(["init", "-input=false"], STOP_GROUP)).end.outcome, "done");
  });
  after(() => rm(root, { recursive: true }));

  async function terraform(args: string[], stop: Stop, until?: RegExp) {
    const lines: string[] = [];
    const ending = new AbortController();
    const end = await runCommand({
      boxed: {
        argv: ["terraform", ...args, "-no-color"],
        cwd: root,
        env: {
          PATH,
          HOME: root,
          TF_IN_AUTOMATION: "1",
          CHECKPOINT_DISABLE: "1",
          TF_CLI_CONFIG_FILE: "/dev/null",
        },
      },
      deadlineMs: 60_000,
      stop,
      signal: ending.signal,
      onStarted: async () => undefined,
      onLine: (_, line) => {
        lines.push(line.text);
        if (until?.test(line.text) === true) ending.abort();
      },
    });
    return { end, lines };
  }

  it("that is asked to stop ends within its grace, and what it made by then is in its state", async () => {
    const { end, lines } = await terraform(
      ["apply", "-auto-approve", "-input=false"],
      stopTerraform(30),
      /sleeping/,
    );
    assert.deepEqual([end.outcome, end.exitCode], ["unknown", 1], lines.join("\n"));
    assert.match(
      end.error ?? "",
      /stopped by itself when it was asked to, so it had time to store its state/,
    );
    assert.match(lines.join("\n"), /Interrupt received/);
    const state = JSON.parse(await readFile(join(root, "terraform.tfstate"), "utf8"));
    assert.match(JSON.stringify(state.resources), /made before the stop/);
    assert.equal(existsSync(join(root, ".terraform.tfstate.lock.info")), false);
  });
});

describe("a state that terraform could not store", () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "greenlight-errored-"));
  });
  after(() => rm(dir, { recursive: true }));

  it("is handed over once and taken off the disk; an older one is left alone; one that cannot be kept stays, and is named", async () => {
    const file = join(dir, "errored.tfstate");
    const kept: string[] = [];
    const keep = async (bytes: Buffer): Promise<void> => void kept.push(bytes.toString());
    const none = await watchErroredState(dir, "");
    assert.equal(await none.handOver(keep), null);
    await writeFile(file, "an older one");
    const older = await watchErroredState(dir, "");
    assert.equal(await older.handOver(keep), null);
    assert.equal(existsSync(file), true);
    await writeFile(file, "the new state");
    assert.match((await older.handOver(keep)) ?? "", /It is kept, encrypted/);
    assert.deepEqual([kept, existsSync(file)], [["the new state"], false]);
    await writeFile(file, "another");
    const refused = await none.handOver(() => Promise.reject(new Error("the database is away")));
    assert.match(refused ?? "", new RegExp(`It lies in ${file} in clear text`));
    assert.equal(existsSync(file), true);
  });
});
