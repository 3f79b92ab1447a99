import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { kindOf } from "#playground/cluster/kinds.ts";
import { listObjects } from "#playground/cluster/objects.ts";
import { isReady, podsAt } from "#playground/cluster/pods/times.ts";
import type { Deployment } from "#playground/cluster/state.ts";
import { valueAt } from "#playground/cluster/stories/conditions.ts";
import { clusterOf, objectsOf } from "./cluster.ts";
import { readCases } from "./read-cases.ts";

const NOW = Date.now();
const LATER = NOW + 60_000;
const CASES = readCases();

describe("the cluster a case begins with", () => {
  it("has as many pods as its quota leaves room for", () => {
    assert.equal(ready("fix-quota", "staging/search"), 4);
    assert.equal(ready("why-quota", "staging/web"), 3);
  });

  it("has pods that wait for a node where a selector fits none", () => {
    assert.equal(ready("why-pending", "production/reports"), 0);
    const state = clusterFor("anything-pending");
    const phases = listObjects(state, kindOf("pods"), "production", LATER).map(
      (pod) => `${valueAt(pod, ["metadata", "labels", "app"])} ${valueAt(pod, ["status", "phase"])}`,
    );
    assert.deepEqual(phases.toSorted(), ["reports Pending", "web Running", "web Running"]);
  });

  it("has revisions to go back to, and pods of long ago", () => {
    const one = deploymentFor("fix-bad-image", "production/checkout");
    const images = one.revisions.map(({ template }) => template.spec.containers[0]?.image.split(":")[1]);
    assert.deepEqual(images, ["3.0.6", "3.1.0", "3.2.0-rc1"]);
    const pods = podsAt(one, NOW);
    assert.deepEqual([pods.length, pods.every(({ bornAt }) => bornAt < NOW - 3_600_000)], [4, true]);
  });

  it("has what is going already, and what holds it", () => {
    const object = objectsOf(clusterFor("fix-stuck-finalizer")).get("staging/configmap/old-locks");
    assert.equal(object?.metadata.deletionTimestamp, "2026-01-05T02:10:00Z");
    assert.deepEqual(object?.metadata.finalizers, ["locks.example.com/release"]);
    const namespace = objectsOf(clusterFor("why-stuck-finalizer")).get("namespace/preview-42");
    assert.deepEqual(namespace?.["status"], { phase: "Terminating" });
  });

  it("is the playground's own, with the case's patches over it", () => {
    const objects = objectsOf(clusterFor("history-orders-more"));
    assert.equal(objects.get("production/deployment/web")?.spec?.["replicas"], 4);
    assert.equal(objects.get("staging/deployment/web")?.spec?.["replicas"], 2);
    assert.equal(ready("history-orders-more", "production/web"), 4);
    assert.equal(ready("on-fire-in-staging", "staging/flaky-worker"), 0);
  });
});

function clusterFor(id: string): ReturnType<typeof clusterOf> {
  const found = CASES.find((one) => one.id === id);
  assert.ok(found !== undefined, `no case ${id}`);
  return clusterOf(found.seed, NOW);
}

function deploymentFor(id: string, place: string): Deployment {
  const [namespace, name] = place.split("/");
  const found = clusterFor(id).deployments.find(
    ({ object: { metadata } }) => metadata.namespace === namespace && metadata.name === name,
  );
  assert.ok(found !== undefined, `no deployment ${place}`);
  return found;
}

function ready(id: string, place: string): number {
  return podsAt(deploymentFor(id, place), LATER).filter((pod) => isReady(pod, LATER)).length;
}
