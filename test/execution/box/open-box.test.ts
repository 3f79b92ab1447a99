import assert from "node:assert/strict";
import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Means } from "#execution/box/box.ts";
import { type BoxRequest, openBox } from "#execution/box/open-box.ts";
import { reasonWithoutBox } from "#test/support/box.ts";

describe("the means that keeps commands from what is not theirs", () => {
  let dir: string;
  before(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), "greenlight-means-")));
    await chmod(dir, 0o755);
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const open = (wanted: Means | "auto", more: Partial<BoxRequest> = {}) =>
    openBox({
      ...{ wanted, workspace: join(dir, "workspace"), dataDir: join(dir, "data"), readOnly: [], ports: [] },
      ...{ isDatabaseBySocket: false, isReal: true, inherited: process.env },
      ...more,
    });
  const nothing = { PATH: "/nowhere" };
  const call = (program: string) => ({
    argv: [program],
    cwd: dir,
    env: {},
    view: { changeId: "", readWrite: [], readOnly: [], stateFile: null },
  });

  for (const means of ["bwrap", "user", "landlock"] as const) {
    it(`is ${means} where that is asked for and holds, with a line for the start`, {
      skip: skipOf(means),
    }, async () => {
      const opened = await open(means);
      assert.ok(opened.ok, opened.ok ? "" : opened.reason);
      assert.equal(opened.box.means, means);
      assert.match(opened.line, /^(in a box|as a user|behind Landlock)/);
    });
  }

  it("is the strongest that holds where none is named", { skip: reasonWithoutBox() }, async () => {
    const opened = await open("auto");
    assert.equal(opened.ok && opened.box.means, "bwrap");
  });

  it("is the next where the first is missing", { skip: skipOf("user") }, async () => {
    const opened = await open("auto", { inherited: nothing });
    assert.equal(opened.ok && opened.box.means, "user");
  });

  it("is none where that is asked for", async () => {
    const opened = await open("none");
    assert.equal(opened.ok && opened.box.means, "none");
    assert.ok(opened.ok && (await opened.box.wrap(call("terraform"))).argv[0] === "terraform");
  });

  it("does not start where the one that is named does not hold", async () => {
    const opened = await open("bwrap", { inherited: nothing });
    assert.ok(!opened.ok);
    assert.match(opened.reason, /not installed/);
    const byWire = await open("landlock", { isDatabaseBySocket: true });
    assert.ok(!byWire.ok);
    assert.match(byWire.reason, /DATABASE_URL/);
  });

  it("refuses terraform against something real where none holds, and lets the playground run", {
    skip: process.getuid?.() === 0 ? "as root the next means holds" : false,
  }, async () => {
    const without = { inherited: nothing, isDatabaseBySocket: true };
    const real = await open("auto", without);
    assert.ok(real.ok);
    await assert.rejects(real.box.wrap(call("terraform")), { name: "EnvironmentError" });
    assert.equal((await real.box.wrap(call("kubectl"))).argv[0], "kubectl");
    const played = await open("auto", { ...without, isReal: false });
    assert.ok(played.ok);
    assert.equal((await played.box.wrap(call("terraform"))).argv[0], "terraform");
  });
});

function skipOf(means: Means): string | false {
  if (means === "user") return process.getuid?.() === 0 ? false : "Greenlight is not root";
  // A kernel without Landlock fails its own tests aloud where a box is required.
  return reasonWithoutBox();
}
