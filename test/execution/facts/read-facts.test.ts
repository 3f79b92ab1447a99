import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { expectedOf } from "#execution/facts/expected.ts";
import { type Read, readFacts } from "#execution/facts/read-facts.ts";
import type { ObjectState } from "#execution/objects/state.ts";
import type { Look } from "#execution/previews/look.ts";
import { ClusterObject } from "#execution/previews/object-changes.ts";

const PACE = { firstMs: 1, mostMs: 4, steadyMs: 20, standMs: 30, landMs: 30 };
const WEB = deployment({ image: "app:1", replicas: 2 });

describe("What is read back after a run", () => {
  it("is good once it stands as the preview said, twice", async () => {
    const after = deployment({ image: "app:2", replicas: 2 });
    const cluster = clusterOf([well(after, 0), well(after, 1), well(after, 2)]);
    const { facts } = await read(cluster, { before: WEB, after });
    assert.deepEqual(
      facts.map(({ state, target }) => [state, target]),
      [["good", "Deployment/web in production"]],
    );
    assert.match(facts[0]?.says ?? "", /2 of 2 ready, image app:2/);
    assert.ok(cluster.looks() > 3, "good has to hold in two looks");
  });

  it("is unknown where somebody else set the field since, and names who", async () => {
    const after = deployment({ image: "app:2", replicas: 2 });
    const hotfix = well(deployment({ image: "app:hotfix", replicas: 2 }), 2);
    const owned = {
      manager: "kubectl-set",
      operation: "Update",
      time: "2026-01-01T00:00:00Z",
      fieldsV1: {
        "f:spec": {
          "f:template": { "f:spec": { "f:containers": { 'k:{"name":"app"}': { "f:image": {} } } } },
        },
      },
    };
    const seen = { ...hotfix, metadata: { ...hotfix.metadata, managedFields: [owned] } };
    const { facts } = await read(clusterOf([seen]), { before: WEB, after });
    assert.equal(facts[0]?.state, "unknown");
    assert.match(facts[0]?.says ?? "", /app\.image is app:hotfix, set by kubectl-set, not app:2/);
  });

  it("fails at once for an image that cannot be pulled, once that has stood", async () => {
    const after = deployment({ image: "app:missing", replicas: 2 });
    const pods = [pod("web-1", { waiting: { reason: "ImagePullBackOff", message: "no such tag" } })];
    const began = performance.now();
    const { facts } = await read(clusterOf([well(after, 1)], pods), { before: WEB, after }, 60_000);
    assert.equal(facts[0]?.state, "failed");
    assert.match(facts[0]?.says ?? "", /app in web-1: ImagePullBackOff \(no such tag\)/);
    assert.ok(performance.now() - began < 5_000);
  });

  it("is unknown, and no failure, when the rollout is only slow", async () => {
    const after = deployment({ image: "app:2", replicas: 2 });
    const { facts } = await read(clusterOf([well(after, 1)]), { before: WEB, after }, 60);
    assert.equal(facts[0]?.state, "unknown");
    assert.match(facts[0]?.says ?? "", /not there yet/);
  });

  it("is not steady while containers start again", async () => {
    const after = deployment({ image: "app:2", replicas: 2 });
    const restarts = { count: 0 };
    const pods = () => [pod("web-1", { running: {} }, restarts.count < 3 ? restarts.count++ : 3)];
    const { facts } = await read(clusterOf([well(after, 2)], pods), { before: WEB, after });
    assert.equal(facts[0]?.state, "good");
    assert.equal(restarts.count, 3);
  });

  it("leaves the pods of the template before out of it", async () => {
    const after = deployment({ image: "app:2", replicas: 2 });
    const old = pod("web-0", { waiting: { reason: "ImagePullBackOff" } }, 0, {
      hash: "a",
      born: "2026-01-01T00:00:00Z",
    });
    const fresh = pod("web-1", { running: {} }, 0, { hash: "b", born: "2026-01-02T00:00:00Z" });
    const { facts } = await read(clusterOf([well(after, 1)], [old, fresh]), { before: WEB, after }, 80);
    assert.equal(facts[0]?.state, "unknown");
  });

  it("says of a delete that it is gone, held by what, or not gone", async () => {
    const gone = { before: WEB, after: null };
    const held = {
      ...WEB,
      metadata: { ...WEB.metadata, deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example/keep"] },
    };
    const states = async (now: ClusterObject | null) => (await read(clusterOf([now]), gone)).facts[0];
    assert.equal((await states(null))?.state, "good");
    assert.equal((await states(WEB))?.state, "failed");
    const waiting = await states(held);
    assert.deepEqual([waiting?.state, /example\/keep/.test(waiting?.says ?? "")], ["good", true]);
  });

  it("is unknown where the cluster does not answer, and good where it answers again", async () => {
    const after = deployment({ image: "app:2", replicas: 2 });
    const silent: Look = async () => ({ ok: false, problem: "connection refused" });
    const never = await readWith(silent, { before: WEB, after }, 60_000);
    assert.deepEqual(
      [never.facts[0]?.state, /connection refused/.test(never.facts[0]?.says ?? "")],
      ["unknown", true],
    );
    let failures = 2;
    const { look } = clusterOf([well(after, 2)]);
    const soon: Look = (args, step) => (failures-- > 0 ? silent(args, step) : look(args, step));
    assert.equal((await readWith(soon, { before: WEB, after })).facts[0]?.state, "good");
  });

  it("stops when it is told to, and says what was seen", async () => {
    const after = deployment({ image: "app:2", replicas: 2 });
    const stop = AbortSignal.timeout(30);
    const found = await readWith(clusterOf([well(after, 0)]).look, { before: WEB, after }, 60_000, stop);
    assert.deepEqual([found.wasStopped, found.facts[0]?.state], [true, "unknown"]);
  });

  it("puts two steps on one object together: the later value counts", () => {
    const second = deployment({ image: "app:2", replicas: 2 });
    const third = deployment({ image: "app:1", replicas: 7 });
    const expected = expectedOf([
      { step: 1, context: "c", states: { objects: [{ before: WEB, after: second, isKnown: true }] } },
      { step: 2, context: "c", states: { objects: [{ before: WEB, after: third, isKnown: true }] } },
    ]);
    assert.deepEqual(
      expected.map(({ step, fields }) => [step, fields.map(({ after }) => after)]),
      [[2, ["app:2", 7]]],
    );
  });
});

function read(cluster: { look: Look }, state: Omit<ObjectState, "isKnown">, patienceMs?: number) {
  return readWith(cluster.look, state, patienceMs);
}

function readWith(
  look: Look,
  state: Omit<ObjectState, "isKnown">,
  patienceMs = 10_000,
  stop = new AbortController().signal,
) {
  const lefts = [{ step: 1, context: "prod", states: { objects: [{ ...state, isKnown: true }] } }];
  const command = { tool: "kubectl", args: [], dir: "" } as const;
  const reads = expectedOf(lefts).map((one): Read => ({ ...one, command: { ...command, args: [] } }));
  const now = () => performance.now();
  const needs = { look, redact: (_: string, text: string) => text, pace: PACE, now };
  return readFacts(needs, reads, now() + patienceMs, { stop, pause: new AbortController().signal });
}

/** A cluster whose one object goes through these states, the last of them for good. */
function clusterOf(states: (ClusterObject | null)[], pods: object[] | (() => object[]) = []) {
  let count = 0;
  const look: Look = async (args) => {
    if (args[1] === "pods") return list(typeof pods === "function" ? pods() : pods);
    assert.deepEqual(args.slice(0, 3), ["get", "Deployment.v1.apps", "web"]);
    const state = states[Math.min(count++, states.length - 1)] ?? null;
    return list(state === null ? [] : [state]);
  };
  return { look, looks: () => count };
}

async function list(items: object[]): ReturnType<Look> {
  return { ok: true, stdout: items.length === 0 ? "" : JSON.stringify({ kind: "List", items }) };
}

function deployment({ image, replicas }: { image: string; replicas: number }): ClusterObject {
  return ClusterObject.parse({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "production", uid: "u" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: { spec: { containers: [{ name: "app", image }] } },
    },
  });
}

/** With the status of so many pods that are ready. */
function well(object: ClusterObject, ready: number): ClusterObject {
  return { ...object, status: { replicas: 2, updatedReplicas: 2, availableReplicas: ready } };
}

function pod(
  name: string,
  state: object,
  restartCount = 0,
  { hash = "b", born = "2026-01-02T00:00:00Z" } = {},
): object {
  return {
    kind: "Pod",
    metadata: { name, uid: name, creationTimestamp: born, labels: { "pod-template-hash": hash } },
    status: { containerStatuses: [{ name: "app", restartCount, state }] },
  };
}
