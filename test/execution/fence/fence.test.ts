import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { aStep } from "#test/support/changes.ts";
import { aDeployment, previewed, replace, setBy, type World, withField } from "./world.ts";

const IMAGE = "spec/template/spec/containers/app/image";
const MARK = (name: string) => `metadata/annotations/${name}`;

function aWorld(objects: ClusterObject[], dry: World["dry"] = (_args, there) => [...there]): World {
  return { objects, dry, looks: [] };
}

/** Writes these fields into every object, as a manifest or a patch with them would. */
function writes(fields: Record<string, unknown>): World["dry"] {
  return (_args, objects) =>
    objects.map((object) =>
      Object.entries(fields).reduce((one, [path, value]) => withField(one, path, value), object),
    );
}

const setImage = (image: string) => aStep(`set image deployment/web app=${image} -n staging`);

describe("The look just before a step", () => {
  it("lets it run where all is as it was", async () => {
    const world = aWorld([aDeployment("web")], writes({ [IMAGE]: "web:2" }));
    const { hold } = await previewed(world, [setImage("web:2")]);
    assert.equal(await hold(1), null);
  });

  it("starts one look and one dry run", async () => {
    const world = aWorld([aDeployment("web")], writes({ [IMAGE]: "web:2" }));
    const { hold } = await previewed(world, [setImage("web:2")]);
    await hold(1);
    assert.deepEqual(
      world.looks.map((look) => look.split(" ")[0]),
      ["get", "--dry-run=server"],
    );
  });

  it("holds back a manifest that would take a count back by now", async () => {
    const before = aDeployment("web");
    const world = aWorld([before], writes({ [IMAGE]: "web:2", "spec/replicas": 3 }));
    const { hold } = await previewed(world, [aStep("apply -f web.yaml -n staging")]);
    const scaled = withField(before, "spec/replicas", 10);
    replace(world, setBy(scaled, "kubectl-scale", { "f:spec": { "f:replicas": {} } }));
    const held = await hold(1);
    assert.equal(held?.heldBack, "other");
    assert.match(
      held?.reason ?? "",
      /Deployment\/web in staging: spec\.replicas is 10 now \(set by kubectl-scale at .*\), and was 3 .*would make it 3/,
    );
  });

  it("lets a step run while others change what it does not touch", async () => {
    const before = aDeployment("web");
    const world = aWorld([before], writes({ [IMAGE]: "web:2" }));
    const { hold } = await previewed(world, [setImage("web:2")]);
    const scaled = withField(before, "spec/replicas", 10);
    replace(world, withField(withField(scaled, MARK("team"), "shop"), "status/readyReplicas", 9));
    assert.equal(await hold(1), null);
  });

  it("holds back a step whose field somebody set to something else, or to the same", async () => {
    for (const image of ["web:hotfix", "web:2"]) {
      const before = aDeployment("web");
      const world = aWorld([before], writes({ [IMAGE]: "web:2" }));
      const { hold } = await previewed(world, [setImage("web:2")]);
      replace(world, withField(before, IMAGE, image));
      // `set` prints only what it would change (kubectl 1.32).
      if (image === "web:2") world.dry = () => [];
      const held = await hold(1);
      assert.equal(held?.heldBack, "other", image);
      assert.match(held?.reason ?? "", new RegExp(`image is ${image} now, and was web:1 `));
    }
  });

  it("holds back a step whose words mean a kind of another group by now", async () => {
    const before = aDeployment("web");
    const world = aWorld([before], writes({ [IMAGE]: "web:2" }));
    const { hold } = await previewed(world, [setImage("web:2")]);
    replace(world, { ...before, apiVersion: "apps/v1beta1" });
    assert.equal(await hold(1), null);
    replace(world, { ...before, apiVersion: "apps.example/v1" });
    assert.equal((await hold(1))?.heldBack, "other");
  });

  it("names what was lost where the dry run itself fails for it", async () => {
    const before = aDeployment("web");
    const world = aWorld([before]);
    const { hold, steps } = await previewed(world, [aStep("scale deployment/web --replicas=5 -n staging")]);
    assert.ok(steps[0]?.args.includes("--current-replicas=3"));
    replace(world, withField(before, "spec/replicas", 7));
    world.dry = () => "Expected replicas to be 3, was 7";
    const held = await hold(1);
    assert.equal(held?.heldBack, "other");
    assert.match(held?.reason ?? "", /spec\.replicas is 7 now, and was 3 /);
  });

  it("cannot tell where the cluster does not answer, and says so", async () => {
    const world = aWorld([aDeployment("web")], writes({ [IMAGE]: "web:2" }));
    const { hold } = await previewed(world, [setImage("web:2")]);
    world.dry = () => "The server did not answer";
    const held = await hold(1);
    assert.equal(held?.heldBack, "untold");
    assert.match(held?.reason ?? "", /The server did not answer/);
  });

  it("holds back what was seen and is not kept any more", async () => {
    const world = aWorld([aDeployment("web")], writes({ [IMAGE]: "web:2" }));
    const { hold, bound } = await previewed(world, [setImage("web:2")]);
    for (const one of bound.bindings.states ?? []) one.sha256 = "0".repeat(64);
    assert.equal((await hold(1))?.heldBack, "untold");
  });

  it("holds back an answer that it cannot read", async () => {
    const world = aWorld([aDeployment("web")], writes({ [IMAGE]: "web:2" }));
    const { hold } = await previewed(world, [setImage("web:2")]);
    world.dry = () => [{ kind: "Deployment" } as ClusterObject];
    assert.equal((await hold(1))?.heldBack, "untold");
  });

  it("holds back a step that a dry run has touch another object too", async () => {
    const world = aWorld([aDeployment("web")], writes({ [IMAGE]: "web:2" }));
    const { hold } = await previewed(world, [aStep("apply -f web.yaml -n staging")]);
    world.objects.push(aDeployment("api"));
    assert.match((await hold(1))?.reason ?? "", /Deployment\/api in staging would be changed too/);
  });
});

describe("A look before a later step", () => {
  it("takes for granted what an earlier step was to leave", async () => {
    const before = aDeployment("web");
    const world = aWorld([before], (args, there) =>
      writes({ [IMAGE]: args.join(" ").includes("web:3") ? "web:3" : "web:2" })(args, there),
    );
    const { hold } = await previewed(world, [setImage("web:2"), setImage("web:3")]);
    replace(world, withField(before, IMAGE, "web:2"));
    assert.equal(await hold(2), null);
    replace(world, withField(before, IMAGE, "web:hotfix"));
    assert.match((await hold(2))?.reason ?? "", /image is web:hotfix now, and was web:2 /);
  });

  it("lets two steps each add to one list", async () => {
    const ENV = "spec/template/spec/containers/app/env";
    const before = aDeployment("web");
    const world = aWorld([before], (args, there) => {
      const name = args.join(" ").includes("ONE=") ? "ONE" : "TWO";
      return there.map((one) => {
        const list = withField(one, ENV, envOf(one));
        return withField(list, `${ENV}/${name}/value`, "1");
      });
    });
    const { hold } = await previewed(world, [
      aStep("set env deployment/web ONE=1 -n staging"),
      aStep("set env deployment/web TWO=1 -n staging"),
    ]);
    replace(world, withField(withField(before, ENV, []), `${ENV}/ONE/value`, "1"));
    assert.equal(await hold(2), null);
  });

  it("does not mind that an earlier step makes what it changes, or deletes it first", async () => {
    const made = aDeployment("web");
    const apply = aStep("apply -f a.yaml -n staging");
    const world = aWorld([], () => [made]);
    const twice = await previewed(world, [apply, aStep("apply -f b.yaml -n staging")]);
    world.objects = [made];
    world.dry = writes({ [IMAGE]: "web:2" });
    assert.equal(await twice.hold(2), null);
    assert.match((await twice.hold(1))?.reason ?? "", /is there by now/);

    const anew = aWorld([made], writes({ [IMAGE]: "web:2" }));
    const { hold } = await previewed(anew, [aStep("delete deployment web -n staging"), apply]);
    anew.objects = [];
    anew.dry = () => [withField(made, IMAGE, "web:2")];
    assert.equal(await hold(2), null);
  });

  it("may undo what an earlier step of the plan does, and nothing that somebody else did", async () => {
    const before = aDeployment("web");
    const world = aWorld([before]);
    const { hold } = await previewed(world, [
      aStep("scale deployment/web --replicas=0 -n staging"),
      aStep("rollout pause deployment/web -n staging"),
      setImage("web:1"),
      aStep("rollout resume deployment/web -n staging"),
      aStep("scale deployment/web --replicas=3 -n staging"),
    ]);
    const left = withField(withField(before, "spec/replicas", 0), "spec/paused", true);
    world.objects = [left];
    assert.deepEqual([await hold(4), await hold(5)], [null, null]);
    world.objects = [withField(left, "spec/replicas", 9)];
    assert.deepEqual([await hold(4), (await hold(5))?.heldBack], [null, "other"]);
  });

  it("drains a node that the plan cordons, and uncordons it", async () => {
    const node: ClusterObject = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n1", uid: "1" },
      spec: {},
    };
    const world = aWorld([node], () => []);
    const { hold } = await previewed(world, [
      aStep("cordon n1"),
      aStep("drain n1 --ignore-daemonsets"),
      aStep("uncordon n1"),
    ]);
    assert.equal(await hold(1), null);
    world.objects = [withField(node, "spec/unschedulable", true)];
    assert.deepEqual([await hold(2), await hold(3)], [null, null]);
    assert.equal((await hold(1))?.heldBack, "other");
  });

  it("of which nothing could be seen lets it touch what it names alone", async () => {
    const world = aWorld([], () => "deployments.apps web not found");
    const first = aStep("create configmap other -n staging");
    world.dry = (args) =>
      args.includes("configmap")
        ? [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "other", namespace: "staging" } }]
        : "deployments.apps web not found";
    const { hold, bound } = await previewed(world, [first, setImage("web:2")]);
    assert.deepEqual(
      bound.bindings.states?.map(({ step }) => step),
      [1],
    );
    world.objects = [aDeployment("web")];
    world.dry = writes({ [IMAGE]: "web:2" });
    assert.equal(await hold(2), null);
    world.dry = () => [aDeployment("api")];
    assert.equal((await hold(2))?.heldBack, "other");
  });

  it("is held back where its selector finds nothing still", async () => {
    const world = aWorld([], () => [aDeployment("web")]);
    const { hold } = await previewed(world, [
      aStep("apply -f web.yaml -n staging"),
      aStep("rollout restart deployment -l app=web -n staging"),
    ]);
    assert.match(
      (await hold(2))?.reason ?? "",
      /Nothing matches: there are no deployments with --selector=app=web/,
    );
    world.objects = [aDeployment("web")];
    assert.equal(await hold(2), null);
  });
});

describe("What is another one each time", () => {
  it("a restart runs, also after somebody else's, and not on what was made anew", async () => {
    const before = aDeployment("web");
    const restart = aStep("rollout restart deployment/web -n staging");
    const world = aWorld([before]);
    const { hold } = await previewed(world, [restart]);
    assert.equal(await hold(1), null);
    const restarted = structuredClone(before);
    Object.assign((restarted["spec"] as { template: { metadata: object } }).template.metadata, {
      annotations: { "kubectl.kubernetes.io/restartedAt": "2026-11-30T12:00:00Z" },
    });
    world.objects = [restarted];
    assert.equal(await hold(1), null);
    world.objects = [withField(before, "metadata/uid", "another")];
    assert.match((await hold(1))?.reason ?? "", /deleted and made anew/);
  });

  it("what the server chooses for a new Service or Job may be another", async () => {
    const service = (nodePort: number, clusterIP: string, target: number) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "staging", uid: clusterIP },
      spec: { clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, targetPort: target, nodePort }] },
    });
    const world = aWorld([], () => [service(30_001, "10.0.0.1", 8080)]);
    const { hold } = await previewed(world, [aStep("create -f web.yaml -n staging")]);
    world.dry = () => [service(30_999, "10.0.0.9", 8080)];
    assert.equal(await hold(1), null);
    world.dry = () => [service(30_999, "10.0.0.9", 9090)];
    assert.equal((await hold(1))?.heldBack, "other");

    const job = (uid: string, name: string, image: string) => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name, generateName: "once-", namespace: "staging", uid },
      spec: {
        selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
        template: {
          metadata: { labels: { "job-name": name } },
          spec: { containers: [{ name: "app", image }] },
        },
      },
    });
    const jobs = aWorld([], () => [job("u1", "once-abc", "job:1")]);
    const made = await previewed(jobs, [aStep("create -f job.yaml -n staging")]);
    jobs.dry = () => [job("u2", "once-xyz", "job:1")];
    assert.equal(await made.hold(1), null);
    jobs.dry = () => [job("u2", "once-xyz", "job:9")];
    assert.match((await made.hold(1))?.reason ?? "", /image job:9, and with job:1 /);
  });

  it("what apply remembers of itself may be another text, and a time that a webhook writes another time", async () => {
    const LAST = "kubectl.kubernetes.io/last-applied-configuration";
    const marked = (object: ClusterObject, marks: Record<string, string>) => ({
      ...object,
      metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...marks } },
    });
    const before = marked(aDeployment("web"), { [LAST]: "{}", touched: "2026-11-30T01:00:00Z" });
    const stamped = (time: string) => (): ClusterObject[] => [
      marked(withField(before, IMAGE, "web:2"), { [LAST]: '{"a":1}', touched: time }),
    ];
    const world = aWorld([before], stamped("2026-11-30T02:00:00Z"));
    const { hold } = await previewed(world, [aStep("apply -f web.yaml -n staging")]);
    world.objects = [marked(before, { [LAST]: '{"b":2}', touched: "2026-11-30T01:30:00Z" })];
    world.dry = stamped("2026-11-30T03:00:00Z");
    assert.equal(await hold(1), null);
  });
});

describe("A look before a delete", () => {
  const remove = aStep("delete deployment web -n staging");

  it("lets it delete the very object that was seen, whatever its controllers changed in it", async () => {
    const before = aDeployment("web");
    const world = aWorld([before], () => []);
    const { hold } = await previewed(world, [remove]);
    const scaled = withField(withField(before, "spec/replicas", 9), "status/readyReplicas", 9);
    replace(world, setBy(scaled, "kube-controller-manager", { "f:spec": { "f:replicas": {} } }));
    assert.equal(await hold(1), null);
  });

  it("holds back the delete of what somebody changed since, because its rollback makes what was seen", async () => {
    const before = aDeployment("web");
    const world = aWorld([before], () => []);
    const { hold } = await previewed(world, [remove]);
    replace(world, withField(before, IMAGE, "web:hotfix"));
    assert.match(
      (await hold(1))?.reason ?? "",
      /image is web:hotfix now, and was web:1 when this was planned/,
    );
  });

  it("lets it delete what earlier steps of the plan changed", async () => {
    const before = aDeployment("web");
    const world = aWorld([before], () => []);
    const scale = aStep("scale deployment/web --replicas=0 -n staging");
    world.dry = () => [before];
    const { hold } = await previewed(world, [scale, remove]);
    world.dry = () => [];
    replace(world, withField(before, "spec/replicas", 0));
    assert.equal(await hold(2), null);
  });

  it("lets it delete what nothing makes again, whatever changed in it", async () => {
    const secret: ClusterObject = {
      ...{ apiVersion: "v1", kind: "Secret", data: { a: "b" } },
      metadata: { name: "key", namespace: "staging", uid: "1" },
    };
    const world = aWorld([secret], () => []);
    const { hold } = await previewed(world, [aStep("delete secret key -n staging")]);
    replace(world, { ...secret, data: { a: "c" } });
    assert.equal(await hold(1), null);
  });

  it("holds back the delete of one that was made anew, or is gone", async () => {
    const before = aDeployment("web");
    const world = aWorld([before], () => []);
    const { hold } = await previewed(world, [remove]);
    replace(world, withField(before, "metadata/uid", "another"));
    assert.match((await hold(1))?.reason ?? "", /deleted and made anew/);
    world.objects = [];
    assert.match((await hold(1))?.reason ?? "", /is not there any more/);
  });

  it("holds back one that would delete more", async () => {
    const world = aWorld([aDeployment("web")], () => []);
    const { hold } = await previewed(world, [aStep("delete deployment -l app=web -n staging")]);
    world.objects.push(aDeployment("api"));
    assert.match((await hold(1))?.reason ?? "", /Deployment\/api in staging would be changed too/);
  });
});

describe("What a step's risk rests on", () => {
  const job = (status: object): ClusterObject => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "once", namespace: "staging", uid: "1" },
    status,
  });

  it("has to be so still", async () => {
    const world = aWorld([job({ conditions: [{ type: "Complete", status: "True" }] })], () => []);
    const { hold } = await previewed(world, [aStep("delete job once -n staging")]);
    assert.equal(await hold(1), null);
    replace(world, job({ active: 1 }));
    assert.match((await hold(1))?.reason ?? "", /the job is not seen to have ended/);
  });

  it("holds back a step whose look finds it riskier by now", async () => {
    const scaler: ClusterObject = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web", namespace: "staging" },
      spec: { minReplicas: 1, maxReplicas: 50 },
    };
    const before = aDeployment("web", { replicas: 10 });
    const world = aWorld([before], () => [scaler]);
    const { hold } = await previewed(world, [aStep("autoscale deployment/web --max=50 -n staging")]);
    assert.equal(await hold(1), null);
    replace(world, withField(before, "spec/replicas", 2));
    assert.match((await hold(1))?.reason ?? "", /more than tenfold 2/);
  });
});

function envOf(object: ClusterObject): unknown[] {
  const { template } = object["spec"] as { template: { spec: { containers: { env?: unknown[] }[] } } };
  return template.spec.containers[0]?.env ?? [];
}
