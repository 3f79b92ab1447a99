import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Outcome } from "#change/journal.ts";
import { ClusterObject } from "#execution/previews/object-changes.ts";
import { chainsOf, type SeenStep } from "#execution/rollbacks/chain.ts";
import { madeRollback } from "#execution/rollbacks/commands.ts";
import { standsOf } from "#execution/rollbacks/standing.ts";
import type { Ran, Stands } from "#execution/rollbacks/stands.ts";
import { readKubectl } from "#policy/kubectl/line.ts";

const START = new Date("2026-01-01T10:00:00Z");
const END = new Date("2026-01-01T10:00:05Z");

describe("how an object stands before it is taken back", () => {
  const web = (replicas: number, image = "app:1", more: object = {}) =>
    object("Deployment", "web", {
      spec: { replicas, template: { spec: { containers: [{ name: "app", image }] } } },
      ...more,
    });
  const two = [
    step(1, "set image deployment/web app=app:2", [[web(2), web(2, "app:2")]]),
    step(2, "scale deployment/web --replicas=5", [[web(2), web(5)]]),
  ];

  it("is the plan's, with what both steps left, and goes back to what stood before the first", () => {
    const stands = of(two, web(5, "app:2"), ["done", "done"]);
    assert.deepEqual(kinds(stands), ["ours", "patch"]);
    assert.deepEqual(patched(stands), [
      ["replace", "/spec/replicas", 2],
      ["replace", "/spec/template/spec/containers/0/image", "app:1"],
    ]);
    assert.equal(madeRollback(two[1] as SeenStep, two.slice(0, 1), null)?.commands.length, 0);
  });

  it("is as before once it was taken back, also by an attempt whose end nobody saw", () => {
    assert.deepEqual(kinds(of(two, web(2), ["done", "done"])), ["as before"]);
  });

  it("is the first step's where the second was not run, and another's where it has a third value", () => {
    assert.deepEqual(patched(of(two, web(2, "app:2"), ["done"])), [
      ["replace", "/spec/template/spec/containers/0/image", "app:1"],
    ]);
    const other = of(two, web(9, "app:2"), ["done", "done"]);
    assert.ok(other.kind === "other" && typeof other.says === "object");
    assert.deepEqual([other.says.now, other.says.left], [9, 5]);
    // Half of it taken back by somebody is another's too: nobody approved to mix the two.
    assert.equal(of(two, web(2, "app:2"), ["done", "done"]).kind, "other");
  });

  it("finds list items by name, wherever others have moved them", () => {
    const with_ = (...containers: object[]) =>
      object("Deployment", "web", { spec: { template: { spec: { containers } } } });
    const app = { name: "app", image: "app:1" };
    const steps = [step(1, "apply -f a.yaml", [[with_(app), with_(app, { name: "late", image: "l" })]])];
    const now = with_({ name: "mesh", image: "m" }, app, { name: "late", image: "l" });
    assert.deepEqual(patched(of(steps, now, ["done"])), [
      ["remove", "/spec/template/spec/containers/2", undefined],
    ]);
  });

  it("of a failed step is the plan's only where it had several objects to change", () => {
    const alone = [step(1, "scale deployment/web --replicas=5", [[web(2), web(5)]])];
    assert.equal(of(alone, web(5), ["failed"]).kind, "as before");
    const api = object("Deployment", "api", { spec: { replicas: 1 } });
    const many = [
      step(1, "scale deployment/web deployment/api --replicas=5", [
        [web(2), web(5)],
        [api, { ...api, spec: { replicas: 5 } }],
      ]),
    ];
    assert.equal(of(many, web(5), ["failed"]).kind, "ours");
    assert.equal(of(many, web(2), ["failed"]).kind, "as before");
    assert.equal(of(many, web(9), ["failed"]).kind, "as before");
  });

  it("is deleted again only where it was born while the step ran", () => {
    const steps = [step(1, "apply -f a.yaml", [[null, web(2)]])];
    const born = (at: string) => web(2, "app:1", { born: at });
    assert.deepEqual(kinds(of(steps, born("2026-01-01T10:00:03Z"), ["done"])), ["ours", "delete"]);
    assert.equal(of(steps, born("2026-01-01T11:00:00Z"), ["done"]).kind, "other");
    assert.equal(of(steps, born("2026-01-01T09:00:00Z"), ["done"]).kind, "other");
    assert.equal(of(steps, null, ["done"]).kind, "as before");
  });

  it("is not deleted again where somebody else changed it since, and an autoscaler is nobody", () => {
    const steps = [step(1, "apply -f a.yaml", [[null, web(2)]])];
    const born = "2026-01-01T10:00:03Z";
    const hotfix = of(steps, web(2, "app:hotfix", { born }), ["done"]);
    assert.ok(hotfix.kind === "other" && typeof hotfix.says === "object");
    const scaled = web(7, "app:1", { born, writers: { "kube-controller-manager": ["spec", "replicas"] } });
    assert.deepEqual(kinds(of(steps, scaled, ["done"])), ["ours", "delete"]);
    const twice = [...steps, step(2, "scale deployment/web --replicas=5", [[web(2), web(5)]])];
    assert.deepEqual(kinds(of(twice, web(5, "app:1", { born }), ["done", "unknown"])), ["ours", "delete"]);
    assert.deepEqual(kinds(of(twice, web(2, "app:1", { born }), ["done", "unknown"])), ["ours", "delete"]);
  });

  it("is another's once it was made anew since, with the same values, and while it is being deleted", () => {
    const steps = [step(1, "scale deployment/web --replicas=5", [[web(2), web(5)]])];
    const anew = (born: string) => web(5, "app:1", { uid: "other", born });
    assert.equal(of(steps, anew("2026-01-01T10:30:00Z"), ["done"]).kind, "other");
    // Made anew before the step ran, it is the one that the step changed.
    assert.equal(of(steps, anew("2026-01-01T09:30:00Z"), ["done"]).kind, "ours");
    assert.equal(of(steps, web(5, "app:1", { going: "2026-01-01T10:01:00Z" }), ["done"]).kind, "other");
    const stands = of(steps, web(5), ["done"]);
    assert.ok(stands.kind === "ours" && stands.verb === "patch");
    assert.deepEqual(stands.content[0], { op: "test", path: "/metadata/uid", value: "u" });
  });

  it("is the one that the plan made by its uid, where a look found that, whatever its values and its birth", () => {
    const steps = [step(1, "apply -f a.yaml", [[null, web(2)]])];
    const now = web(2, "app:1", { uid: "theirs", born: "2026-01-01T10:00:03Z" });
    const uidIs = (uid: string) => kinds(of(steps, now, ["done"], { "Deployment/web in production": uid }));
    assert.deepEqual(uidIs("ours"), ["other"]);
    assert.deepEqual(uidIs("theirs"), ["ours", "delete"]);
    // Nobody looked: then the birth within the step's time has to do.
    assert.deepEqual(kinds(of(steps, now, ["done"])), ["ours", "delete"]);
  });

  it("is another object where only its kind's name is the same", () => {
    const routed = object("Service", "web", { apiVersion: "serving.example/v1", spec: { minScale: 1 } });
    const plain = object("Service", "web", { apiVersion: "v1", spec: { type: "ClusterIP" } });
    const steps = [
      step(1, "patch services.serving.example web -p {}", [[routed, { ...routed, spec: { minScale: 2 } }]]),
      step(2, "patch service web -p {}", [[plain, { ...plain, spec: { type: "NodePort" } }]]),
    ];
    const second = madeRollback(steps[1] as SeenStep, steps.slice(0, 1), null);
    assert.deepEqual([second?.coveredBy, second?.commands.length], [[], 1]);
  });

  it("is made again where the plan deleted it, without what the server had given it", () => {
    const service = (ip: string, uid: string) =>
      object("Service", "web", {
        apiVersion: "v1",
        uid,
        spec: { clusterIP: ip, ports: [{ port: 80, nodePort: 30_080 }] },
      });
    const steps = [step(1, "delete service/web", [[service("10.0.0.1", "a"), null]])];
    const stands = of(steps, null, ["done"]);
    assert.ok(stands.kind === "ours" && stands.verb === "create");
    assert.deepEqual(stands.content["spec"], { ports: [{ port: 80 }] });
    assert.equal(stands.content.metadata["uid"], undefined);
    assert.equal(of(steps, service("10.0.0.2", "b"), ["done"]).kind, "as before");
    const secret = object("Secret", "key", { apiVersion: "v1" });
    const lost = madeRollback(step(1, "delete secret/key", [[secret, null]]), [], null);
    assert.deepEqual([lost?.commands, lost?.stands], [[], ["Secret/key"]]);
  });

  it("of a restart is the plan's by the time it wrote, and somebody else's restart is theirs", () => {
    const restarted = (at: string) =>
      object("Deployment", "web", {
        spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": at } } } },
      });
    const plain = object("Deployment", "web", { spec: { template: {} } });
    const steps: SeenStep[] = [
      {
        ...step(1, "rollout restart deployment/web", []),
        states: { objects: [{ before: plain, after: null, isKnown: false }] },
      },
    ];
    assert.deepEqual(kinds(of(steps, restarted("2026-01-01T10:00:02Z"), ["done"])), ["ours", "patch"]);
    assert.equal(of(steps, restarted("2026-01-01T12:00:00Z"), ["done"]).kind, "other");
    assert.equal(of(steps, plain, ["done"]).kind, "as before");
  });
});

function step(
  number: number,
  words: string,
  objects: readonly (readonly [ClusterObject | null, ClusterObject | null])[],
): SeenStep {
  const read = readKubectl(`${words} --context=c -n production`.split(" "));
  assert.ok(read.ok);
  const states = objects.map(([before, after]) => ({ before, after, isKnown: true }));
  return { step: number, line: read.line, context: "c", states: { objects: states } };
}

/** How the first object stands by now, after steps that ended so. */
function of(
  steps: readonly SeenStep[],
  now: ClusterObject | null,
  outcomes: readonly Outcome[],
  made: Ran["made"] = null,
): Stands {
  const [chain] = chainsOf(steps);
  assert.ok(chain);
  return standsOf(chain, now, (number): Ran | undefined => {
    const outcome = outcomes[number - 1];
    return outcome === undefined ? undefined : { outcome, startedAt: START, finishedAt: END, made };
  });
}

function kinds(stands: Stands): string[] {
  return stands.kind === "ours" ? [stands.kind, stands.verb] : [stands.kind];
}

/** What a patch puts back: without its tests, in the order of the paths. */
function patched(stands: Stands): unknown[] {
  assert.ok(stands.kind === "ours" && stands.verb === "patch", JSON.stringify(stands));
  return stands.content
    .filter(({ op }) => op !== "test")
    .map(({ op, path, value }) => [op, path, value])
    .toSorted((one, other) => (String(one[1]) < String(other[1]) ? -1 : 1));
}

function object(
  kind: string,
  name: string,
  { apiVersion = "apps/v1", uid = "u", born, going, writers = {}, ...more }: Record<string, unknown>,
): ClusterObject {
  const managedFields = Object.entries(writers as Record<string, string[]>).map(([manager, path]) => ({
    manager,
    fieldsV1: path.reduceRight<unknown>((below, name) => ({ [`f:${name}`]: below }), {}),
  }));
  const gone = going === undefined ? {} : { deletionTimestamp: going };
  const metadata = {
    ...{ name, namespace: "production", uid, creationTimestamp: born, managedFields },
    ...gone,
  };
  return ClusterObject.parse({ apiVersion, kind, metadata, ...more });
}
