import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { startCluster, type TestCluster } from "./support.ts";

suite("pods that do not come up in the playground's cluster", () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.close());

  async function ok(...args: string[]): Promise<string> {
    const { out, err, code } = await cluster.inProcess(...args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${err}`);
    return out;
  }
  type Pod = {
    spec: { nodeName?: string };
    status: {
      phase: string;
      containerStatuses?: {
        ready: boolean;
        restartCount: number;
        state: { waiting?: { reason: string; message?: string } };
        lastState?: { terminated: { exitCode: number } };
      }[];
      conditions: { reason?: string }[];
    };
  };
  async function podsOf(app: string, namespace: string): Promise<Pod[]> {
    return JSON.parse(await ok("get", "pods", "-l", `app=${app}`, "-n", namespace, "-o", "json")).items;
  }
  const reasons = (pods: Pod[]) =>
    pods.map(({ status }) => status.containerStatuses?.[0]?.state.waiting?.reason ?? status.phase);
  async function reasonOf(app: string, namespace: string, type: string): Promise<string> {
    const path = `jsonpath={.status.conditions[?(@.type=="${type}")].reason}`;
    return ok("get", `deployment/${app}`, "-n", namespace, "-o", path);
  }
  const patch = (app: string, namespace: string, spec: object) =>
    ok("patch", `deployment/${app}`, "-n", namespace, "-p", JSON.stringify({ spec }));
  const container = (name: string, more: object) => ({
    template: { spec: { containers: [{ name, ...more }] } },
  });

  test("by an image that is not there: first the pull fails, then it is waited for", async () => {
    await ok("set", "image", "deployment/web", "web=registry.example/web:missing", "-n", "staging");
    assert.ok(reasons(await podsOf("web", "staging")).includes("ErrImagePull"));
    await wait(1_100);
    const pods = await podsOf("web", "staging");
    assert.deepEqual(reasons(pods).toSorted(), ["ImagePullBackOff", "Running", "Running"]);
    assert.match(
      await ok("get", "events", "-n", "staging"),
      /Normal +BackOff +pod\/web-\w+-\w+ +Back-off pulling image "registry\.example\/web:missing"/,
    );
  });

  test("by a quota: the replica set may not make more, and once it may it does", async () => {
    const file = join(cluster.dir, "quota.yaml");
    await writeFile(
      file,
      'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: small, namespace: production}\nspec: {hard: {pods: "11"}}\n',
    );
    await ok("apply", "-f", file);
    await ok("scale", "deployment/checkout", "--replicas=9", "-n", "production");
    assert.equal((await podsOf("checkout", "production")).length, 4);
    assert.equal(await reasonOf("checkout", "production", "ReplicaFailure"), "FailedCreate");
    const event =
      /FailedCreate +replicaset\/checkout-\w+ +Error creating: pods "checkout-\w+-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=11, limited: pods=11/;
    assert.match(await ok("get", "events", "-n", "production"), event);
    await ok("delete", "-f", file);
    assert.equal((await podsOf("checkout", "production")).length, 9);
    assert.equal(await reasonOf("checkout", "production", "ReplicaFailure"), "");
  });

  test("by a readiness probe: it runs, is not ready, and nothing restarts it", async () => {
    const readinessProbe = { httpGet: { path: "/missing", port: 8080 } };
    await patch("payment-api", "staging", container("payment-api", { readinessProbe }));
    const [fresh] = (await podsOf("payment-api", "staging")).filter(
      ({ status }) => status.containerStatuses?.[0]?.ready === false,
    );
    assert.equal(fresh?.status.phase, "Running");
    assert.equal(fresh?.status.containerStatuses?.[0]?.restartCount, 0);
  });

  test("by a liveness probe: it is restarted more and more often", async () => {
    const livenessProbe = { exec: { command: ["check", "broken"] } };
    await patch("legacy-report", "staging", container("legacy-report", { livenessProbe }));
    const restarts = async () =>
      Math.max(
        ...(await podsOf("legacy-report", "staging")).map(
          ({ status }) => status.containerStatuses?.[0]?.restartCount ?? 0,
        ),
      );
    assert.equal(await restarts(), 0);
    await wait(2_100);
    assert.equal(await restarts(), 2);
    const crashed = (await podsOf("legacy-report", "staging")).find(
      ({ status }) => status.containerStatuses?.[0]?.restartCount === 2,
    );
    assert.equal(crashed?.status.containerStatuses?.[0]?.lastState?.terminated.exitCode, 1);
    assert.equal(crashed?.status.containerStatuses?.[0]?.state.waiting?.reason, "CrashLoopBackOff");
  });

  test("for want of a node: they wait, and come up once one takes them", async () => {
    const nodeSelector = { disk: "fast" };
    await patch("flaky-worker", "default", { template: { spec: { nodeSelector } } });
    const waiting = (await podsOf("flaky-worker", "default")).filter(
      ({ spec }) => spec.nodeName === undefined,
    );
    assert.deepEqual(
      waiting.map(({ status }) => [status.phase, status.conditions[0]?.reason]),
      [["Pending", "Unschedulable"]],
    );
    assert.match(await ok("get", "events"), /FailedScheduling +pod\/flaky-worker-/);
    await ok("label", "node/playground", "disk=fast");
    assert.match(
      await ok("rollout", "status", "deployment/flaky-worker", "--timeout=5s"),
      /successfully rolled out/,
    );
  });

  test("beyond what a node takes: so many are ready, the rest waits", async () => {
    await ok("scale", "deployment/web", "--replicas=113");
    const pods = await podsOf("web", "default");
    assert.deepEqual([pods.length, pods.filter(({ spec }) => spec.nodeName === undefined).length], [113, 3]);
  });

  test("for longer than the deployment gives them: its rollout is past its deadline", async () => {
    const containers = [{ name: "checkout", image: "registry.example/checkout:broken" }];
    const template = { spec: { containers } };
    await patch("checkout", "default", { progressDeadlineSeconds: 1, template });
    assert.equal(await reasonOf("checkout", "default", "Progressing"), "ReplicaSetUpdated");
    const { code, err } = await cluster.inProcess("rollout", "status", "deployment/checkout");
    assert.deepEqual([code, err], [1, 'error: deployment "checkout" exceeded its progress deadline\n']);
    assert.equal(await reasonOf("checkout", "default", "Progressing"), "ProgressDeadlineExceeded");
  });
});
