import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Command, PlannerOutput } from "#change/plan.ts";
import type { Bindings } from "#change/preview.ts";
import { openCopy, readFiles, reopenCopy } from "#execution/workspace/copy.ts";
import { readWorkspace } from "#execution/workspace/snapshot.ts";
import { planOf } from "#test/support/program.ts";

const APPROVED = "kind: approved\n";
const OTHER = "kind: other\n";
const READS = [{ path: "a.yaml", kind: "file" }] as const;
const ROUNDS = 60;

describe("the copy of a change while somebody exchanges its files", () => {
  let home: string;
  let ground: { workspace: string; dataDir: string };
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-place-"));
    ground = { workspace: join(home, "workspace"), dataDir: join(home, "data") };
    await mkdir(ground.workspace);
  });
  after(() => rm(home, { recursive: true, force: true }));

  const plan = PlannerOutput.parse(planOf([["apply -f a.yaml", null]], "high"));
  const [command] = plan.plan;
  assert.ok(command !== undefined);
  const put = async (text: string): Promise<void> => {
    await writeFile(join(home, "next"), text);
    await rename(join(home, "next"), join(ground.workspace, "a.yaml"));
  };
  const boundTo = async (text: string): Promise<Bindings["files"]> => {
    await put(text);
    const read = await readWorkspace(ground.workspace, READS);
    assert.ok(read.ok);
    return [{ ...READS[0], sha256: read.snapshot.hash }];
  };
  /** Exchanges the file as often as it can until the work is over. */
  const whileExchanged = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    let isOver = false;
    const exchange = (async () => {
      for (let turn = 0; !isOver; turn += 1) await put(turn % 2 === 0 ? OTHER : APPROVED);
    })();
    try {
      return await work();
    } finally {
      isOver = true;
      await exchange;
    }
  };

  it("holds what was approved, or is none", async () => {
    const approved = await boundTo(APPROVED);
    await whileExchanged(async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const opened = await reopenCopy(ground, randomUUID(), plan, approved, command);
        if (!opened.ok) continue;
        const { files, dir } = opened.copy;
        assert.equal(files.get("a.yaml"), APPROVED, `judged in round ${round}`);
        const text = await readFile(join(dir.kubectl, "a.yaml"), "utf8");
        assert.equal(text, APPROVED, `laid out in round ${round}`);
      }
    });
    const quiet = await reopenCopy(ground, randomUUID(), plan, await boundTo(APPROVED), command);
    assert.ok(quiet.ok);
  });

  it("is bound to what lies there", async () => {
    const hashes = new Map<string | undefined, string>();
    for (const text of [APPROVED, OTHER]) hashes.set((await boundTo(text))[0]?.sha256, text);
    await whileExchanged(async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const opened = await openCopy(ground, randomUUID(), plan, READS);
        if (!opened.ok) continue;
        const { files, bound, dir } = opened.copy;
        const text = await readFile(join(dir.kubectl, "a.yaml"), "utf8");
        assert.equal(text, hashes.get(bound[0]?.sha256), `laid out in round ${round}`);
        assert.equal(files.get("a.yaml"), text, `judged in round ${round}`);
      }
    });
  });

  it("is judged by what was approved", async () => {
    const approved = await boundTo(APPROVED);
    await whileExchanged(async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const read = await readFiles(ground, randomUUID(), approved);
        if (read.ok) assert.equal(read.files.get("a.yaml"), APPROVED, `round ${round}`);
      }
    });
  });

  it("is none where the file became a pipe, a link out or unlike itself since", async () => {
    const at = join(ground.workspace, "a.yaml");
    const others: [make: () => Promise<unknown>, said: RegExp][] = [
      [async () => execFileSync("mkfifo", [at]), /a\.yaml is neither a file nor a directory/],
      [() => symlink("/etc/hostname", at), /a\.yaml is a link that leaves the workspace/],
      [() => symlink("gone", at), /a\.yaml is a link that leads nowhere/],
      [() => writeFile(at, OTHER), /a\.yaml in the workspace has changed since/],
    ];
    for (const [make, said] of others) {
      const approved = await boundTo(APPROVED);
      await rm(at);
      await make();
      const opened = await reopenCopy(ground, randomUUID(), plan, approved, command);
      assert.match(opened.ok ? "laid out" : opened.reason, said);
      await rm(at);
    }
  });

  it("is not laid out anew over a state that terraform could not store, and kubectl goes on beside it", async () => {
    const inTerraform: Command = { ...command, tool: "terraform", args: ["plan"] };
    const opened = await reopenCopy(ground, randomUUID(), plan, await boundTo(APPROVED), inTerraform);
    assert.ok(opened.ok);
    const { changeId, dir } = opened.copy;
    const state = join(dir.workspace, "errored.tfstate");
    await writeFile(state, "what terraform made");
    assert.ok((await reopenCopy(ground, changeId, plan, [], command)).ok);
    const refused = await reopenCopy(ground, changeId, plan, [], inTerraform);
    assert.match(refused.ok ? "" : refused.reason, /could not store lies below .*terraform state push/);
    assert.equal(await readFile(state, "utf8"), "what terraform made");
    await rm(state);
    assert.ok((await reopenCopy(ground, changeId, plan, [], inTerraform)).ok);
  });
});
