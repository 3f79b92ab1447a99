import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { type StoryCluster, startStories } from "./stories.ts";

suite("incidents around the pods of the playground's cluster", () => {
  let told: StoryCluster;
  before(async () => {
    told = await startStories();
  });
  after(() => told.close());

  test("a quota, which is raised, and what another one leaves of it", async () => {
    const file = join(told.dir, "quota.yaml");
    const spec = 'spec: {hard: {pods: "4"}}';
    await told.ok("create", "namespace", "small");
    await writeFile(
      file,
      `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: few, namespace: small}\n${spec}\n`,
    );
    await told.ok("apply", "-f", file);
    for (const name of ["search", "other"])
      await told.ok(
        "create",
        "deployment",
        name,
        "--image=registry.example/search:1",
        "--replicas=3",
        "-n",
        "small",
      );
    assert.equal((await told.pods("other", "small")).length, 1);
    assert.match(
      await told.ok("get", "events", "-n", "small"),
      /FailedCreate +replicaset\/other-.* exceeded quota: few/,
    );
    assert.match(await told.ok("describe", "quota", "few", "-n", "small"), /^pods +4 +4$/m);
    await told.ok("scale", "deployment/search", "--replicas=2", "-n", "small");
    assert.equal((await told.pods("other", "small")).length, 2);
    await told.patch("resourcequota/few", "small", { spec: { hard: { pods: "5" } } });
    await told.allUp("other", "small", 3);
  });

  test("pods that wait for a node", async () => {
    await told.patch("deployment/legacy-report", "production", {
      spec: { template: { spec: { nodeSelector: { disktype: "ssd" } } } },
    });
    const pod = await told.podThat("legacy-report", "production", / 0\/0 +Pending +0 /);
    const about = await told.ok("describe", "pod", pod, "-n", "production");
    assert.match(about, /^Node-Selectors: +disktype=ssd$/m);
    assert.match(
      about,
      /FailedScheduling +\S+ +default-scheduler +0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector\./,
    );
    assert.equal(await told.ok("logs", pod, "-n", "production"), "");
    await told.ok("label", "node/playground", "disktype=ssd");
    await told.allUp("legacy-report", "production", 1);
  });

  test("a service whose selector finds nothing", async () => {
    const ends = async () =>
      (await told.ok("get", "endpoints", "web", "-n", "production", "--no-headers")).trim();
    assert.match(await ends(), /^web +10\.42\.0\.\d+:80,10\.42\.0\.\d+:80 /);
    await told.patch("service/web", "production", { spec: { selector: { app: "wbe" } } });
    assert.match(await ends(), /^web +<none> /);
    assert.match(
      await told.ok("get", "endpointslices", "-n", "production"),
      /^web-\w+ +IPv4 +<unset> +<unset> /m,
    );
    const about = await told.ok("describe", "service", "web", "-n", "production");
    assert.match(about, /^Selector: +app=wbe$/m);
    assert.match(about, /^Endpoints: *$/m);
    await told.patch("service/web", "production", { spec: { selector: { app: "web" } } });
    assert.match(
      await told.ok("describe", "service", "web", "-n", "production"),
      /^Endpoints: +10\.42\.\S+:80,10\.42\.\S+:80$/m,
    );
  });

  test("an autoscaler that takes the count back", async () => {
    await told.ok("autoscale", "deployment/payment-api", "--min=3", "--max=8", "-n", "staging");
    await told.ok("scale", "deployment/payment-api", "--replicas=2", "-n", "staging");
    const count = () =>
      told.ok("get", "deployment/payment-api", "-n", "staging", "-o", "jsonpath={.spec.replicas}");
    assert.equal(await count(), "2");
    await told.letPass(5_000);
    assert.equal(await count(), "3");
    assert.match(
      await told.ok("get", "events", "-n", "staging"),
      /Normal +SuccessfulRescale +horizontalpodautoscaler\/payment-api +New size: 3; reason: Current number of replicas below Spec\.MinReplicas/,
    );
    const whole = await told.ok(
      "get",
      "deployment/payment-api",
      "-n",
      "staging",
      "-o",
      "json",
      "--show-managed-fields",
    );
    const writers = JSON.parse(whole).metadata.managedFields.filter(
      (one: { fieldsV1: { "f:spec"?: object } }) => "f:replicas" in (one.fieldsV1["f:spec"] ?? {}),
    );
    assert.deepEqual(
      writers.map((one: { manager: string; subresource: string }) => [one.manager, one.subresource]),
      [["kube-controller-manager", "scale"]],
    );
    const row = /^payment-api +Deployment\/payment-api +cpu: <unknown>\/80% +3 +8 +3 /m;
    assert.match(await told.ok("get", "hpa", "-n", "staging"), row);
    await told.patch("hpa/payment-api", "staging", { spec: { minReplicas: 2 } });
    await told.ok("scale", "deployment/payment-api", "--replicas=2", "-n", "staging");
    await told.letPass(5_000);
    assert.equal(await count(), "2");
  });

  test("what is deleted and held by a finalizer", async () => {
    await told.ok("create", "configmap", "old-locks", "-n", "staging");
    await told.patch("configmap/old-locks", "staging", {
      metadata: { finalizers: ["locks.example.com/release"] },
    });
    await told.ok("delete", "configmap/old-locks", "-n", "staging", "--wait=false");
    const left = await told.ok("get", "configmap/old-locks", "-n", "staging", "-o", "yaml");
    assert.match(left, /^ {2}deletionTimestamp: /m);
    assert.match(left, /^ {2}finalizers:\n {2}- locks\.example\.com\/release$/m);
    await told.patch("configmap/old-locks", "staging", { metadata: { finalizers: null } });
    assert.match(await told.fails("get", "configmap/old-locks", "-n", "staging"), /NotFound/);
  });
});
