import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Box, noBox } from "#execution/box/box.ts";
import { createBwrap } from "#execution/box/bwrap.ts";
import { findSystemPlaces } from "#execution/box/places.ts";
import { capture } from "#execution/process/capture.ts";
import { makeChangeDir } from "#execution/workspace/scratch.ts";
import { reasonWithoutBox } from "#test/support/box.ts";
import { reasonWithoutTerraform } from "#test/support/terraform.ts";

/** Reads the environment of whoever started it, by a path that no policy can read: it is computed. */
const ROOT = `
locals { me = "/proc/self/status" }
output "found" { value = filebase64("/proc/\${regex("PPid:\\\\s+(\\\\d+)", file(local.me))[0]}/environ") }
`;
const USER = 65_533;
const AS_ANOTHER = "setpriv";

describe("what a plan could read of Greenlight", {
  skip: reasonWithoutTerraform() || reasonWithoutBox(),
}, () => {
  const foundBy = async (box: Box, dataDir: string): Promise<string> => {
    const changeId = randomUUID();
    const dir = await makeChangeDir(dataDir, changeId);
    await writeFile(join(dir.workspace, "main.tf"), ROOT);
    const env = {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: dir.home,
      TF_DATA_DIR: dir.terraform,
      TF_CLI_CONFIG_FILE: "/dev/null",
      CHECKPOINT_DISABLE: "1",
    };
    const view = {
      changeId,
      readWrite: [dir.workspace, dir.home, dir.terraform],
      readOnly: [],
      stateFile: null,
    };
    const signal = AbortSignal.timeout(60_000);
    const argv = ["terraform", "plan", "-input=false", "-no-color"];
    const planned = await capture(box, { argv, cwd: dir.workspace, env, view, deadlineMs: 60_000, signal });
    const encoded = /found = "([^"]+)"/.exec(planned.stdout)?.[1] ?? "";
    return Buffer.from(encoded, "base64").toString();
  };

  it("is its environment without a box, and in the box nothing but what the command has itself", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "greenlight-found-"));
    const box = createBwrap({
      bwrap: "/usr/bin/bwrap",
      dataDir,
      hidden: [dataDir],
      required: [],
      system: await findSystemPlaces(),
    });
    // Set by the runner of the tests for this process, as tokens are for Greenlight.
    assert.match(await foundBy(noBox, dataDir), /NODE_TEST_CONTEXT=/);
    const inBox = await foundBy(box, dataDir);
    assert.match(inBox, /^PATH=/);
    assert.doesNotMatch(inBox, /NODE_TEST_CONTEXT/);
    await rm(dataDir, { recursive: true, force: true });
  });
});

const FILES = ["./bwrap.test.ts", "../process/after-a-kill.test.ts"].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);

/** The box of root and that of an ordinary user differ: what is kept from one was open to the other. */
function reasonNotAsUser(): string | false {
  if (process.getuid?.() !== 0)
    return "only root can run them as somebody else; here they run as an ordinary user";
  return reasonWithoutBox();
}

it("all of it holds for an ordinary user too", {
  skip: reasonNotAsUser(),
  timeout: 240_000,
}, async (context) => {
  const home = await mkdtemp(join(tmpdir(), "greenlight-user-"));
  await chown(home, USER, USER);
  const as = [`--reuid=${USER}`, `--regid=${USER}`, "--clear-groups", process.execPath];
  const reads = `for (const file of ${JSON.stringify(FILES)}) require("fs").accessSync(file)`;
  if (spawnSync(AS_ANOTHER, [...as, "-e", reads]).status !== 0)
    return context.skip("this checkout, or its Node, cannot be read by an ordinary user");
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const ran = spawnSync(AS_ANOTHER, [...as, "--test", "--test-force-exit", "--test-reporter=tap", ...FILES], {
    env: { ...inherited, HOME: home, TMPDIR: home },
    encoding: "utf8",
  });
  await rm(home, { recursive: true, force: true });
  assert.equal(ran.status, 0, ran.stdout.slice(-3_000));
  assert.match(ran.stdout, /# skipped 0/);
});
