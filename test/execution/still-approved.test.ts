import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { PlannerOutput } from "#change/plan.ts";
import type { Bindings, BoundPlan } from "#change/preview.ts";
import type { LookResult } from "#execution/previews/look.ts";
import { findDifference } from "#execution/still-approved.ts";
import { readWorkspace } from "#execution/workspace/snapshot.ts";
import { digestOf } from "#policy/digest.ts";
import { builtInPolicy, type Policy } from "#policy/document.ts";
import { looksOf } from "#test/support/execution.ts";
import { planOf } from "#test/support/program.ts";

describe("what differs from what was approved", () => {
  let home: string;
  let where: { workspace: string; dataDir: string };
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-still-"));
    where = { workspace: join(home, "workspace"), dataDir: join(home, "data") };
    await mkdir(where.workspace);
  });
  after(() => rm(home, { recursive: true, force: true }));

  const server = (url: string): LookResult => ({
    ok: true,
    stdout: JSON.stringify({
      "current-context": "live",
      clusters: [{ cluster: { server: url } }],
      contexts: [{ context: { user: "bot" } }],
    }),
  });
  const TARGET =
    "kubectl, context live (live): https://one, as bot, namespace default unless named, identity 0";
  const bind = async (): Promise<BoundPlan> => {
    await writeFile(join(where.workspace, "a.yaml"), "a: 1\n");
    const read = await readWorkspace(where.workspace, [{ path: "a.yaml", kind: "file" }], { own: [] });
    assert.ok(read.ok);
    const files: Bindings["files"] = [{ path: "a.yaml", kind: "file", sha256: read.snapshot.hash }];
    const bindings = { files, savedPlans: [], targets: [TARGET] };
    const plan = PlannerOutput.parse(planOf([["apply -f a.yaml --context=live", null]], "high"));
    return { revision: 1, plan, bindings, digest: digestOf(plan, 1, builtInPolicy, bindings) };
  };
  const find = (bound: BoundPlan, looked: LookResult, policy: Policy = builtInPolicy) => {
    const looks = looksOf({ kubeconfig: () => ({ view: async () => looked, identify: async () => "0" }) });
    const signal = AbortSignal.timeout(5_000);
    return findDifference({ ...where, policy, looks }, { changeId: "x", bound, wayBack: null }, signal);
  };

  it("is nothing while rules, files and cluster are the same", async () => {
    assert.equal(await find(await bind(), server("https://one")), null);
  });

  it("is certain of other rules, other bytes, a file that is gone, and another cluster", async () => {
    const bound = await bind();
    const other = await find(bound, server("https://one"), { ...builtInPolicy, hash: "other" });
    assert.deepEqual([other?.isCertain, other?.reason.includes("policy has changed")], [true, true]);
    const cluster = await find(bound, server("https://two"));
    assert.deepEqual([cluster?.isCertain, cluster?.reason.includes("https://two")], [true, true]);
    await writeFile(join(where.workspace, "a.yaml"), "a: 2\n");
    assert.equal((await find(bound, server("https://one")))?.isCertain, true);
    await rm(join(where.workspace, "a.yaml"));
    assert.equal((await find(bound, server("https://one")))?.isCertain, true);
  });

  it("is in doubt when kubectl does not answer: nothing is approved then, and nothing is void", async () => {
    const found = await find(await bind(), { ok: false, problem: "it took too long" });
    assert.deepEqual([found?.isCertain, found?.reason.includes("no kubeconfig says")], [false, true]);
  });
});
