import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { type StoryCluster, startStories } from "./stories.ts";

const TEN_MINUTES_MS = 600_000;

suite("incidents in the pods of the playground's cluster", () => {
  let told: StoryCluster;
  before(async () => {
    told = await startStories();
  });
  after(() => told.close());

  test("a bad image", async () => {
    await told.ok(
      "set",
      "image",
      "deployment/web",
      "web=registry.example/web:does-not-exist",
      "-n",
      "staging",
    );
    await told.letPass(60_000);
    const pod = await told.podThat("web", "staging", / 0\/1 +ImagePullBackOff +0 /);
    const about = await told.ok("describe", "pod", pod, "-n", "staging");
    assert.match(about, /^ {4}State: +Waiting\n {6}Reason: +ImagePullBackOff$/m);
    assert.match(
      about,
      /Warning +Failed +\S.* kubelet +Failed to pull image "registry\.example\/web:does-not-exist": /,
    );
    const lines = await told.ok("events", "--for", `pod/${pod}`, "-n", "staging", "--types=Warning");
    assert.match(lines, /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/m);
    assert.match(lines, new RegExp(`Warning +Failed +Pod/${pod} +Error: ImagePullBackOff$`, "m"));
    assert.doesNotMatch(lines, /Normal|flaky-worker/);
    assert.match(
      await told.fails("logs", pod, "-n", "staging"),
      /is waiting to start: trying and failing to pull image/,
    );
    await told.ok("rollout", "undo", "deployment/web", "-n", "staging");
    await told.allUp("web", "staging", 2);
  });

  test("a container that runs out of memory", async () => {
    const of = "production/deployment/checkout";
    const path = "spec.template.spec.containers.checkout.resources.limits.memory".split(".");
    await told.begin(
      { of, is: "OOMKilled", while: [{ object: of, path, below: "256Mi" }] },
      { of, previous: true, lines: ["INFO  loading 38211 open orders"] },
    );
    await told.ok("set", "resources", "deployment/checkout", "--limits=memory=128Mi", "-n", "production");
    await told.letPass(TEN_MINUTES_MS);
    const pod = await told.podThat("checkout", "production", / 0\/1 +CrashLoopBackOff +\d+ \(\S+ ago\) /);
    const about = await told.ok("describe", "pod", pod, "-n", "production");
    assert.match(about, /^ {4}Last State: +Terminated\n {6}Reason: +OOMKilled\n {6}Exit Code: +137$/m);
    assert.match(about, /^ {4}Limits:\n {6}memory: +128Mi$/m);
    assert.match(
      about,
      /Warning +BackOff +\S+ \(x\d+ over \S+\) +kubelet +Back-off restarting failed container/,
    );
    const unseen = await told.ok("describe", "pod", pod, "-n", "production", "--show-events=false");
    assert.doesNotMatch(unseen, /Back-off|Events/);
    assert.equal(
      await told.ok("logs", pod, "-n", "production", "--previous"),
      "INFO  loading 38211 open orders\n",
    );
    await told.ok("set", "resources", "deployment/checkout", "--limits=memory=512Mi", "-n", "production");
    await told.allUp("checkout", "production", 2);
  });

  test("a probe that asks for what is not there", async () => {
    const of = "production/deployment/payment-api";
    const path = "spec.template.spec.containers.payment-api.readinessProbe.httpGet.path".split(".");
    const message = "Readiness probe failed: HTTP probe failed with statuscode: 404";
    await told.begin({ of, is: "Unready", while: [{ object: of, path, is: "/healtz" }], message });
    const probe = (asked: string) => ({ readinessProbe: { httpGet: { path: asked, port: 8080 } } });
    await told.container("payment-api", "production", probe("/healtz"));
    const pod = await told.podThat("payment-api", "production", / 0\/1 +Running +0 /);
    const about = await told.ok("describe", "pod", pod, "-n", "production");
    assert.match(about, /^ {4}Readiness: +http-get http:\/\/:8080\/healtz delay=0s timeout=1s period=10s/m);
    assert.match(about, /Warning +Unhealthy +\S+ +kubelet +Readiness probe failed: .*404$/m);
    await told.container("payment-api", "production", probe("/healthz"));
    await told.allUp("payment-api", "production", 3);
  });

  test("a config map that is not there", async () => {
    await told.container("checkout", "staging", { envFrom: [{ configMapRef: { name: "checkout-config" } }] });
    const pod = await told.podThat("checkout", "staging", / 0\/1 +CreateContainerConfigError +0 /);
    const about = await told.ok("describe", "pod", pod, "-n", "staging");
    assert.match(
      about,
      /^ {4}Environment Variables from:\n {6}checkout-config +ConfigMap +Optional: false$/m,
    );
    assert.match(about, /Warning +Failed +\S+ +kubelet +Error: configmap "checkout-config" not found$/m);
    await told.ok("create", "configmap", "checkout-config", "--from-literal=CURRENCY=EUR", "-n", "staging");
    await told.allUp("checkout", "staging", 2);
    assert.ok(
      (await told.pods("checkout", "staging")).some((row) => row.startsWith(pod)),
      "the same pod came up",
    );
  });

  test("a crash after a change of a config map, and the same pods come up again", async () => {
    const of = "staging/deployment/legacy-report";
    const object = "staging/configmap/app-settings";
    await told.begin(
      { of, is: "CrashLoopBackOff", while: [{ object, path: ["data", "REGION"], is: "eu-south" }] },
      { of, previous: true, lines: ["FATAL no region eu-south, exit 1"] },
    );
    await told.allUp("legacy-report", "staging", 1);
    await told.patch("configmap/app-settings", "staging", { data: { REGION: "eu-south" } });
    await told.letPass(TEN_MINUTES_MS);
    const pod = await told.podThat("legacy-report", "staging", / 0\/1 +CrashLoopBackOff +\d+ \(/);
    assert.equal(
      await told.ok("logs", pod, "--previous", "-n", "staging"),
      "FATAL no region eu-south, exit 1\n",
    );
    await told.patch("configmap/app-settings", "staging", { data: { REGION: "eu-north" } });
    await told.allUp("legacy-report", "staging", 1);
    assert.match(
      (await told.pods("legacy-report", "staging"))[0] ?? "",
      new RegExp(`^${pod} +1/1 +Running +[1-9]`),
    );
  });
});
