import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { stopTerraform } from "#execution/process/process-group.ts";
import { runCommand } from "#execution/process/run-command.ts";
import { watchErroredState } from "#execution/workspace/errored-state.ts";
import { type ChangeDir, makeChangeDir } from "#execution/workspace/scratch.ts";
import { boxOf, EVERY_MEANS, reasonWithout } from "#test/execution/box/means.ts";

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

for (const means of EVERY_MEANS) {
  const skip = hasTerraform ? reasonWithout(means) : "terraform is not installed";
  describe(`a real terraform apply, ${means}`, { skip }, () => {
    let dataDir: string;
    let dir: ChangeDir;
    const changeId = randomUUID();
    before(async () => {
      dataDir = await mkdtemp(join(tmpdir(), "greenlight-apply-"));
      await chmod(dataDir, 0o755);
      dir = await makeChangeDir(dataDir, changeId);
      await writeFile(join(dir.workspace, "main.tf"), ROOT);
      assert.equal((await terraform(["init", "-input=false"])).end.outcome, "done");
    });
    after(() => rm(dataDir, { recursive: true }));

    async function terraform(args: string[], given: { until?: RegExp; deadlineMs?: number } = {}) {
      const lines: string[] = [];
      const ending = new AbortController();
      const box = await boxOf(means, dataDir);
      const boxed = await box.wrap({
        argv: ["terraform", ...args, "-no-color"],
        cwd: dir.workspace,
        env: {
          PATH,
          HOME: dir.home,
          TF_DATA_DIR: dir.terraform,
          TF_IN_AUTOMATION: "1",
          CHECKPOINT_DISABLE: "1",
          TF_CLI_CONFIG_FILE: "/dev/null",
        },
        view: {
          changeId,
          readWrite: [dir.workspace, dir.home, dir.terraform],
          readOnly: [],
          stateFile: null,
        },
      });
      const end = await runCommand({
        boxed,
        deadlineMs: given.deadlineMs ?? 60_000,
        stop: stopTerraform(30),
        signal: ending.signal,
        onStarted: async () => undefined,
        onLine: (_, line) => {
          lines.push(line.text);
          if (given.until?.test(line.text) === true) ending.abort();
        },
      });
      return { end, lines };
    }

    for (const [how, given] of [
      ["is asked to stop", { until: /sleeping/ }],
      ["comes to its deadline", { deadlineMs: 4_000 }],
    ] as const) {
      it(`that ${how} ends within its grace, and what it made by then is in its state`, async () => {
        const { end, lines } = await terraform(["apply", "-auto-approve", "-input=false"], given);
        assert.deepEqual([end.outcome, end.exitCode], ["unknown", 1], lines.join("\n"));
        assert.match(
          end.error ?? "",
          /stopped by itself when it was asked to, so it had time to store its state/,
        );
        assert.match(lines.join("\n"), /Interrupt received/);
        const state = JSON.parse(await readFile(join(dir.workspace, "terraform.tfstate"), "utf8"));
        assert.match(JSON.stringify(state.resources), /made before the stop/);
        assert.equal(existsSync(join(dir.workspace, ".terraform.tfstate.lock.info")), false);
      });
    }
  });
}

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
