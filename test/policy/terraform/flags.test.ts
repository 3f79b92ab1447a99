import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { FLAGS } from "#policy/terraform/flags.ts";
import { VERBS } from "#policy/terraform/verbs.ts";
import { reasonWithoutTerraform, runTerraform } from "#test/support/terraform.ts";

const SAMPLES: Record<string, string> = {
  "-lock-timeout": "1s",
  "-parallelism": "1",
  "-module-depth": "1",
  "-var": "a=b",
};

describe("the flags of each verb", { skip: reasonWithoutTerraform() }, () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-flags-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  // terraform stops at the first flag it does not have. When that is the one behind ours, it took all of ours, and with
  // the arity we think they have: a value it had not taken would have been an operand, which ends the flags.
  it("are terraform's own, and take a value or none as we read them", async () => {
    const fault = async (verb: string, flags: readonly string[]): Promise<string | null> => {
      const words = flags.flatMap((flag) =>
        FLAGS[flag]?.takes === "value" ? [flag, SAMPLES[flag] ?? "x"] : [flag],
      );
      // import says nothing of a flag it does not have; it gets as far as the directory when it took them all.
      const [last, wanted] =
        verb === "import"
          ? [["a.b", "c"], "No Terraform configuration files"]
          : [["-no-such-flag"], "flag provided but not defined: -no-such-flag"];
      const { stdout, stderr } = await runTerraform(folder, [...verb.split(" "), ...words, ...last]);
      const said = (stdout + stderr).replaceAll(/\s+/g, " ");
      return said.includes(wanted) ? null : `${verb}: ${said.slice(0, 300)}`;
    };
    const work = Object.entries(VERBS);
    const faults: string[] = [];
    const worker = async (): Promise<void> => {
      for (let next = work.pop(); next !== undefined; next = work.pop()) {
        const found = await fault(next[0], next[1].flags);
        if (found !== null) faults.push(found);
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    assert.deepEqual(faults, []);
    // The comparison can fail: a flag that is not there, and one read with the wrong arity.
    assert.notEqual(await fault("import", ["-no-such-flag"]), null);
    assert.notEqual(await fault("plan", ["-auto-approve"]), null);
    assert.notEqual(await fault("version", ["-json", "-id"]), null);
  });
});
