import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { startCluster, type TestCluster } from "./support.ts";

suite("what the playground's kubectl changes besides", () => {
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
  async function fails(args: string[], err: RegExp | string): Promise<void> {
    const result = await cluster.inProcess(...args);
    assert.equal(result.code, 1, `kubectl ${args.join(" ")} ended with ${result.code}`);
    if (typeof err === "string") assert.equal(result.err, err);
    else assert.match(result.err, err);
  }
  const web = ["deployment/web", "-n", "staging"];
  const read = async (path: string) => ok("get", ...web, "-o", `jsonpath=${path}`);

  test("set env sets, adds and takes away, and says nothing when nothing changed", async () => {
    assert.equal(await ok("set", "env", ...web, "MODE=fast", "LEVEL=2"), "deployment.apps/web env updated\n");
    assert.equal(await ok("set", "env", ...web, "MODE=fast"), "");
    assert.equal(await ok("set", "env", ...web, "MODE=slow", "LEVEL-"), "deployment.apps/web env updated\n");
    assert.equal(await read("{.spec.template.spec.containers[0].env}"), '[{"name":"MODE","value":"slow"}]');
    await ok("set", "env", ...web, "MODE-");
    assert.equal(await read("{.spec.template.spec.containers[0].env}"), "");
    await fails(["set", "env", ...web], "error: at least one environment variable must be provided\n");
  });

  test("set resources sets limits and requests", async () => {
    assert.equal(
      await ok("set", "resources", ...web, "--limits=cpu=200m,memory=512Mi", "--requests=cpu=100m"),
      "deployment.apps/web resource requirements updated\n",
    );
    assert.equal(
      await read("{.spec.template.spec.containers[0].resources}"),
      '{"limits":{"cpu":"200m","memory":"512Mi"},"requests":{"cpu":"100m"}}',
    );
    await fails(
      ["set", "resources", ...web],
      "error: you must specify an update to requests or limits (in the form of --requests/--limits)\n",
    );
    await fails(
      ["set", "resources", ...web, "-c", "nope", "--limits=cpu=1"],
      "error: unable to find container named nope\n",
    );
    await fails(["set", "resources", ...web, "--limits=cpu=lots"], /quantities must match/);
  });

  test("label and annotate speak as kubectl does", async () => {
    assert.equal(await ok("label", ...web, "team=a"), "deployment.apps/web labeled\n");
    assert.equal(await ok("label", ...web, "team=a"), "deployment.apps/web not labeled\n");
    await fails(
      ["label", ...web, "team=b"],
      "error: 'team' already has a value (a), and --overwrite is false\n",
    );
    assert.equal(await ok("label", ...web, "team=b", "--overwrite"), "deployment.apps/web labeled\n");
    assert.equal(await ok("label", ...web, "team-"), "deployment.apps/web unlabeled\n");
    assert.equal(await read("{.metadata.labels}"), '{"app":"web"}');
    await fails(["label", ...web], "error: at least one label update is required\n");
    await fails(
      ["label", ...web, "a=1", "a-"],
      "error: can not both modify and remove a label in the same command\n",
    );
    await fails(["label", ...web, "a=x y"], /^error: invalid label value: "a=x y": a valid label must be/);
    assert.equal(await ok("annotate", ...web, "note=why not: all of it"), "deployment.apps/web annotated\n");
    await fails(
      ["annotate", ...web, "note=other"],
      "error: --overwrite is false but found the following declared annotation(s): 'note' already has a value (why not: all of it)\n",
    );
    assert.equal(await read("{.metadata.annotations.note}"), "why not: all of it");
    assert.equal(await ok("label", "namespace", "staging", "tier=two"), "namespace/staging labeled\n");
  });

  test("patches in three ways", async () => {
    const containers = '{"spec":{"template":{"spec":{"containers":[{"name":"web","tty":true}]}}}}';
    assert.equal(await ok("patch", ...web, "-p", containers), "deployment.apps/web patched\n");
    assert.equal(await ok("patch", ...web, "-p", containers), "deployment.apps/web patched (no change)\n");
    assert.equal(await read("{.spec.template.spec.containers[0].image}"), "registry.example/web:2.4.8");
    assert.equal(await read("{.spec.template.spec.containers[0].tty}"), "true");
    await ok("patch", ...web, "--type=merge", "-p", '{"spec":{"minReadySeconds":5,"strategy":null}}');
    assert.equal(await read("{.spec.minReadySeconds}/{.spec.strategy}"), "5/");
    await fails(["patch", ...web, "--type=merge", "-p", containers], /^The Deployment "web" is invalid: /);
    const json =
      '[{"op":"test","path":"/spec/replicas","value":2},{"op":"replace","path":"/spec/replicas","value":3}]';
    assert.equal(await ok("patch", ...web, "--type=json", "-p", json), "deployment.apps/web patched\n");
    assert.equal(await read("{.spec.replicas}"), "3");
    await fails(
      ["patch", ...web, "--type=json", "-p", json],
      "The request is invalid: the server rejected our request due to an error in our request\n",
    );
    await ok(
      "patch",
      ...web,
      "--type=json",
      "-p",
      '[{"op":"add","path":"/metadata/labels/a~1b","value":"c"}]',
    );
    assert.match(await read("{.metadata.labels}"), /"a\/b":"c"/);
    await ok("patch", ...web, "--type=json", "-p", '[{"op":"remove","path":"/metadata/labels/a~1b"}]');
    assert.equal(await read("{.metadata.labels}"), '{"app":"web"}');
    await fails(
      ["patch", ...web, "-p", '{"metadata":{"name":"other"}}'],
      /does not match the name on the URL/,
    );
    await fails(
      [
        "patch",
        ...web,
        "-p",
        '{"spec":{"selector":{"matchLabels":{"x":"y"}},"template":{"metadata":{"labels":{"x":"y"}}}}}',
      ],
      /field is immutable\n$/,
    );
    await fails(
      ["patch", ...web],
      "error: must specify --patch or --patch-file containing the contents of the patch\n",
    );
    await fails(
      ["patch", ...web, "--type=bad", "-p", "{}"],
      'error: --type must be one of [json merge strategic], not "bad"\n',
    );
    await fails(["patch", ...web, "-p", "{"], /^error: unable to parse "\{": yaml: /);
    await ok("patch", ...web, "-p", '{"__proto__":{"polluted":1}}');
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  });

  test("creates what is not there, and refuses what is", async () => {
    assert.equal(await ok("create", "namespace", "team-a"), "namespace/team-a created\n");
    await fails(
      ["create", "namespace", "team-a"],
      'error: failed to create namespace: namespaces "team-a" already exists\n',
    );
    const file = join(cluster.dir, "policy.yaml");
    await writeFile(
      file,
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: closed, namespace: team-a }\nspec: { podSelector: {} }\n",
    );
    assert.equal(await ok("create", "-f", file), "networkpolicy.networking.k8s.io/closed created\n");
    await fails(
      ["create", "-f", file],
      `Error from server (AlreadyExists): error when creating "${file}": networkpolicies.networking.k8s.io "closed" already exists\n`,
    );
    assert.match(await ok("get", "netpol", "-n", "team-a"), /^NAME +AGE\nclosed /);
    assert.equal(await ok("delete", "-f", file), 'networkpolicy.networking.k8s.io "closed" deleted\n');
    assert.equal(
      await ok("create", "deployment", "tool", "--image=registry.example/tool:1", "-n", "team-a"),
      "deployment.apps/tool created\n",
    );
    assert.match(await ok("rollout", "status", "deployment/tool", "-n", "team-a"), /successfully rolled out/);
    await fails(["create", "configmap", "x", "--from-literal=oops"], /invalid literal source oops/);
    await fails(["create", "role", "x"], /does not do "create role"/);
  });

  test("apply merges containers by name: what no file said stays, what a former file said and this one does not goes", async () => {
    const file = join(cluster.dir, "checkout.yaml");
    const container = ["get", "deployment/checkout", "-o", "jsonpath={.spec.template.spec.containers[0]}"];
    const manifest = (more: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: checkout }\nspec:\n  selector: { matchLabels: { app: checkout } }\n  template:\n    metadata: { labels: { app: checkout } }\n    spec: { containers: [{ name: checkout, image: "c:1"${more} }] }\n`;
    await writeFile(file, manifest(", tty: true"));
    await ok("apply", "-f", file);
    const first = JSON.parse(await ok(...container));
    assert.deepEqual([first.image, first.tty, first.ports.length], ["c:1", true, 1]);
    await writeFile(file, manifest(""));
    await ok("apply", "-f", file);
    const second = JSON.parse(await ok(...container));
    assert.deepEqual([second.tty, second.ports.length], [undefined, 1]);
  });

  test("autoscale keeps an autoscaler", async () => {
    assert.equal(
      await ok("autoscale", ...web, "--max=4", "--min=2"),
      "horizontalpodautoscaler.autoscaling/web autoscaled\n",
    );
    await fails(
      ["autoscale", ...web, "--max=4"],
      /\(AlreadyExists\): horizontalpodautoscalers\.autoscaling "web"/,
    );
    await fails(["autoscale", ...web], 'error: required flag(s) "max" not set\n');
    await fails(["autoscale", ...web, "--max=1", "--min=2"], /must be larger or equal to --min=MINPODS/);
  });
});
