import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { becameOf } from "#execution/facts/became.ts";
import { differencesOf } from "#execution/objects/differences.ts";
import { ClusterObject } from "#execution/previews/object-changes.ts";

const WEB = object({ replicas: 2, image: "app:1" });
const AFTER = object({ replicas: 5, image: "app:2" });
const known = { before: WEB, after: AFTER, isKnown: true };

describe("what became of an object of a step", () => {
  it("is what stood before, what the step leaves, a part of it, or what somebody else set", () => {
    assert.equal(becameOf(known, object({ replicas: 2, image: "app:1", labels: { team: "x" } })), "before");
    assert.equal(becameOf(known, object({ replicas: 5, image: "app:2", labels: { team: "x" } })), "after");
    assert.equal(becameOf(known, object({ replicas: 5, image: "app:1" })), "partly");
    assert.equal(becameOf(known, object({ replicas: 7, image: "app:1" })), "other");
    assert.equal(becameOf(known, null), "other");
  });

  it("is what an earlier step left, where that is what stood before", () => {
    const earlier = differencesOf(WEB, object({ replicas: 3, image: "app:1" }));
    assert.equal(becameOf(known, object({ replicas: 3, image: "app:1" }), earlier), "before");
    assert.equal(becameOf(known, object({ replicas: 3, image: "app:1" })), "other");
  });

  it("of what is deleted is gone, on its way out, or another one of the same name", () => {
    const deleted = { before: object({ uid: "1" }), after: null, isKnown: true };
    assert.equal(becameOf(deleted, null), "after");
    assert.equal(becameOf(deleted, object({ uid: "1", deletionTimestamp: "2026-01-01T00:00:00Z" })), "after");
    assert.equal(becameOf(deleted, object({ uid: "2" })), "after");
    assert.equal(becameOf(deleted, object({ uid: "1" })), "before");
  });

  it("of what is made is not there, holds all that was asked for, or is somebody else's", () => {
    const made = { before: null, after: AFTER, isKnown: true };
    assert.equal(becameOf(made, null), "before");
    assert.equal(becameOf(made, object({ replicas: 5, image: "app:2", uid: "9" })), "after");
    assert.equal(becameOf(made, object({ replicas: 1, image: "app:2" })), "other");
  });

  it("without a dry run is only known where nothing differs", () => {
    const blind = { before: WEB, after: null, isKnown: false };
    assert.equal(becameOf(blind, object({ replicas: 2, image: "app:1" })), "before");
    assert.equal(becameOf(blind, object({ replicas: 2, image: "app:2" })), "other");
  });

  it("is nobody's to tell where the step changes nothing of it, and another object is not this one", () => {
    assert.equal(becameOf({ before: WEB, after: WEB, isKnown: true }, WEB), null);
    const one = { before: object({ uid: "1" }), after: object({ uid: "1", replicas: 9 }), isKnown: true };
    assert.equal(becameOf(one, object({ uid: "2", replicas: 9 })), "other");
  });
});

function object({
  replicas = 1,
  image = "app:1",
  ...metadata
}: {
  replicas?: number;
  image?: string;
  labels?: Record<string, string>;
  uid?: string;
  deletionTimestamp?: string;
}): ClusterObject {
  return ClusterObject.parse({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "production", ...metadata },
    spec: { replicas, template: { spec: { containers: [{ name: "app", image }] } } },
  });
}
