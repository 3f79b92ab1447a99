import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Step } from "#change/plan.ts";
import type { Preview, PreviewRow } from "#change/preview.ts";
import { typedTargetOf } from "#policy/typed-target.ts";
import { aPlan, aStep } from "#test/support/changes.ts";

type Given = Partial<Parameters<typeof typedTargetOf>[0]>;

const CLUSTER =
  "kubectl, context prod-eu (prod-eu): https://10.0.0.1:6443, as ops, namespace payments unless named";
const CURRENT =
  "kubectl, the current context (prod-us): https://10.0.0.2, as ops, namespace default unless named";

describe("what an approver types", () => {
  it("is the name of what is taken away", () => {
    assert.equal(name("delete deployment legacy-report -n production"), "legacy-report");
    assert.equal(name("-n production delete deploy/web svc/web"), "web");
    assert.equal(name("delete ns staging"), "staging");
    assert.equal(name("delete pods -l app=web -n staging"), "staging");
    assert.equal(name("delete pods --all"), "production");
    assert.equal(name("delete -f manifests/web.yaml"), "web.yaml");
    assert.equal(name("delete -k overlays/prod"), "prod");
    assert.equal(name("replace --force -f manifests/web.yaml"), "web.yaml");
    assert.equal(name("apply --force -f manifests/web.yaml"), "web.yaml");
    assert.equal(name(`delete pod ${"x".repeat(200)}`), "production");
    assert.equal(name(`delete pod ${"x".repeat(200)}`, { environments: [] }), "destroy");
  });

  it("is asked for of nothing else", () => {
    for (const line of [
      "scale deployment/web --replicas=0 -n production",
      "-n delete get cm x",
      "delete pod web --dry-run=server",
      "apply -f manifests/web.yaml",
      "replace -f manifests/web.yaml",
    ])
      assert.deepEqual(typedTargetOf(destructive([aStep(line)])), { typedTarget: null, destroys: [] }, line);
    assert.equal(name("delete pod web", { risk: "medium" }), null);
    assert.equal(name("delete pod web", { plan: null }), null);
  });

  it("is of several things the one that reaches farthest, wherever it stands in the plan", () => {
    const ladder = [
      ["delete pod a-pod", "a-pod"],
      ["delete configmap a-map", "a-map"],
      ["delete deployment a-deploy", "a-deploy"],
      ["delete statefulset a-set", "a-set"],
      ["delete clusterrole a-role", "a-role"],
      ["delete crd things.example.com", "things.example.com"],
      ["delete namespace a-space", "a-space"],
    ] as const;
    for (const [at, [line, widest]] of ladder.entries())
      for (const [less] of ladder.slice(0, at)) {
        assert.equal(nameOf([aStep(less), aStep(line)]), widest, `${less}, then ${line}`);
        assert.equal(nameOf([aStep(line), aStep(less)]), widest, `${line}, then ${less}`);
      }
    assert.equal(name("delete deploy/web pvc/orders -n production"), "orders");
    assert.equal(nameOf([aStep("delete deployment web"), aStep("delete pvc orders")]), "orders");
    assert.equal(nameOf([aStep("delete sts db"), aStep("delete pv disk-7")]), "db");
    assert.equal(nameOf([aStep("delete svc web"), aStep("delete ingress front")]), "web");
    assert.equal(nameOf([aStep("delete pod web"), aStep("delete node node-7")]), "node-7");
    assert.equal(nameOf([aStep("delete pod web"), aStep("delete mysqls.db.example.com orders")]), "orders");
  });

  it("counts what was seen to go, not only what the words name", () => {
    const rows = [row("Deployment/web"), row("PersistentVolumeClaim/orders"), row("Namespace/shop")];
    const seen = { previews: [look(1, rows)] };
    assert.equal(name("delete -f manifests/shop.yaml", seen), "shop");
    assert.deepEqual(whats("delete -f manifests/shop.yaml", seen), [
      "namespace shop",
      "persistentvolumeclaim orders",
      "deployment web",
    ]);
    assert.deepEqual(whats("delete deploy web", { previews: [look(1, [row("Deployment/web")])] }), [
      "deployment web",
    ]);
  });

  it("lists what a selector matched, and says that others may match by then", () => {
    const seen = { previews: [look(1, [row("Pod/web-1"), row("Pod/web-2")])] };
    assert.deepEqual(whats("delete pods -l app=web -n staging", seen), [
      "pods that match app=web",
      "pod web-1",
      "pod web-2",
    ]);
    assert.deepEqual(whats("delete pods --all -n staging"), ["all pods"]);
    assert.equal(name("delete pods -l app=web -n staging", seen), "staging");
  });

  it("says of each thing in which namespace and in which cluster it is", () => {
    const of = (line: string, places: string[]) => {
      const [first] = typedTargetOf(destructive([aStep(line)], { places })).destroys;
      return [first?.namespace, first?.place];
    };
    const prod = "prod-eu (https://10.0.0.1:6443)";
    assert.deepEqual(of("delete deploy web -n shop --context=prod-eu", [CLUSTER]), ["shop", prod]);
    assert.deepEqual(of("delete deploy web --context=prod-eu", [CLUSTER]), ["payments", prod]);
    assert.deepEqual(of("delete ns shop --context=prod-eu", [CLUSTER, CURRENT]), [null, prod]);
    assert.deepEqual(of("delete deploy web", [CURRENT]), ["default", "prod-us (https://10.0.0.2)"]);
    assert.deepEqual(of("delete pods --all -A", [CURRENT])[0], "all namespaces");
    // As an approval covers it: with what names the login.
    const bound = `${CLUSTER}, identity 0a1b.2c3d.4e5f`;
    assert.deepEqual(of("delete deploy web --context=prod-eu", [bound]), ["payments", prod]);
    assert.deepEqual(of("delete deploy web -n shop --context=prod-eu", [bound]), ["shop", prod]);
    assert.deepEqual(of("delete deploy web --context=prod-eu", []), [null, "prod-eu"]);
    assert.deepEqual(of("delete deploy web", []), [null, null]);
  });
});

describe("what an approver types for terraform", () => {
  const apply = terraform("apply -input=false saved.tfplan", "infra/network");
  const destroys = (...rows: PreviewRow[]) => ({ previews: [look(1, rows)] });

  it("is the address that goes, never the directory it stands in", () => {
    for (const action of ["destroy", "replace"] as const) {
      const given = destroys(row("aws_vpc.main", "update"), row('aws_subnet.private["b"]', action));
      assert.equal(nameOf([apply], given), 'aws_subnet.private["b"]');
    }
    assert.equal(nameOf([apply], destroys(row("aws_vpc.main", "update"))), null);
  });

  it("is of several the widest, and all of them are listed", () => {
    const rows = [
      row("aws_route.a", "destroy"),
      row("module.net.aws_vpc.main", "replace"),
      row("aws_db_instance.orders", "destroy"),
    ];
    const found = typedTargetOf(destructive([apply], destroys(...rows)));
    assert.equal(found.typedTarget, "module.net.aws_vpc.main");
    assert.deepEqual(
      found.destroys.map(({ what }) => what),
      ["module.net.aws_vpc.main (replaced)", "aws_db_instance.orders", "aws_route.a"],
    );
  });

  it("is of the root that loses more, and says what a long preview left out", () => {
    const other = { ...terraform("apply -input=false saved.tfplan", "infra/dns"), step: 2 };
    const previews = [
      look(1, [row("null_resource.one", "destroy")]),
      {
        ...look(2, [row("null_resource.two", "destroy"), row("null_resource.three", "destroy")]),
        omitted: 9,
      },
    ];
    const found = typedTargetOf(destructive([apply, other], { previews }));
    assert.equal(found.typedTarget, "null_resource.two");
    assert.equal(found.destroys.at(-1)?.what, "up to 9 more");
  });

  it("is the root where all of it goes and nobody has seen what that is", () => {
    assert.equal(nameOf([terraform("destroy -auto-approve", "infra/network")]), "network");
    assert.equal(nameOf([terraform("destroy -auto-approve", "")]), "production");
    const placed = { places: ["terraform infra/network: workspace prod, lineage a, serial 4"] };
    const [all] = typedTargetOf(destructive([terraform("destroy", "infra/network")], placed)).destroys;
    assert.equal(all?.what, "everything in the terraform root infra/network");
    assert.equal(all.place, "the terraform root infra/network, workspace prod");
  });

  it("is the environment where the widest address cannot be typed", () => {
    assert.equal(nameOf([apply], destroys(row('aws_vpc.main["a b"]', "destroy"))), "production");
    assert.equal(nameOf([apply], destroys(row(`aws_vpc.${"x".repeat(120)}`, "destroy"))), "production");
  });
});

function destructive(steps: Step[], given: Given = {}): Parameters<typeof typedTargetOf>[0] {
  return { risk: "high", plan: aPlan(steps), previews: [], environments: ["production"], ...given };
}

function nameOf(steps: Step[], given: Given = {}): string | null {
  return typedTargetOf(destructive(steps, given)).typedTarget;
}

function name(line: string, given: Given = {}): string | null {
  return nameOf([aStep(line)], given);
}

function whats(line: string, given: Given = {}): string[] {
  return typedTargetOf(destructive([aStep(line)], given)).destroys.map(({ what }) => what);
}

function row(target: string, action: PreviewRow["action"] = "destroy"): PreviewRow {
  return { target, action, before: null, after: null };
}

function look(step: number, rows: PreviewRow[]): Preview {
  return { step, rows, isBeforeChange: false, facts: [], omitted: 0, risk: "high", reasons: [] };
}

function terraform(line: string, dir: string): Step {
  return { ...aStep(line), tool: "terraform", dir };
}
