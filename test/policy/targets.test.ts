import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Command, Plan } from "#change/plan.ts";
import { readTarget, targetInWords } from "#change/target.ts";
import { kubectlTargets } from "#execution/kubectl-identity.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { overlaps, targetsOf } from "#policy/targets.ts";

const sample = readFileSync(new URL("../../src/playground/sample-policy.yml", import.meta.url), "utf8");
const parsed = parsePolicy(sample);
assert.ok(parsed.ok);
const { policy } = parsed;

const HERE =
  "kubectl, the current context (ops): https://k8s.example:6443, as deployer, namespace shop unless named";
const EU =
  "kubectl, context eu (eu): https://EU.example:443/, as the: one, as well, namespace default unless named";
const NETWORK = "terraform network: workspace blue, lineage 1f3a-22, serial 7";

const files = new Map([
  [
    "web.yaml",
    [
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: production }",
      "apiVersion: v1\nkind: Service\nmetadata: { name: web }",
      "apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w1, namespace: production }",
    ].join("\n---\n"),
  ],
]);

function command(line: string, dir = ""): Command {
  const [tool = "", ...args] = line.split(" ");
  assert.ok(tool === "kubectl" || tool === "terraform");
  return { tool, args, dir };
}

function planOf(lines: [run: string, back?: string][], dir = ""): Plan {
  const plan = lines.map(([run, back], index) => ({
    ...command(run, dir),
    step: index + 1,
    description: "",
    risk: "low" as const,
    rollback: back === undefined ? null : command(back, dir),
  }));
  return { summary: "", plan, risk_level: "low", risk_reason: "", questions: [] };
}

/** Targets as words with blanks; the place left out where it is the usual one. */
function touched(lines: [run: string, back?: string][], places = [HERE, EU, NETWORK], dir = ""): string[] {
  return targetsOf(planOf(lines, dir), policy, files, places)
    .map(readTarget)
    .map(({ tool, place, namespace, kind, name }) => {
      const where = place === "https://k8s.example:6443" ? [] : [tool, place];
      return [...where, namespace || "-", kind, name].join(" ");
    });
}

describe("what a plan touches", () => {
  it("names the object a command changes, in its namespace or the context's own, and not what it only reads", () => {
    assert.deepEqual(
      touched([
        ["kubectl get pods -n staging"],
        [
          "kubectl -n production scale deploy/web --replicas=3",
          "kubectl -n production scale deployments web --replicas=2",
        ],
        ["kubectl rollout restart sts db"],
        ["kubectl --context=eu -n production label cm settings a=b"],
      ]),
      [
        "kubectl https://eu.example production configmaps settings",
        "production deployments web",
        "shop statefulsets db",
      ],
    );
  });

  it("takes the whole kind for a selector, all namespaces for -A, and all that is in a deleted namespace", () => {
    assert.deepEqual(touched([["kubectl -n production delete pods -l app=web"]]), ["production pods *"]);
    assert.deepEqual(touched([["kubectl delete deploy,svc --all -A"]]), ["* deployments *", "* services *"]);
    assert.deepEqual(touched([["kubectl delete ns old"]]), ["- namespaces old", "old * *"]);
    assert.deepEqual(touched([["kubectl label ns old a=b"]]), ["- namespaces old"]);
    assert.deepEqual(touched([["kubectl drain node-1 --ignore-daemonsets"]]), ["- nodes node-1"]);
  });

  it("names the objects of manifests, what is pruned, and what a command makes besides", () => {
    assert.deepEqual(touched([["kubectl apply -n production -f web.yaml"]]), [
      "* custom w1",
      "production deployments web",
      "production services web",
    ]);
    assert.deepEqual(touched([["kubectl -n staging expose deployment web --port=80"]]), [
      "staging deployments web",
      "staging services web",
    ]);
    assert.deepEqual(touched([["kubectl -n staging autoscale deployment web --max=4 --name=grow"]]), [
      "staging deployments web",
      "staging horizontalpodautoscalers grow",
    ]);
  });

  it("is wider, never narrower, where something cannot be told", () => {
    const scale = "kubectl -n production scale deployment web --replicas=3";
    for (const places of [[], ["kubectl, the current context: no kubeconfig says where that is"]])
      assert.deepEqual(touched([[scale]], places), ["kubectl * production deployments web"]);
    assert.deepEqual(touched([["kubectl scale deployment web --replicas=3"]], []), [
      "kubectl * * deployments web",
    ]);
    // An environment with a kubeconfig of its own: the same context is two clusters.
    const other = HERE.replace("k8s.example", "other.example");
    assert.equal(touched([[scale]], [HERE, other]).length, 2);
    assert.deepEqual(touched([["kubectl scale widgets.example.com w1 --replicas=3 -n staging"]]), [
      "* custom w1",
    ]);
  });

  it("knows a terraform root by its directory and workspace, and by its state", () => {
    assert.deepEqual(touched([["terraform apply"]], [NETWORK], "network"), [
      "terraform 1f3a-22 - state *",
      "terraform network - root blue",
    ]);
    assert.deepEqual(touched([["terraform -chdir=network state rm a.b"]], [], "."), [
      "terraform network - root *",
    ]);
    assert.deepEqual(touched([["terraform version"]], [NETWORK], "network"), []);
  });

  it("reads the very sentences that say where kubectl runs", async () => {
    const kubeconfig = {
      "current-context": "ops (main)",
      clusters: [{ cluster: { server: "https://one.example:6443/" } }],
      contexts: [{ context: { namespace: "shop", user: "me" } }],
    };
    const plan = planOf([["kubectl scale deployment web --replicas=3 --context=main"]]);
    const view = async () => ({ ok: true as const, stdout: JSON.stringify(kubeconfig) });
    const places = await kubectlTargets(plan, { view, identify: async () => "0a.1b.2c" });
    assert.deepEqual(
      targetsOf(plan, policy, files, places).map((key) => readTarget(key)),
      [
        {
          tool: "kubectl",
          place: "https://one.example:6443",
          namespace: "shop",
          kind: "deployments",
          name: "web",
        },
      ],
    );
  });
});

describe("two targets meet", () => {
  const keys = (line: string, places = [HERE, EU, NETWORK]) =>
    targetsOf(planOf([[line]], "network"), policy, null, places);
  const meet = (one: string, other: string, places?: string[]) =>
    keys(one, places).some((key) => keys(other, places).some((second) => overlaps(key, second)));
  const scaleWeb = "kubectl -n production scale deployment web --replicas=3";

  for (const [other, expected] of [
    ["kubectl -n production set image deployments.apps/web web=web:2", true],
    ["kubectl -n production scale deployment api --replicas=3", false],
    ["kubectl -n staging scale deployment web --replicas=3", false],
    ["kubectl -n production delete service web", false],
    ["kubectl -n production rollout restart deployment -l tier=front", true],
    ["kubectl -n staging rollout restart deployment -l tier=front", false],
    ["kubectl delete namespace production", true],
    ["kubectl delete namespace staging", false],
    ["kubectl --context=eu -n production scale deployment web --replicas=3", false],
    ["kubectl delete deployments --all -A", true],
    ["kubectl drain node-1", false],
    ["kubectl --context=gone -n production scale deployment web --replicas=1", true],
    ["terraform apply", false],
  ] as const) {
    it(`${other}: ${expected ? "waits" : "goes on"} beside a scale of web in production`, () => {
      assert.equal(meet(scaleWeb, other), expected);
      assert.equal(meet(other, scaleWeb), expected);
    });
  }

  it("keeps two terraform runs of one root apart, and of two roots with one state", () => {
    const at = (root: string, place: string) =>
      targetsOf(planOf([["terraform apply"]], root), policy, null, [place]);
    const any = (one: string[], other: string[]) => one.some((a) => other.some((b) => overlaps(a, b)));
    const network = at("network", NETWORK);
    assert.ok(any(network, at("network", NETWORK)));
    assert.ok(any(network, at("copy", NETWORK.replace("network", "copy"))));
    assert.ok(!any(network, at("dns", "terraform dns: workspace blue, lineage 77, serial 1")));
    assert.ok(!any(network, at("network", "terraform network: workspace green, lineage 88, serial 1")));
    assert.ok(any(network, at("network", "")));
  });

  it("is said in words a person can read", () => {
    const words = (line: string) => keys(line).map((key) => targetInWords(readTarget(key)));
    assert.deepEqual(words(scaleWeb), ["deployments/web in production"]);
    assert.deepEqual(words("kubectl delete ns old"), ["namespaces/old", "everything in old"]);
    assert.deepEqual(words("kubectl -n production delete pods -l a=b"), ["all pods in production"]);
    assert.deepEqual(words("terraform apply"), ["the same terraform state", "the terraform root network"]);
    assert.equal(targetInWords(readTarget("nonsense")), "everything");
  });
});
