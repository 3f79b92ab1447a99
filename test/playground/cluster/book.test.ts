import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { ManagedEntry } from "#playground/cluster/state.ts";
import { startCluster, type TestCluster } from "./support.ts";

suite("who wrote what in the playground's cluster", () => {
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
  const web = ["deployment/web", "-n", "staging"];
  async function book(...what: string[]): Promise<ManagedEntry[]> {
    const text = await ok("get", ...what, "-o", "json", "--show-managed-fields");
    return JSON.parse(text).metadata.managedFields;
  }
  const named = (entries: ManagedEntry[], manager: string) =>
    entries.find((entry) => entry.manager === manager);

  test("is shown only where it is asked for", async () => {
    assert.equal(JSON.parse(await ok("get", ...web, "-o", "json")).metadata.managedFields, undefined);
    assert.doesNotMatch(await ok("get", "deployments,services", "-A", "-o", "yaml"), /managedFields/);
    assert.doesNotMatch(await ok("scale", ...web, "--replicas=2", "-o", "json"), /managedFields/);
  });

  test("goes by kubectl's own names, field by field, and the last writer has it", async () => {
    await ok("set", "image", ...web, "web=registry.example/web:2.5.0");
    const [made, set] = ["kubectl-create", "kubectl-set"];
    const image = (entry?: ManagedEntry) => JSON.stringify(entry?.fieldsV1).includes('"f:image"');
    const first = await book(...web);
    assert.deepEqual([image(named(first, made)), image(named(first, set))], [false, true]);
    assert.deepEqual(named(first, set)?.fieldsV1, {
      "f:spec": {
        "f:template": { "f:spec": { "f:containers": { 'k:{"name":"web"}': { "f:image": {} } } } },
      },
    });
    await ok(
      ...["patch", ...web, "--field-manager=hotfix", "-p"],
      '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"registry.example/web:2.4.7"}]}}}}',
    );
    const second = await book(...web);
    assert.deepEqual([image(named(second, "hotfix")), named(second, set)], [true, undefined]);
    await ok("scale", ...web, "--replicas=3");
    const scaled = named(await book(...web), "kubectl");
    assert.deepEqual([scaled?.subresource, scaled?.fieldsV1], ["scale", { "f:spec": { "f:replicas": {} } }]);
    const controller = named(await book(...web), "kube-controller-manager");
    assert.deepEqual([controller?.subresource, controller?.operation], ["status", "Update"]);
  });

  test("is nobody's any more where it was taken away", async () => {
    await ok("label", ...web, "team=a", "tier=b");
    await ok("label", ...web, "team-");
    const fields = named(await book(...web), "kubectl-label")?.fieldsV1;
    assert.deepEqual(fields, { "f:metadata": { "f:labels": { "f:tier": {} } } });
  });

  test("an apply is booked by its kind", async () => {
    const file = join(cluster.dir, "map.yaml");
    await writeFile(
      file,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: staging}\ndata: {a: b}\n",
    );
    await ok("apply", "-f", file);
    const [entry] = await book("configmap/m", "-n", "staging");
    assert.deepEqual([entry?.manager, entry?.operation], ["kubectl-client-side-apply", "Update"]);
    await ok("apply", "--server-side", "--force-conflicts", "-f", file);
    await ok("delete", "-f", file);
  });

  test("a write from what was read before is refused once somebody has written", async () => {
    const at = JSON.parse(await ok("get", ...web, "-o", "json")).metadata;
    await ok("annotate", ...web, "seen=1");
    const patch = (metadata: object) =>
      cluster.inProcess("patch", ...web, "--type=merge", "-p", JSON.stringify({ metadata }));
    const late = await patch({ resourceVersion: at.resourceVersion, annotations: { seen: "2" } });
    assert.equal(late.code, 1);
    assert.match(
      late.err,
      /^Error from server \(Conflict\): Operation cannot be fulfilled on deployments\.apps "web": the object has been modified/,
    );
    assert.match((await patch({ uid: "other" })).err, /Precondition failed: UID in precondition: other/);
    assert.equal((await patch({ uid: at.uid, generation: 99, annotations: { seen: "3" } })).code, 0);
    assert.notEqual(JSON.parse(await ok("get", ...web, "-o", "json")).metadata.generation, 99);
  });

  test("finalizers hold what is deleted until they are taken away", async () => {
    await ok("create", "configmap", "held", "--from-literal=a=b", "-n", "staging");
    const held = ["configmap/held", "-n", "staging"];
    await ok("patch", ...held, "--type=merge", "-p", '{"metadata":{"finalizers":["example.com/keep"]}}');
    const late = await cluster.inProcess("delete", ...held, "--timeout=0.2s");
    assert.deepEqual(
      [late.code, late.out, late.err],
      [1, 'configmap "held" deleted\n', "error: timed out waiting for the condition on configmaps/held\n"],
    );
    const { metadata } = JSON.parse(await ok("get", ...held, "-o", "json"));
    assert.equal(typeof metadata.deletionTimestamp, "string");
    assert.equal(await ok("delete", ...held, "--wait=false"), 'configmap "held" deleted\n');
    const waits = cluster.inProcess("delete", ...held);
    await ok("patch", ...held, "--type=json", "-p", '[{"op":"remove","path":"/metadata/finalizers"}]');
    assert.equal((await waits).code, 0);
    assert.equal(await ok("get", ...held, "--ignore-not-found"), "");
  });
});
