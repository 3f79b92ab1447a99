import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { ChildProcess } from "#change/journal.ts";
import { endOrphansOf } from "#execution/process/orphan.ts";
import { stopTerraform } from "#execution/process/process-group.ts";
import { type ChangeDir, makeChangeDir } from "#execution/workspace/scratch.ts";
import { boxOf, EVERY_MEANS, reasonWithout } from "#test/execution/box/means.ts";
import { soon } from "#test/support/soon.ts";
import { reasonWithoutTerraform } from "#test/support/terraform.ts";
import type { Settings } from "./spawn-and-wait.ts";

const RUNNER = fileURLToPath(new URL("./spawn-and-wait.ts", import.meta.url));
/** The second resource prints while it is made, which killed terraform when nobody read it. */
const ROOT = `
resource "terraform_data" "first" { input = "made before the kill" }
resource "terraform_data" "second" {
  depends_on = [terraform_data.first]
  provisioner "local-exec" { command = "for i in 1 2 3 4 5 6; do echo line $i; sleep 0.5; done; sleep SECONDS" }
}
`;
const APPLY = "terraform init -input=false && exec terraform apply -auto-approve -input=false -no-color";
const never = new AbortController().signal;

for (const means of EVERY_MEANS) {
  const skip = reasonWithoutTerraform() || reasonWithout(means);
  describe(`terraform whose Greenlight was killed, ${means}`, { skip }, () => {
    let dataDir: string;
    before(async () => {
      dataDir = await mkdtemp(join(tmpdir(), "greenlight-killed-"));
      // A user of the change's own passes through here.
      await chmod(dataDir, 0o755);
    });
    after(() => rm(dataDir, { recursive: true, force: true }));

    /** Begins an apply whose second resource takes so long, and kills whoever runs it. */
    const killed = async (
      seconds: number,
    ): Promise<{ changeId: string; dir: ChangeDir; child: ChildProcess }> => {
      const changeId = randomUUID();
      const dir = await makeChangeDir(dataDir, changeId);
      await writeFile(join(dir.workspace, "main.tf"), ROOT.replace("SECONDS", String(seconds)));
      const settings: Settings = { means, dataDir, changeId, script: APPLY };
      const runner = spawn(process.execPath, [RUNNER, JSON.stringify(settings)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let child: ChildProcess | null = null;
      for await (const line of createInterface({ input: runner.stdout })) {
        if (line.startsWith("{")) child = JSON.parse(line);
        if (line.includes("line 1")) break;
      }
      runner.kill("SIGKILL");
      assert.ok(child !== null);
      return { changeId, dir, child };
    };
    const stateOf = async ({ workspace }: ChangeDir) =>
      readFile(join(workspace, "terraform.tfstate"), "utf8");
    const lockOf = ({ workspace }: ChangeDir) => join(workspace, ".terraform.tfstate.lock.info");

    it("goes on to its end, and its state is whole", async () => {
      const { dir } = await killed(0);
      await soon("the state holds both", async () => /second/.test(await stateOf(dir).catch(() => "")));
      await soon("the lock is gone", async () => !existsSync(lockOf(dir)));
      assert.equal(JSON.parse(await stateOf(dir)).resources.length, 2);
    });

    it("is asked by whoever comes next, stores its state and gives its lock back", async () => {
      const { changeId, dir, child } = await killed(300);
      const { findLeft } = await boxOf(means, dataDir);
      const end = await endOrphansOf(dir, child, stopTerraform(30), never, () => findLeft(changeId));
      assert.deepEqual(end, { kind: "ended", killed: false });
      assert.match(await stateOf(dir), /made before the kill/);
      assert.equal(existsSync(lockOf(dir)), false);
      assert.deepEqual(await readdir(dir.output), []);
    });
  });
}

for (const means of EVERY_MEANS) {
  const skip = reasonWithout(means);
  describe(`a command that prints much after its Greenlight was killed, ${means}`, { skip }, () => {
    it("waits for a reader, and is read while it is asked to stop", async () => {
      const dataDir = await mkdtemp(join(tmpdir(), "greenlight-prints-"));
      await chmod(dataDir, 0o755);
      const changeId = randomUUID();
      const dir = await makeChangeDir(dataDir, changeId);
      const script = `trap 'seq 1 100000; echo stored > "$HOME/stored"; exit' INT; echo up; while :; do sleep 0.1; done`;
      const settings: Settings = { means, dataDir, changeId, script };
      const runner = spawn(process.execPath, [RUNNER, JSON.stringify(settings)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let child: ChildProcess | null = null;
      let isUp = false;
      for await (const line of createInterface({ input: runner.stdout })) {
        if (line.startsWith("{")) child = JSON.parse(line);
        if (line === "up") isUp = true;
        if (isUp && child !== null) break;
      }
      runner.kill("SIGKILL");
      assert.ok(child !== null);
      const { findLeft } = await boxOf(means, dataDir);
      const end = await endOrphansOf(dir, child, stopTerraform(20), never, () => findLeft(changeId));
      assert.deepEqual(end, { kind: "ended", killed: false });
      assert.equal(await readFile(join(dir.home, "stored"), "utf8"), "stored\n");
      await rm(dataDir, { recursive: true, force: true });
    });
  });
}
