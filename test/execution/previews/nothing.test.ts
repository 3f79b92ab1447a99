import assert from "node:assert/strict";
import { test } from "node:test";
import { changesNothing } from "#execution/previews/nothing.ts";
import { type PlanSummary, plansNothing } from "#execution/previews/terraform-plan.ts";
import { readKubectl } from "#policy/kubectl/line.ts";

const web = {
  kind: "Deployment",
  metadata: { name: "web", resourceVersion: "7", annotations: { last: "a" } },
  spec: { replicas: 3, template: { spec: { containers: [{ name: "app", image: "web:1" }] } } },
};

function isNothing(line: string, now: object[], after: object[] | null): boolean {
  const read = readKubectl(line.split(" "));
  assert.ok(read.ok, JSON.stringify(read));
  return changesNothing(read.line, now as (typeof web)[], after as (typeof web)[] | null);
}

test("an equal dry run changes nothing, whatever every write moves", () => {
  const moved = { ...web, metadata: { ...web.metadata, resourceVersion: "8", managedFields: [] } };
  for (const line of [
    "apply -f web.yaml",
    "patch deployment web -p {}",
    "label deployment web a=b",
    "annotate deployment web a=b",
    "replace -f web.yaml",
  ])
    assert.equal(isNothing(line, [web], [moved]), true, line);
});

test("a field, an annotation or another object more is something", () => {
  const other = { ...web, metadata: { ...web.metadata, name: "other" } };
  const noted = { ...web, metadata: { ...web.metadata, annotations: { last: "b" } } };
  for (const after of [[{ ...web, spec: { ...web.spec, replicas: 4 } }], [noted], [web, other], []])
    assert.equal(isNothing("apply -f web.yaml", [web], after), false, JSON.stringify(after));
});

test("scale is compared by its count, since its dry run shows the object as it was", () => {
  assert.equal(isNothing("scale deployment/web --replicas=3", [web], [web]), true);
  assert.equal(isNothing("scale deployment/web --replicas=4", [web], [web]), false);
  assert.equal(isNothing("scale deployment/web --replicas=0", [{ ...web, spec: {} }], [web]), false);
  assert.equal(isNothing("scale deployment --all --replicas=3", [web, { ...web, spec: {} }], [web]), false);
});

test("a dry run that prints only what it would change says nothing where nothing does", () => {
  assert.equal(isNothing("set image deployment/web app=web:1", [web], []), true);
  assert.equal(isNothing("set image deployment/web app=web:1", [], []), false);
});

test("a delete of what is gone changes nothing, where its line says that it may be gone", () => {
  assert.equal(isNothing("delete deployment web --ignore-not-found", [], null), true);
  assert.equal(isNothing("delete deployment web", [], null), false);
  assert.equal(isNothing("delete deployment web --ignore-not-found", [web], null), false);
});

test("what nobody knows the end of, or does more than it prints, is never nothing", () => {
  for (const [line, after] of [
    ["rollout undo deployment/web", null],
    ["expose deployment web --port=80", [web]],
    ["rollout restart deployment/web", null],
    ["delete deployment web", null],
    ["drain n1", null],
    ["apply -f web.yaml --prune -l a=b", [web]],
    ["apply -f web.yaml --server-side", [web]],
    ["patch deployment web --subresource=status -p {}", [web]],
    ["label deployment web a=b", null],
  ] as const)
    assert.equal(isNothing(line, [web], after === null ? null : [...after]), false, line);
});

test("what it names and was not found is no reason to say that all is so already", () => {
  const paused = { ...web, spec: { ...web.spec, paused: true } };
  const other = { ...paused, metadata: { ...paused.metadata, name: "other" } };
  const both = "rollout pause deployment/web deployment/other";
  assert.equal(isNothing("rollout pause deployment/web", [paused], [paused]), true);
  assert.equal(isNothing(both, [paused, other], [paused, other]), true);
  for (const line of [both, "rollout pause deployment web other", "rollout pause -f two.yaml"])
    assert.equal(isNothing(line, [paused], [paused]), false, line);
  // The server's dry run would have said that one of the file is missing.
  assert.equal(isNothing("apply -f two.yaml", [paused], [paused]), true);
});

test("a saved plan is nothing only where it is whole, terraform says so and every count is 0", () => {
  const nothing: PlanSummary = {
    counts: { create: 0, update: 0, replace: 0, destroy: 0, forget: 0, import: 0 },
    ...{ resources: [], imported: 0, moved: 0, unchanged: 4, read: 0, outputsChanged: 0 },
    ...{ hasSensitive: false, isComplete: true, isApplyable: false },
  };
  assert.equal(plansNothing(nothing), true);
  for (const given of [
    { isApplyable: true },
    { isComplete: false },
    { moved: 1 },
    { read: 1 },
    { outputsChanged: 1 },
    { counts: { ...nothing.counts, forget: 1 } },
  ])
    assert.equal(plansNothing({ ...nothing, ...given }), false, JSON.stringify(given));
});
