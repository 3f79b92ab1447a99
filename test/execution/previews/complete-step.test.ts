import assert from "node:assert/strict";
import { test } from "node:test";
import type { Step } from "#change/plan.ts";
import { completeStep } from "#execution/previews/complete-step.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { readKubectl } from "#policy/kubectl/line.ts";

const web: ClusterObject = {
  kind: "Deployment",
  metadata: {
    name: "web",
    namespace: "staging",
    annotations: { "deployment.kubernetes.io/revision": "7", note: "old" },
    labels: { tier: "front" },
  },
  spec: { replicas: 3, template: { spec: { containers: [{ name: "app", image: "web:1.4" }] } } },
};

/** The step as it would run, and its way back, as command lines. */
function complete(
  line: string,
  back: string | null,
  now: ClusterObject[] = [web],
  isBeforeChange = false,
): [string, string | null] {
  const command = (text: string) => ({ tool: "kubectl" as const, args: text.split(" "), dir: "" });
  const step: Step = {
    ...command(line),
    step: 1,
    description: "",
    risk: "medium",
    rollback: back === null ? null : command(back),
  };
  const read = readKubectl(step.args);
  assert.ok(read.ok, JSON.stringify(read));
  const completed = completeStep(step, read.line, now, isBeforeChange).step;
  return [completed.args.join(" "), completed.rollback?.args.join(" ") ?? null];
}

test("a scale holds only from the count that was seen, and goes back to it", () => {
  assert.deepEqual(
    complete("-n staging scale deployment/web --replicas=5", "-n staging scale deployment/web --replicas=1"),
    [
      "-n staging scale deployment/web --replicas=5 --current-replicas=3",
      "scale deployments/web --replicas=3 --namespace=staging",
    ],
  );
});

test("the model's own guess at the current count is replaced", () => {
  const [equals] = complete("scale deploy web --replicas=5 --current-replicas=9 -n staging", null);
  assert.equal(equals, "scale deploy web --replicas=5 -n staging --current-replicas=3");
  const [spaced] = complete("scale deploy web --current-replicas 9 --replicas=5 -n staging", null);
  assert.equal(spaced, "scale deploy web --replicas=5 -n staging --current-replicas=3");
});

test("an image goes back to the image that was seen", () => {
  const [, back] = complete(
    "set image deployment/web app=web:2.0 -n staging",
    "rollout undo deployment/web -n staging",
  );
  assert.equal(back, "set image deployments/web app=web:1.4 --namespace=staging");
});

test("an image of a container that is not there is left to the model", () => {
  const [, back] = complete("set image deployment/web other=web:2.0 -n staging", null);
  assert.equal(back, null);
});

test("a restart goes back to the revision that was seen", () => {
  const [, back] = complete(
    "rollout restart deployment/web -n staging",
    "rollout undo deployment/web -n staging",
  );
  assert.equal(back, "rollout undo deployments/web --to-revision=7 --namespace=staging");
});

test("labels and annotations go back to what they were, or away", () => {
  const [, back] = complete("label deployment/web tier=back new=1 -n staging", null);
  assert.equal(back, "label deployments/web tier=front new- --overwrite --namespace=staging");
  const [, removed] = complete("annotate deployment/web note- -n staging", null);
  assert.equal(removed, "annotate deployments/web note=old --overwrite --namespace=staging");
});

test("a value of the cluster that no argument may hold is left to the model", () => {
  const odd = { ...web, metadata: { ...web.metadata, annotations: { note: "two\nlines" } } };
  const [, back] = complete(
    "annotate deployment/web note=x -n staging",
    "annotate deployment/web note- -n staging",
    [odd],
  );
  assert.equal(back, "annotate deployment/web note- -n staging");
});

test("several targets, none, and one that an earlier step changes are left as they are", () => {
  const line = "-n staging scale deployment/web --replicas=5";
  assert.deepEqual(complete(line, null, []), [line, null]);
  assert.deepEqual(complete(line, null, [web, web]), [line, null]);
  assert.deepEqual(complete(line, null, [web], true), [line, null]);
  const two = "-n staging scale deployment/web deployment/api --replicas=5";
  assert.deepEqual(complete(two, null), [two, null]);
});

test("the context of the step is the context of its way back", () => {
  const [, back] = complete("--context prod-eu -n staging scale deployment/web --replicas=5", null);
  assert.equal(back, "scale deployments/web --replicas=3 --context=prod-eu --namespace=staging");
});
