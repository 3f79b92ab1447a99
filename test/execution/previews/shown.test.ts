import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Command, Risk } from "#change/plan.ts";
import { previewKubectl } from "#execution/previews/kubectl.ts";
import { assessPlan } from "#policy/assess.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { createRedact } from "#redact/redact.ts";
import { aStep } from "#test/support/changes.ts";

const parsed = parsePolicy(`version: 1
environments:
  staging: { namespaces: [staging] }
  lab: { contexts: [lab] }
unattended: { medium: [staging, lab] }
registries: [registry.example.com]
`);
assert.ok(parsed.ok);
const { policy } = parsed;

type Found = object | null;
type Case = {
  line: string;
  now: Found;
  after?: Found;
  back?: string;
  isBeforeChange?: boolean;
  files?: Record<string, string>;
};

/** The risk of a plan of this one step, once it was looked at. */
async function riskOf({
  line,
  now,
  after = null,
  back,
  isBeforeChange = false,
  files = {},
}: Case): Promise<Risk> {
  const rollback: Command | null =
    back === undefined ? null : { tool: "kubectl", args: wordsOf(back), dir: "" };
  const step = { ...aStep(line), args: wordsOf(line), risk: "low" as const, rollback };
  const read = readKubectl(step.args);
  assert.ok(read.ok, JSON.stringify(read));
  const look = async (asked: readonly string[]) => {
    const found = asked[0] === "get" ? now : after;
    return { ok: true, stdout: found === null ? "" : JSON.stringify(found) } as const;
  };
  const previewed = await previewKubectl(step, read.line, isBeforeChange, look, createRedact([]));
  assert.ok(previewed.ok, JSON.stringify(previewed));
  const plan = {
    summary: "",
    plan: [previewed.step],
    risk_level: "low" as const,
    risk_reason: "",
    questions: [],
  };
  const assessed = assessPlan(plan, policy, new Map(Object.entries(files)), [previewed.preview]);
  assert.ok(assessed.ok, JSON.stringify(assessed));
  return assessed.risk;
}

/** A point stands for a space within a word. */
function wordsOf(line: string): string[] {
  return line.split(" ").map((word) => word.replaceAll("·", " "));
}

const owner = (kind: string, apiVersion = "apps/v1", controller: unknown = true) => ({
  kind,
  apiVersion,
  name: `${kind.toLowerCase()}-1`,
  controller,
});
const pod = (name: string, ...ownerReferences: object[]) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "staging", ownerReferences },
});
const ofReplicaSet = pod("web-1", owner("ReplicaSet"));
const job = (status: object, name = "once") => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name, namespace: "staging" },
  status,
});
const complete = { conditions: [{ type: "Complete", status: "True" }], succeeded: 1 };
const node = (unschedulable: unknown, ready: string, name = "node-1") => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name },
  spec: { unschedulable },
  status: { conditions: [{ type: "Ready", status: ready }] },
});
const list = (...items: object[]) => ({ apiVersion: "v1", kind: "List", items });
const configMap = (name: string, namespace = "staging") => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
});
const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app, namespace: staging}\ndata: {a: b}\n";
const files = { "app.yaml": text };

describe("what a look answers is medium", () => {
  const cases: Case[] = [
    { line: "delete pod web-1 -n staging", now: ofReplicaSet },
    { line: "delete pod/web-1 -n staging --wait=false", now: ofReplicaSet },
    { line: "delete po web-1 -n staging --ignore-not-found", now: pod("web-1", owner("DaemonSet")) },
    { line: "delete pod web-1 -n staging", now: pod("web-1", owner("ReplicationController", "v1")) },
    { line: "delete job once -n staging", now: job(complete) },
    { line: "delete job once -n staging", now: job({ conditions: [{ type: "Failed", status: "True" }] }) },
    { line: "uncordon node-1 --context lab", now: node(true, "True") },
  ];
  for (const one of cases) {
    test(`${one.line}: ${JSON.stringify(one.now)}`, async () => assert.equal(await riskOf(one), "medium"));
  }
});

describe("what no look answers stays high", () => {
  const line = "delete pod web-1 -n staging";
  const cases: Record<string, Case> = {
    "a pod by itself": { line, now: pod("web-1") },
    "a pod whose owner is no controller": { line, now: pod("web-1", owner("ReplicaSet", "apps/v1", false)) },
    "an owner that only says so": { line, now: pod("web-1", owner("ReplicaSet", "apps/v1", "true")) },
    "a pod of a stateful set": { line, now: pod("web-1", owner("StatefulSet")) },
    "a pod of a job": { line, now: pod("web-1", owner("Job", "batch/v1")) },
    "a static pod": { line, now: pod("web-1", owner("Node", "v1")) },
    "a replica set of somebody else's": {
      line,
      now: pod("web-1", owner("ReplicaSet", "evil.example.com/v1")),
    },
    "two controllers": { line, now: pod("web-1", owner("ReplicaSet"), owner("DaemonSet")) },
    "a pod that is not there": { line, now: null },
    "another pod than was named": { line, now: pod("web-2", owner("ReplicaSet")) },
    "several pods in the answer": { line, now: list(ofReplicaSet, pod("web-2", owner("ReplicaSet"))) },
    "what is no pod": { line, now: { ...ofReplicaSet, kind: "Widget" } },
    "a pod that an earlier step may change": { line, now: ofReplicaSet, isBeforeChange: true },
    "a job that runs": { line: "delete job once -n staging", now: job({ active: 1 }) },
    "a job that has not begun": { line: "delete job once -n staging", now: job({}) },
    "a job whose end is not sure": {
      line: "delete job once -n staging",
      now: job({ conditions: [{ type: "Complete", status: "False" }] }),
    },
    "a job that ended with pods left": {
      line: "delete job once -n staging",
      now: job({ ...complete, active: 1 }),
    },
    "a job that is suspended": {
      line: "delete job once -n staging",
      now: job({ conditions: [{ type: "Suspended", status: "True" }] }),
    },
    "two jobs": {
      line: "delete job once twice -n staging",
      now: list(job(complete), job(complete, "twice")),
    },
    "a node that is not ready": { line: "uncordon node-1 --context lab", now: node(true, "Unknown") },
    "a node that is in use": { line: "uncordon node-1 --context lab", now: node(undefined, "True") },
    "two nodes": {
      line: "uncordon node-1 node-2 --context lab",
      now: list(node(true, "True"), node(true, "True", "node-2")),
    },
    "nodes by a selector": { line: "uncordon -l zone=a --context lab", now: node(true, "True") },
  };
  for (const [what, one] of Object.entries(cases)) {
    test(what, async () => assert.equal(await riskOf(one), "high"));
  }

  const lines = [
    "delete pod web-1 web-2 web-3 -n staging",
    "delete pod/web-1 job/once -n staging",
    "delete pods --all -n staging",
    "delete pods -n staging -l app=web",
    "delete pods -n staging --field-selector=status.phase=Failed",
    "delete pod web-1 -n staging --force --grace-period=0",
    "delete pod web-1 -n staging --grace-period=0",
    "delete pod web-1 -n staging --now",
    "delete pod web-1 -n staging --force",
    "delete pod web-1 -n staging --cascade=orphan",
    "delete pod web-1 -n kube-system",
    "delete -f pod.yaml -n staging",
    "delete deployment web-1 -n staging",
    "delete sts web-1 -n staging",
    "delete cm web-1 -n staging",
    "delete secret web-1 -n staging",
    "delete pvc web-1 -n staging",
    "delete pods.metrics.k8s.io web-1 -n staging",
    "delete cronjob web-1 -n staging",
    "delete ns web-1",
    "delete pv web-1",
    "delete node web-1 --context lab",
    "delete crd web-1",
    "cordon web-1 --context lab",
    "drain web-1 --context lab",
  ];
  for (const one of lines) {
    test(`${one}, whatever is seen`, async () => {
      const files = { "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web-1}\nspec: {}\n" };
      const seen = [ofReplicaSet, job(complete, "web-1"), node(true, "True", "web-1")];
      for (const now of seen) assert.equal(await riskOf({ line: one, now, files }), "high");
    });
  }
});

describe("a way back that deletes what its step makes adds nothing", () => {
  const line = "apply -f app.yaml -n staging";
  const made = { line, now: null, after: configMap("app"), files };
  const good: Case[] = [
    { ...made, back: "delete configmap app -n staging" },
    { ...made, back: "delete cm/app -n staging --ignore-not-found" },
    { ...made, back: "delete cm app -n staging", isBeforeChange: true },
    {
      line: "create configmap app --from-literal=a=b -n staging",
      now: null,
      after: configMap("app"),
      back: "delete cm app -n staging",
    },
    {
      line: "autoscale deploy web --max=3 -n staging",
      now: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: "staging" },
        spec: { replicas: 2 },
      },
      after: {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "web", namespace: "staging" },
      },
      back: "delete hpa web -n staging",
    },
  ];
  for (const one of good) {
    test(`${one.line}, back by ${one.back}`, async () => assert.equal(await riskOf(one), "medium"));
  }

  const bad: Record<string, Case> = {
    "it was there before": { ...made, now: configMap("app"), back: "delete cm app -n staging" },
    "one of that name is elsewhere": {
      ...made,
      now: configMap("app", "other"),
      back: "delete cm app -n staging",
    },
    "another name": { ...made, back: "delete cm other -n staging" },
    "another one beside it": { ...made, back: "delete cm app other -n staging" },
    "another kind": { ...made, back: "delete deployment app -n staging" },
    "another namespace": { ...made, back: "delete cm app -n other" },
    "no namespace": { ...made, back: "delete cm app" },
    "another cluster": { ...made, back: "delete cm app -n staging --context lab" },
    "all of them": { ...made, back: "delete cm --all -n staging" },
    "a selector": { ...made, back: "delete cm -l app=web -n staging" },
    "by its file": { ...made, back: "delete -f app.yaml -n staging" },
    "by force": { ...made, back: "delete cm app -n staging --force" },
    "without what hangs on it": { ...made, back: "delete cm app -n staging --cascade=orphan" },
    "the dry run showed nothing": { ...made, after: null, back: "delete cm app -n staging" },
    "a name that is new each time": {
      ...made,
      after: { ...configMap("app"), metadata: { name: "app", namespace: "staging", generateName: "ap" } },
      back: "delete cm app -n staging",
    },
    "the volume it would claim": {
      ...made,
      after: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "app", namespace: "staging" },
      },
      back: "delete pvc app -n staging",
    },
    "a step that changes what is there": {
      line: "scale deploy web other --replicas=3 -n staging",
      now: list({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: "staging" },
      }),
      after: configMap("app"),
      back: "delete cm app -n staging",
    },
    "a pod that a controller makes again": {
      line: "label pod web-1 a=b -n staging",
      now: list(ofReplicaSet, ofReplicaSet),
      after: ofReplicaSet,
      back: "delete pod web-1 -n staging",
    },
  };
  for (const [what, one] of Object.entries(bad)) {
    test(`not where it is ${what}`, async () => assert.equal(await riskOf(one), "high"));
  }
});

test("a preview that was written before looks answered anything answers nothing", async () => {
  const step = { ...aStep("delete pod web-1 -n staging"), risk: "low" as const };
  const plan = { summary: "", plan: [step], risk_level: "low" as const, risk_reason: "", questions: [] };
  const old = {
    step: 1,
    isBeforeChange: false,
    facts: [],
    rows: [],
    omitted: 0,
    risk: "low" as const,
    reasons: [],
  };
  for (const previews of [[], [old], [{ ...old, step: 2, shows: ["replaced" as const] }]]) {
    const assessed = assessPlan(plan, policy, null, previews);
    assert.ok(assessed.ok);
    assert.equal(assessed.risk, "high");
  }
});
