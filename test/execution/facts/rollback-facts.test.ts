import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Outcome, StepRecord } from "#change/journal.ts";
import type { BoundPlan } from "#change/preview.ts";
import { factsOfRollback } from "#execution/facts/rollback-facts.ts";
import type { Looks } from "#execution/looks.ts";
import type { ObjectState } from "#execution/objects/state.ts";
import { ClusterObject } from "#execution/previews/object-changes.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { builtInPolicy } from "#policy/document.ts";

const WEB = object("web", { replicas: 2, image: "app:1" });
const API = object("api", { replicas: 3, image: "api:1" });
const known = (before: ClusterObject | null, after: ClusterObject | null): ObjectState => ({
  before,
  after,
  isKnown: true,
});

describe("What is read back after a rollback", () => {
  it("is restored where all is as it was", async () => {
    const steps = [
      { outcome: "done", objects: [known(WEB, object("web", { replicas: 5, image: "app:1" }))] },
    ];
    assert.deepEqual(await after(steps, [WEB]), ["good restored"]);
  });

  it("is restored where others changed what the plan did not, and says so", async () => {
    const steps = [
      { outcome: "done", objects: [known(WEB, object("web", { replicas: 5, image: "app:1" }))] },
    ];
    const [fact] = await after(steps, [object("web", { replicas: 2, image: "app:hotfix" })]);
    assert.match(fact ?? "", /^good restored; since then .*image/);
  });

  it("is not, where the rollback left a field of the plan as another", async () => {
    const steps = [
      { outcome: "done", objects: [known(WEB, object("web", { replicas: 5, image: "app:2" }))] },
    ];
    const [fact] = await after(steps, [object("web", { replicas: 5, image: "app:1" })]);
    assert.match(fact ?? "", /^failed .*spec\.replicas/);
  });

  it("is not, where a step that failed had changed one object of two", async () => {
    const five = (name: string, image: string) => object(name, { replicas: 5, image });
    const steps = [
      { outcome: "failed", objects: [known(WEB, five("web", "app:1")), known(API, five("api", "api:1"))] },
    ];
    assert.deepEqual(
      (await after(steps, [five("web", "app:1"), API])).map((fact) => fact.split(" ")[0]),
      ["failed", "good"],
    );
  });

  it("is, where a step failed because somebody else had changed the same", async () => {
    const steps = [
      { outcome: "failed", objects: [known(WEB, object("web", { replicas: 5, image: "app:1" }))] },
    ];
    const [fact] = await after(steps, [object("web", { replicas: 9, image: "app:1" })]);
    assert.match(fact ?? "", /^good restored; since then spec\.replicas/);
  });

  it("holds an object that two steps touched against what stood before the first", async () => {
    const second = object("web", { replicas: 2, image: "app:2" });
    const steps = [
      { outcome: "done", objects: [known(WEB, second)] },
      { outcome: "done", objects: [known(WEB, object("web", { replicas: 6, image: "app:1" }))] },
    ];
    assert.deepEqual(await after(steps, [WEB]), ["good restored"]);
    const [fact] = await after(steps, [second]);
    assert.match(fact ?? "", /^failed .*image/);
  });

  it("knows that what a step made is gone again, or still there", async () => {
    const steps = [{ outcome: "done", objects: [known(null, WEB)] }];
    assert.deepEqual(await after(steps, []), ["good it is gone again"]);
    assert.deepEqual(await after(steps, [WEB]), ["failed it is still there"]);
  });

  it("takes any difference for the plan's where no dry run said what it would change", async () => {
    const steps = [{ outcome: "done", objects: [{ before: WEB, after: null, isKnown: false }] }];
    const [fact] = await after(steps, [object("web", { replicas: 2, image: "app:2" })]);
    assert.match(fact ?? "", /^failed /);
  });

  it("is unknown where what stood before is not kept, or is not what was approved", async () => {
    const steps = [{ outcome: "done", objects: [known(WEB, WEB)] }];
    assert.match((await after(steps, [WEB], null))[0] ?? "", /^unknown /);
    assert.match((await after(steps, [WEB], Buffer.from('{"objects":[]}')))[0] ?? "", /^unknown /);
  });
});

type Ran = { outcome: string; objects: ObjectState[] };

/** What is said after these steps and their ways back, with the cluster as it is now. */
async function after(steps: Ran[], now: ClusterObject[], kept?: Buffer | null): Promise<string[]> {
  const bytes = steps.map(({ objects }) => Buffer.from(JSON.stringify({ objects })));
  const plan = steps.map((_, index) => ({
    step: index + 1,
    description: "",
    tool: "kubectl" as const,
    args: ["apply", "-f", "a.yaml", "--context=c"],
    dir: "",
    risk: "medium" as const,
    rollback: null,
  }));
  const states = bytes.map((one, index) => ({ step: index + 1, sha256: sha256Of(one) }));
  const bound: BoundPlan = {
    revision: 1,
    digest: "",
    plan: { summary: "", plan, risk_level: "medium", risk_reason: "", questions: [] },
    bindings: { files: [], savedPlans: [], states, targets: TARGETS },
  };
  const records = steps.map(
    ({ outcome }, index) =>
      ({ step: index + 1, direction: "forward", outcome: outcome as Outcome }) as StepRecord,
  );
  const looks: Pick<Looks, "cluster" | "kubeconfig"> = {
    cluster: () => async (args) => {
      const items = now.filter((one) => args.includes(one.metadata.name));
      return { ok: true, stdout: items.length === 0 ? "" : JSON.stringify({ kind: "List", items }) };
    },
    kubeconfig: () => ({
      view: async () => ({
        ok: true,
        stdout: JSON.stringify({
          "current-context": "c",
          clusters: [{ cluster: { server: "https://c" } }],
          contexts: [{ context: { user: "bot" } }],
        }),
      }),
      identify: async () => "0",
    }),
  };
  const deps = {
    workspace: "/nowhere",
    dataDir: "/nowhere",
    policy: builtInPolicy,
    looks: looks as Looks,
    openStates: async ({ step }: { step: number }) => (kept === undefined ? (bytes[step - 1] ?? null) : kept),
    redact: (text: string) => text,
    settle: { firstMs: 1, mostMs: 2, steadyMs: 2, standMs: 20, landMs: 20 },
    now: () => new Date(),
  };
  const never = new AbortController().signal;
  const read = await factsOfRollback(deps, "a", bound, records, { stop: never, pause: never });
  return read.facts.map(({ state, says }) => `${state} ${says}`);
}

const TARGETS = ["kubectl, context c (c): https://c, as bot, namespace default unless named, identity 0"];

function object(name: string, { replicas, image }: { replicas: number; image: string }): ClusterObject {
  return ClusterObject.parse({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "production" },
    spec: { replicas, template: { spec: { containers: [{ name: "app", image }] } } },
  });
}
