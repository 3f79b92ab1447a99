import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { PlannerOutput } from "#change/plan.ts";
import type { Bindings, BoundPlan } from "#change/preview.ts";
import type { LookResult } from "#execution/previews/look.ts";
import { readyStep } from "#execution/ready-step.ts";
import { digestOf } from "#policy/digest.ts";
import { builtInPolicy, type Policy } from "#policy/document.ts";
import { executionDeps, looksOf } from "#test/support/execution.ts";
import { planOf } from "#test/support/program.ts";

const RULES: Policy = { ...builtInPolicy, contexts: ["live"] };
const TARGET =
  "kubectl, context live (live): https://one, as bot, namespace default unless named, identity 0";

/** A step that reads no file: only the look at rules and cluster can tell that it is not what was approved. */
describe("the last look before a spawn", () => {
  let home: string;
  let where: { workspace: string; dataDir: string };
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-ready-"));
    where = { workspace: join(home, "workspace"), dataDir: join(home, "data") };
    await mkdir(where.workspace);
    await writeFile(join(where.workspace, "a.yaml"), "a: 1\n");
  });
  after(() => rm(home, { recursive: true, force: true }));

  type At = { server: string; policy?: Policy; shown?: Bindings["shown"]; job?: object };
  const readyFor = (direction: "forward" | "rollback", at: At) => {
    const plan = PlannerOutput.parse(
      planOf([
        [
          "scale deployment web --replicas=2 --context=live",
          "scale deployment web --replicas=1 --context=live",
        ],
        [
          at.job === undefined
            ? "scale deployment api --replicas=2 --context=live"
            : "delete job once --context=live",
          "scale deployment api --replicas=1 --context=live",
        ],
      ]),
    );
    const { shown, policy = RULES } = at;
    const bindings = {
      files: [],
      savedPlans: [],
      targets: [TARGET],
      ...(shown === undefined ? {} : { shown }),
    };
    const bound: BoundPlan = {
      revision: 1,
      plan,
      bindings,
      digest: digestOf(plan, 1, RULES, bindings),
    };
    const looked: LookResult = {
      ok: true,
      stdout: JSON.stringify({
        "current-context": "live",
        clusters: [{ cluster: { server: at.server } }],
        contexts: [{ context: { user: "bot" } }],
      }),
    };
    const deps = executionDeps({
      ...where,
      policy,
      looks: looksOf({
        kubeconfig: () => ({ view: async () => looked, identify: async () => "0" }),
        kubectl: () => async () => {
          if (at.job === undefined) return assert.fail("it was looked at");
          return { ok: true, stdout: JSON.stringify(at.job) };
        },
      }),
    });
    const [, second] = plan.plan;
    const command = direction === "forward" ? second : second?.rollback;
    assert.ok(command);
    const key = { changeId: randomUUID(), revision: 1, step: 2, direction, attempt: 1 };
    return readyStep(deps, key, command, bound, AbortSignal.timeout(20_000));
  };

  for (const direction of ["forward", "rollback"] as const) {
    it(`lets a step run where rules and cluster are those of the approval, and no other (${direction})`, async () => {
      assert.equal((await readyFor(direction, { server: "https://one" })).ok, true);
      const elsewhere = await readyFor(direction, { server: "https://two" });
      assert.ok(!elsewhere.ok);
      assert.match(elsewhere.reason, /somewhere else than the plan was made for.*https:\/\/two/);
      const otherwise = await readyFor(direction, {
        server: "https://one",
        policy: { ...RULES, hash: "other" },
      });
      assert.ok(!otherwise.ok);
      assert.match(otherwise.reason, /The policy has changed/);
    });
  }

  it("lets no step run whose risk rests on a look that shows something else by now", async () => {
    const shown: Bindings["shown"] = [{ step: 2, shows: ["finished"] }];
    const jobOf = (status: object) => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "once" },
      status,
    });
    const complete = jobOf({ conditions: [{ type: "Complete", status: "True" }] });
    const server = "https://one";
    assert.equal((await readyFor("forward", { server, shown, job: complete })).ok, true);
    const again = await readyFor("forward", { server, shown, job: jobOf({ active: 1 }) });
    assert.ok(!again.ok);
    assert.match(again.reason, /by now the job is not seen to have ended/);
    // Approved as high, it rests on no look.
    assert.equal((await readyFor("forward", { server, job: jobOf({ active: 1 }) })).ok, true);
  });
});
