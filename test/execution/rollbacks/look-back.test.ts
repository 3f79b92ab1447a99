import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { StepRecord } from "#change/journal.ts";
import { type Command, PlannerOutput } from "#change/plan.ts";
import type { Bindings, BoundPlan } from "#change/preview.ts";
import { readyStep } from "#execution/ready-step.ts";
import { lookBack } from "#execution/rollbacks/look-back.ts";
import { removeMade } from "#execution/rollbacks/made-file.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { digestOf } from "#policy/digest.ts";
import { builtInPolicy } from "#policy/document.ts";
import { executionDeps, looksOf } from "#test/support/execution.ts";
import { planOf } from "#test/support/program.ts";

const TARGET =
  "kubectl, context live (live): https://one, as bot, namespace default unless named, identity 0";
const PATCH = "patch deployment web --namespace=default --context=live --type=json --patch-file=";
const MADE: Command = { tool: "kubectl", args: `${PATCH}greenlight-rollback-1-1.json`.split(" "), dir: "" };
const web = (replicas: number) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default", uid: "u" },
  spec: { replicas },
});
const STATES = Buffer.from(JSON.stringify({ objects: [{ before: web(2), after: web(5), isKnown: true }] }));

describe("the file of a rollback that Greenlight made", () => {
  let where: { workspace: string; dataDir: string };
  before(async () => {
    const home = await mkdtemp(join(tmpdir(), "greenlight-back-"));
    where = { workspace: join(home, "workspace"), dataDir: join(home, "data") };
    await mkdir(where.workspace);
  });
  after(() => rm(join(where.workspace, ".."), { recursive: true, force: true }));

  const plan = PlannerOutput.parse(
    planOf([["scale deployment web --replicas=5 --namespace=default --context=live", null]]),
  );
  const boundTo = (more: Partial<Bindings> = {}, revision = 1): BoundPlan => {
    const bindings: Bindings = {
      files: [],
      savedPlans: [],
      states: [{ step: 1, sha256: sha256Of(STATES) }],
      made: [{ step: 1, commands: [MADE] }],
      targets: [TARGET],
      ...more,
    };
    return { revision, plan, bindings, digest: digestOf(plan, revision, builtInPolicy, bindings) };
  };
  const config = {
    "current-context": "live",
    clusters: [{ cluster: { server: "https://one" } }],
    contexts: [{ context: { user: "bot" } }],
  };
  const depsWith = (kept: (key: { revision: number; step: number }) => Buffer | null) =>
    executionDeps({
      ...where,
      openStates: async (key) => kept(key),
      looks: looksOf({
        kubeconfig: () => ({
          view: async () => ({ ok: true, stdout: JSON.stringify(config) }),
          identify: async () => "0",
        }),
        cluster: () => async () => ({ ok: true, stdout: JSON.stringify(web(5)) }),
      }),
    });
  const changeId = randomUUID();
  const done = { step: 1, direction: "forward", outcome: "done" } as StepRecord;
  const signal = AbortSignal.timeout(20_000);
  const look = (bound: BoundPlan, kept: Parameters<typeof depsWith>[0], command = MADE) => {
    const [step] = bound.plan.plan;
    assert.ok(step);
    return lookBack(depsWith(kept), { changeId, bound, step, command, records: [done] }, signal);
  };

  it("is made of the states that were approved, and of no others", async () => {
    const own = await look(boundTo(), () => STATES);
    assert.ok(own.kind === "ours");
    assert.deepEqual(JSON.parse(own.file?.bytes.toString() ?? ""), [
      { op: "test", path: "/metadata/uid", value: "u" },
      { op: "test", path: "/spec/replicas", value: 5 },
      { op: "replace", path: "/spec/replicas", value: 2 },
    ]);
    const forged = Buffer.from(STATES.toString().replace('"replicas":2', '"replicas":0'));
    for (const kept of [() => forged, () => null]) {
      const other = await look(boundTo(), kept);
      assert.ok(other.kind === "other");
      assert.match(other.says, /not kept any more as it was approved/);
    }
    // Kept for one revision, they are none of another's.
    const later = await look(boundTo({}, 2), ({ revision }) => (revision === 1 ? STATES : null));
    assert.equal(later.kind, "other");
  });

  it("is for the command that is made of those states, and for no other", async () => {
    const args = `${PATCH.replace(" web ", " api ")}greenlight-rollback-1-1.json`.split(" ");
    const other = { ...MADE, args };
    const seen = await look(boundTo({ made: [{ step: 1, commands: [other] }] }), () => STATES, other);
    assert.ok(seen.kind === "other");
    assert.match(seen.says, /none that this version of Greenlight makes/);
  });

  it("lies there only for an approved rollback, for its owner alone, and is taken away", async () => {
    const deps = depsWith(() => STATES);
    const file = { name: "greenlight-rollback-1-1.json", bytes: Buffer.from("[]") };
    const key = { changeId, revision: 1, step: 1, attempt: 1 };
    const bound = boundTo();
    const ready = await readyStep(deps, { ...key, direction: "rollback" }, MADE, bound, signal, file);
    assert.ok(ready.ok, JSON.stringify(ready));
    const copy = join(where.dataDir, "changes", changeId, "kubectl");
    assert.equal((await stat(join(copy, file.name))).mode & 0o777, 0o600);
    await removeMade(deps, changeId, file);
    assert.deepEqual(await readdir(copy), []);
    // Without the file, with another one, or where the approval names no such rollback.
    const refused = [
      readyStep(deps, { ...key, direction: "rollback" }, MADE, bound, signal, null),
      readyStep(deps, { ...key, direction: "rollback" }, MADE, bound, signal, { ...file, name: "a.json" }),
      readyStep(deps, { ...key, direction: "rollback" }, MADE, boundTo({ made: [] }), signal, file),
    ];
    for (const one of await Promise.all(refused)) assert.equal(one.ok, false);
    assert.deepEqual(await readdir(copy), []);
  });

  it("is part of the digest, and older digests are what they were", () => {
    const { made: _, ...older } = boundTo().bindings;
    const digests = [
      digestOf(plan, 1, builtInPolicy, older),
      boundTo().digest,
      boundTo({ made: [{ step: 1, commands: [] }] }).digest,
    ];
    assert.equal(new Set(digests).size, 3);
  });
});
