import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { healthOf } from "#execution/facts/health.ts";
import { ClusterObject } from "#execution/previews/object-changes.ts";

type Given = { kind: string; generation?: number; spec?: object; status?: object };

/** What stands there, how it is judged, and words that must be said of it. Statuses as the API server of 1.32 writes them. */
const CASES: [string, Given, "good" | "waiting" | "failed", RegExp][] = [
  [
    "all there",
    deployment(5, { replicas: 5, updatedReplicas: 5, readyReplicas: 5, availableReplicas: 5 }),
    "good",
    /5 of 5 ready/,
  ],
  [
    "old pods still there",
    deployment(5, { replicas: 6, updatedReplicas: 5, availableReplicas: 6 }),
    "waiting",
    /5 of 5 updated/,
  ],
  [
    "one short",
    deployment(5, { replicas: 5, updatedReplicas: 5, availableReplicas: 4 }),
    "waiting",
    /4 ready/,
  ],
  ["none yet", deployment(5, {}), "waiting", /0 of 5 updated/],
  [
    "300 where 110 fit",
    deployment(300, { replicas: 300, updatedReplicas: 300, availableReplicas: 110 }),
    "waiting",
    /110 ready/,
  ],
  [
    "not taken up yet",
    { ...deployment(5, { replicas: 5, updatedReplicas: 5, availableReplicas: 5 }), generation: 8 },
    "waiting",
    /not taken it up/,
  ],
  [
    "no status at all",
    { kind: "Deployment", generation: 1, spec: { replicas: 1 } },
    "waiting",
    /not taken it up/,
  ],
  ["scaled to nothing", deployment(0, {}), "good", /scaled to 0/],
  ["pods still end", deployment(0, { replicas: 2 }), "waiting", /2 pods are still ending/],
  [
    "no count is one",
    {
      kind: "Deployment",
      generation: 1,
      spec: {},
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    },
    "good",
    /1 of 1/,
  ],
  [
    "paused",
    {
      ...deployment(4, { replicas: 4, updatedReplicas: 1, availableReplicas: 4 }),
      spec: { replicas: 4, paused: true },
    },
    "good",
    /paused, 1 of 4 updated/,
  ],
  [
    "a set, all there",
    set(3, { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 }),
    "good",
    /3 of 3/,
  ],
  [
    "a set, half way",
    set(3, { replicas: 3, updatedReplicas: 1, readyReplicas: 3 }),
    "waiting",
    /1 of 3 updated/,
  ],
  [
    "a set with a partition",
    {
      ...set(3, { replicas: 3, updatedReplicas: 1, readyReplicas: 3 }),
      spec: { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } },
    },
    "good",
    /partition 2/,
  ],
  [
    "a set on delete",
    {
      ...set(3, { replicas: 3, updatedReplicas: 0, readyReplicas: 3 }),
      spec: { replicas: 3, updateStrategy: { type: "OnDelete" } },
    },
    "good",
    /when they are deleted/,
  ],
  [
    "on every node",
    daemons({ desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberAvailable: 4 }),
    "good",
    /4 of 4/,
  ],
  [
    "on some nodes",
    daemons({ desiredNumberScheduled: 4, updatedNumberScheduled: 2, numberAvailable: 3 }),
    "waiting",
    /2 of 4 updated, 3 ready/,
  ],
  ["on no node", daemons({ desiredNumberScheduled: 0 }), "good", /no node matches/],
  [
    "replicas",
    {
      kind: "ReplicaSet",
      generation: 1,
      spec: { replicas: 2 },
      status: { observedGeneration: 1, replicas: 2, availableReplicas: 2 },
    },
    "good",
    /2 of 2/,
  ],
  ["a job that runs", job({ active: 1 }), "good", /running/],
  ["a job that waits", job({}), "waiting", /no pod/],
  [
    "a job that is done",
    job({ succeeded: 1, conditions: [{ type: "Complete", status: "True" }] }),
    "good",
    /complete/,
  ],
  [
    "a job that failed",
    job({ failed: 3, conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] }),
    "failed",
    /BackoffLimitExceeded/,
  ],
  ["a suspended job", { kind: "Job", spec: { suspend: true } }, "good", /suspended/],
  [
    "a pod that is ready",
    { kind: "Pod", status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } },
    "good",
    /ready/,
  ],
  ["a pod that is not", { kind: "Pod", status: { phase: "Pending" } }, "waiting", /pending/],
  ["a pod that failed", { kind: "Pod", status: { phase: "Failed" } }, "failed", /failed/],
  ["what has no status", { kind: "ConfigMap" }, "good", /there/],
  ["a kind nobody knows", { kind: "Widget", status: { phase: "Broken" } }, "good", /there/],
  ["a kind of a name every object has", { kind: "constructor" }, "good", /there/],
];

describe("How an object stands", () => {
  for (const [name, given, state, says] of CASES) {
    it(`${name}: ${state}`, () => {
      const health = healthOf(object(given));
      assert.deepEqual([health.state, says.test(health.says), health.says], [state, true, health.says]);
    });
  }

  it("names what does not pass by itself, and waits for it all the same", () => {
    const late = {
      type: "Progressing",
      status: "False",
      reason: "ProgressDeadlineExceeded",
      message: "timed out",
    };
    const quota = {
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
      message: "exceeded quota: pods",
    };
    for (const condition of [late, quota]) {
      const health = healthOf(object(deployment(5, { updatedReplicas: 1, conditions: [condition] })));
      assert.equal(health.state, "waiting");
      assert.match(health.trouble ?? "", new RegExp(condition.message));
    }
  });
});

function object({ kind, generation, spec, status }: Given): ClusterObject {
  return ClusterObject.parse({ kind, metadata: { name: "one", generation }, spec, status });
}

function deployment(replicas: number, status: object): Given {
  return {
    kind: "Deployment",
    generation: 7,
    spec: { replicas },
    status: { observedGeneration: 7, ...status },
  };
}

function set(replicas: number, status: object): Given {
  return {
    kind: "StatefulSet",
    generation: 2,
    spec: { replicas },
    status: { observedGeneration: 2, ...status },
  };
}

function daemons(status: object): Given {
  return { kind: "DaemonSet", generation: 2, spec: {}, status: { observedGeneration: 2, ...status } };
}

function job(status: object): Given {
  return { kind: "Job", spec: { completions: 1 }, status };
}
