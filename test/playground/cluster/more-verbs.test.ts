import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { startCluster, type TestCluster } from "./support.ts";

suite("verbs that change what is there in the playground's cluster", () => {
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
  async function fails(args: string[], err: RegExp): Promise<void> {
    const result = await cluster.inProcess(...args);
    assert.equal(result.code, 1, `kubectl ${args.join(" ")} ended with ${result.code}`);
    assert.match(result.err, err);
  }
  const node = (path: string) => ok("get", "node/playground", "-o", `jsonpath=${path}`);

  test("cordon and uncordon switch a node, and say where it is so already", async () => {
    assert.equal(await ok("uncordon", "playground"), "node/playground already uncordoned\n");
    assert.equal(
      await ok("cordon", "playground", "--dry-run=server"),
      "node/playground cordoned (server dry run)\n",
    );
    assert.equal(await node("{.spec.unschedulable}"), "");
    assert.equal(await ok("cordon", "playground"), "node/playground cordoned\n");
    assert.equal(await node("{.spec.unschedulable}"), "true");
    await ok("scale", "deployment/web", "--replicas=3");
    assert.match(await ok("get", "pods", "-l", "app=web"), /Pending/);
    assert.equal(await ok("uncordon", "playground"), "node/playground uncordoned\n");
    assert.match(await ok("rollout", "status", "deployment/web", "--timeout=5s"), /successfully/);
  });

  test("taints are added, not taken over, and taken away", async () => {
    assert.equal(await ok("taint", "nodes", "playground", "a=b:NoSchedule"), "node/playground tainted\n");
    assert.equal(await node("{.spec.taints}"), '[{"effect":"NoSchedule","key":"a","value":"b"}]');
    await fails(
      ["taint", "nodes", "playground", "a=c:NoSchedule"],
      /already has a taint\(s\) with same effect/,
    );
    await ok("taint", "nodes", "playground", "a=c:NoSchedule", "--overwrite");
    await fails(
      ["taint", "nodes", "playground", "b:NoSchedule-"],
      /^error: taint "b:NoSchedule" not found\n$/,
    );
    assert.equal(await ok("taint", "nodes", "playground", "a-"), "node/playground untainted\n");
    assert.equal(await node("{.spec.taints}"), "");
  });

  test("replace leaves nothing of what was there but what the server gave it", async () => {
    const file = join(cluster.dir, "service.yaml");
    const address = await ok("get", "service/web", "-o", "jsonpath={.spec.clusterIP}");
    await writeFile(
      file,
      "apiVersion: v1\nkind: Service\nmetadata: {name: web, annotations: {a: b}}\nspec: {selector: {app: web}, ports: [{port: 81}]}\n",
    );
    assert.equal(await ok("replace", "-f", file), "service/web replaced\n");
    const service = JSON.parse(await ok("get", "service/web", "-o", "json"));
    assert.deepEqual(
      [service.metadata.labels, service.metadata.annotations, service.spec.ports, service.spec.clusterIP],
      [undefined, { a: "b" }, [{ port: 81 }], address],
    );
    await fails(["replace", "-f", file, "-n", "staging-2"], /NotFound/);
  });

  test("expose makes a service, and set changes its selector", async () => {
    assert.equal(
      await ok("expose", "deployment/web", "--name=web-2", "--port=81", "--target-port=http"),
      "service/web-2 exposed\n",
    );
    assert.equal(
      await ok("set", "selector", "service/web-2", "app=other"),
      "service/web-2 selector updated\n",
    );
    const { spec } = JSON.parse(await ok("get", "service/web-2", "-o", "json"));
    assert.deepEqual(
      [spec.selector, spec.ports],
      [{ app: "other" }, [{ port: 81, protocol: "TCP", targetPort: "http" }]],
    );
    await fails(["expose", "deployment/web", "--name=web-2"], /AlreadyExists/);
    assert.equal(
      await ok("set", "serviceaccount", "deployment/web", "runner"),
      "deployment.apps/web serviceaccount updated\n",
    );
    const path = "jsonpath={.spec.template.spec.serviceAccountName}";
    assert.equal(await ok("get", "deployment/web", "-o", path), "runner");
  });

  test("stateful sets are kept, are up at once, and scale", async () => {
    const file = join(cluster.dir, "sets.yaml");
    const set = (kind: string, name: string) =>
      `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: ${name}, image: "d:1"}]}}}\n`;
    await writeFile(file, [set("StatefulSet", "db"), set("DaemonSet", "agent")].join("---\n"));
    await ok("apply", "-f", file);
    assert.equal(await ok("scale", "statefulset/db", "--replicas=3"), "statefulset.apps/db scaled\n");
    assert.equal(await ok("get", "statefulset/db", "-o", "jsonpath={.status.readyReplicas}"), "3");
    assert.equal(
      await ok("set", "image", "daemonset/agent", "agent=d:2"),
      "daemonset.apps/agent image updated\n",
    );
    assert.equal(await ok("get", "daemonset/agent", "-o", "jsonpath={.status.numberAvailable}"), "1");
  });
});
