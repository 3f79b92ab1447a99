import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fact } from "#change/fact.ts";
import type { BoundPlan } from "#change/preview.ts";
import { factsLater } from "#execution/facts/later-facts.ts";
import type { Looks } from "#execution/looks.ts";
import type { ObjectState } from "#execution/objects/state.ts";
import { ClusterObject } from "#execution/previews/object-changes.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { builtInPolicy } from "#policy/document.ts";

const ENDED = new Date("2026-11-23T12:00:00Z");
const AT = "2026-11-23T12:03:00Z";
const BEFORE = web({ replicas: 3 });
const AFTER = web({ replicas: 5 });
const SCALED: ObjectState = { before: BEFORE, after: AFTER, isKnown: true };
const DELETED: ObjectState = { before: AFTER, after: null, isKnown: true };

describe("What is read back later", () => {
  it("is good while all is as the change left it", async () => {
    assert.deepEqual(states(await later(SCALED, ready(AFTER))), ["good"]);
  });

  it("names the field that was taken back, from what to what, when and by whom", async () => {
    const [fact] = await later(SCALED, ready(owned(BEFORE, "argocd")));
    assert.equal(fact?.state, "failed");
    assert.equal(fact?.says, "replicas was taken back from 5 to 3 by argocd");
    assert.deepEqual(fact?.when, { word: "at", at: new Date(AT) });
  });

  it("says changed where it is neither what it was nor what it became", async () => {
    const [fact] = await later(SCALED, ready(web({ replicas: 9 })));
    assert.deepEqual([fact?.says, fact?.when], ["replicas was changed from 5 to 9", undefined]);
  });

  it("says that it is not there any more, and that what was deleted is there again", async () => {
    assert.deepEqual(says(await later(SCALED, null)), ["failed: it is not there any more"]);
    const [again] = await later(DELETED, born(AFTER, AT));
    assert.equal(again?.says, "it is there again");
    assert.deepEqual(again?.when, { word: "since", at: new Date(AT) });
    const replaced = born(AFTER, AT, [{ kind: "ReplicaSet", name: "web-1" }]);
    assert.deepEqual(states(await later(DELETED, replaced)), ["good"], "its controller was to make it anew");
    assert.deepEqual(states(await later(DELETED, null)), ["good"]);
  });

  it("says that it is not ready any more, and since when a container of it crashes", async () => {
    assert.deepEqual(says(await later(SCALED, ready(AFTER, 4))), [
      "failed: not ready any more: 5 of 5 updated, 4 ready",
    ]);
    const [once] = await later(SCALED, ready(AFTER, 4), [crashed({ restartCount: 1 })]);
    assert.equal(once?.says, "app in web-1 is crashing with exit code 1 (Error)");
    assert.deepEqual(once?.when, { word: "since", at: new Date(AT) });
    const [often] = await later(SCALED, ready(AFTER, 4), [crashed({ restartCount: 7 })]);
    assert.deepEqual(often?.when, { word: "last at", at: new Date(AT) }, "only the last end is known");
  });

  it("does not take a single restart for a crash while all pods are ready, nor one of before", async () => {
    const good = async (pod: object) => states(await later(SCALED, ready(AFTER), [pod]));
    assert.deepEqual(await good(crashed({ restartCount: 1, startedAt: AT })), ["good"]);
    assert.deepEqual(await good(crashed({ restartCount: 9, finishedAt: "2026-11-23T11:00:00Z" })), ["good"]);
    assert.deepEqual(await good(crashed({ restartCount: 3, startedAt: "2026-11-23T12:01:00Z" })), ["failed"]);
  });

  it("leaves out what was not good when the change ended", async () => {
    const facts = [{ step: 1, target: "Deployment/web in production", state: "unknown", says: "" } as const];
    assert.deepEqual(await later(SCALED, ready(BEFORE), [], facts), []);
  });

  it("is unknown where the cluster does not answer, and then nothing is said to be lost", async () => {
    assert.deepEqual(states(await later(SCALED, "silent")), ["unknown"]);
  });

  it("is unknown where what the change left is not kept", async () => {
    assert.deepEqual(says(await later(SCALED, ready(BEFORE), [], undefined, null)), [
      "unknown: what the change left of it is not kept",
    ]);
  });

  it("shows no value of a secret", async () => {
    const secret = (value: string) =>
      ClusterObject.parse({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "web", namespace: "production" },
        data: { password: value },
      });
    const state = { before: secret("b2xk"), after: secret("bmV3"), isKnown: true };
    const [fact] = await later(state, secret("b2xk"));
    assert.equal(fact?.state, "failed");
    assert.doesNotMatch(fact?.says ?? "", /b2xk|bmV3/);
  });
});

const states = (facts: Fact[]) => facts.map(({ state }) => state);
const says = (facts: Fact[]) => facts.map((fact) => `${fact.state}: ${fact.says}`);

/** What a look finds after a change of one step that left this. */
async function later(
  state: ObjectState,
  now: ClusterObject | null | "silent",
  pods: object[] = [],
  facts?: Fact[],
  opened?: null,
): Promise<Fact[]> {
  const kept = Buffer.from(JSON.stringify({ objects: [state] }));
  const step = {
    step: 1,
    description: "",
    tool: "kubectl",
    args: ["apply", "-f", "a.yaml", "--context=c"],
  } as const;
  const bound: BoundPlan = {
    ...{ revision: 1, digest: "" },
    plan: {
      plan: [{ ...step, args: [...step.args], dir: "", risk: "medium", rollback: null }],
      ...{ summary: "", risk_level: "medium", risk_reason: "", questions: [] },
    },
    bindings: { files: [], savedPlans: [], states: [{ step: 1, sha256: sha256Of(kept) }], targets: TARGETS },
  };
  const { kind } = state.before ?? AFTER;
  const good: Fact = { step: 1, target: `${kind}/web in production`, state: "good", says: "" };
  const held = { endedAt: ENDED, facts: facts ?? [good] };
  const deps = {
    ...{ workspace: "/nowhere", dataDir: "/nowhere", policy: builtInPolicy, looks: looksAt(now, pods) },
    openStates: async () => (opened === null ? null : kept),
    redact: (text: string) => text,
    settle: { firstMs: 1, mostMs: 2, steadyMs: 2, standMs: 200, landMs: 1 },
    now: () => new Date(),
  };
  return factsLater(deps, "a", bound, held, new AbortController().signal);
}

const TARGETS = ["kubectl, context c (c): https://c, as bot, namespace default unless named, identity 0"];

function looksAt(now: ClusterObject | null | "silent", pods: object[]): Looks {
  const list = (items: object[]) =>
    ({ ok: true, stdout: items.length === 0 ? "" : JSON.stringify({ kind: "List", items }) }) as const;
  const config = {
    "current-context": "c",
    clusters: [{ cluster: { server: "https://c" } }],
    contexts: [{ context: { user: "bot" } }],
  };
  const looks: Pick<Looks, "cluster" | "kubeconfig"> = {
    cluster: () => async (args) => {
      if (now === "silent") return { ok: false, problem: "connection refused" };
      return args[1] === "pods" ? list(pods) : list(now === null ? [] : [now]);
    },
    kubeconfig: () => ({
      view: async () => ({ ok: true, stdout: JSON.stringify(config) }),
      identify: async () => "0",
    }),
  };
  return looks as Looks;
}

function web({ replicas }: { replicas: number }): ClusterObject {
  return ClusterObject.parse({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "production" },
    spec: { replicas, selector: { matchLabels: { app: "web" } } },
  });
}

/** With so many pods ready; all of them where nothing is said. */
function ready(object: ClusterObject, available?: number): ClusterObject {
  const { replicas } = object["spec"] as { replicas: number };
  const status = { replicas, updatedReplicas: replicas, availableReplicas: available ?? replicas };
  return { ...object, status };
}

function owned(object: ClusterObject, manager: string): ClusterObject {
  const fields = { manager, operation: "Update", time: AT, fieldsV1: { "f:spec": { "f:replicas": {} } } };
  return { ...object, metadata: { ...object.metadata, managedFields: [fields] } };
}

function born(
  object: ClusterObject,
  creationTimestamp: string,
  ownerReferences: object[] = [],
): ClusterObject {
  return { ...object, metadata: { ...object.metadata, creationTimestamp, ownerReferences } };
}

function crashed({
  restartCount,
  startedAt = "2026-11-23T11:59:00Z",
  finishedAt = AT,
}: {
  restartCount: number;
  startedAt?: string;
  finishedAt?: string;
}): object {
  const terminated = { exitCode: 1, reason: "Error", startedAt, finishedAt };
  return {
    kind: "Pod",
    metadata: { name: "web-1", uid: "web-1" },
    status: { containerStatuses: [{ name: "app", restartCount, state: {}, lastState: { terminated } }] },
  };
}
