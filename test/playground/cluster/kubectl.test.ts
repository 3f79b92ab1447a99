import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { startCluster, type TestCluster } from "./support.ts";

suite("what the playground's kubectl answers", () => {
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

  test("scales a deployment, and the rollout is seen on its way", async () => {
    assert.equal(
      await ok("scale", "deployment/payment-api", "--replicas=5", "-n", "production"),
      "deployment.apps/payment-api scaled\n",
    );
    const lines = (
      await ok("rollout", "status", "deployment/payment-api", "-n", "production", "--timeout=10s")
    )
      .trim()
      .split("\n");
    assert.equal(lines.at(-1), 'deployment "payment-api" successfully rolled out');
    assert.match(
      lines[0] ?? "",
      /^Waiting for deployment "payment-api" rollout to finish: [34] of 5 updated replicas are available\.\.\.$/,
    );
    assert.equal(
      await ok(
        "get",
        "deployment/payment-api",
        "-n",
        "production",
        "-o",
        "jsonpath={.spec.replicas}/{.status.readyReplicas}",
      ),
      "5/5",
    );
    const pods = await ok("get", "pods", "-n", "production", "-l", "app=payment-api", "--no-headers");
    assert.equal(
      pods
        .trim()
        .split("\n")
        .filter((line) => / 1\/1 +Running /.test(line)).length,
      5,
    );
  });

  test("holds a scale to its precondition", async () => {
    await fails(
      ["scale", "deployment/web", "--current-replicas=7", "--replicas=1", "-n", "staging"],
      "error: Expected replicas to be 7, was 2\n",
    );
    assert.equal(
      await ok("scale", "deploy", "web", "--current-replicas=2", "--replicas", "2", "-n", "staging"),
      "deployment.apps/web scaled\n",
    );
  });

  test("reads replicas in Go's integer syntax, as kubectl does", async () => {
    for (const zero of ["0x0", "00", "+0", "0b0", "0_0"]) {
      await ok("scale", "deployment/legacy-report", `--replicas=${zero}`);
      assert.equal(await ok("get", "deployment/legacy-report", "-o", "jsonpath={.spec.replicas}"), "0", zero);
      await ok("scale", "deployment/legacy-report", "--replicas=1");
    }
  });

  test("a dry run changes nothing and says that it is one", async () => {
    assert.equal(
      await ok("scale", "deployment/web", "--replicas=9", "--dry-run=client"),
      "deployment.apps/web scaled (dry run)\n",
    );
    assert.equal(
      await ok("delete", "deployment", "web", "--dry-run=server"),
      'deployment.apps "web" deleted (server dry run)\n',
    );
    assert.equal(
      await ok("set", "image", "deployment/web", "web=web:9", "--dry-run=server", "-o", "name"),
      "deployment.apps/web\n",
    );
    assert.equal(await ok("get", "deployment/web", "-o", "jsonpath={.spec.replicas}"), "2");
    assert.match(await ok("get", "deployment", "web", "-o", "wide"), /registry\.example\/web:2\.4\.8/);
  });

  test("a new image rolls out pod by pod and can be undone", async () => {
    assert.equal(
      await ok(
        "set",
        "image",
        "deployment/checkout",
        "checkout=registry.example/checkout:4",
        "-n",
        "staging",
      ),
      "deployment.apps/checkout image updated\n",
    );
    const status = await ok("rollout", "status", "deployment/checkout", "-n", "staging", "--timeout=10s");
    assert.match(status, /old replicas are pending termination\.\.\.\n/);
    assert.match(status, /successfully rolled out\n$/);
    const image = [
      "get",
      "deployment/checkout",
      "-n",
      "staging",
      "-o",
      "jsonpath={.spec.template.spec.containers[0].image}",
    ];
    assert.equal(await ok(...image), "registry.example/checkout:4");
    assert.equal(
      await ok(
        "set",
        "image",
        "deployment/checkout",
        "checkout=registry.example/checkout:4",
        "-n",
        "staging",
      ),
      "",
    );
    assert.equal(
      await ok("rollout", "undo", "deployment/checkout", "-n", "staging"),
      "deployment.apps/checkout rolled back\n",
    );
    assert.equal(await ok(...image), "registry.example/checkout:3.1.0");
    assert.match(
      await ok("rollout", "history", "deployment/checkout", "-n", "staging"),
      /\n1 +<none>\n3 +<none>\n4 +<none>\n/,
    );
  });

  test("an image the registry does not have never comes up, and the old pods go on serving", async () => {
    await ok(
      "set",
      "image",
      "deployment/payment-api",
      "*=registry.example/payment-api:missing",
      "-n",
      "staging",
    );
    const result = await cluster.inProcess(
      "rollout",
      "status",
      "deployment/payment-api",
      "-n",
      "staging",
      "--timeout=1s",
    );
    assert.equal(result.code, 1);
    assert.match(result.out, /1 out of 3 new replicas have been updated/);
    assert.match(
      await ok("get", "pods", "-n", "staging"),
      /payment-api-\S+ +0\/1 +(ImagePullBackOff|ErrImagePull)/,
    );
    assert.match(await ok("get", "deploy", "payment-api", "-n", "staging"), /payment-api +3\/3 +1 +3/);
    await ok("rollout", "undo", "deployment/payment-api", "-n", "staging");
    assert.match(
      await ok("rollout", "status", "deployment/payment-api", "-n", "staging", "--timeout=5s"),
      /successfully rolled out/,
    );
    assert.doesNotMatch(await ok("get", "pods", "-n", "staging"), /ImagePullBackOff/);
  });

  test("flaky-worker never rolls out where people work", async () => {
    const flaky = "deployment/flaky-worker";
    // Three pods of any other deployment are ready within a second.
    const stuck = ["staging", "production"].map(async (namespace) => {
      const scaled = await ok("scale", flaky, "--replicas=3", "-n", namespace);
      assert.equal(scaled, "deployment.apps/flaky-worker scaled\n");
      const result = await cluster.inProcess("rollout", "status", flaky, "-n", namespace, "--timeout=1.5s");
      assert.equal(result.err, "error: timed out waiting for the condition\n");
      assert.equal(result.code, 1);
      assert.match(result.out, /0 of 3 updated replicas are available/);
      assert.ok(result.tookMs >= 1_500, `gave up after ${result.tookMs} ms`);
    });
    await Promise.all(stuck);
    assert.match(await ok("rollout", "status", "deployment/flaky-worker", "--timeout=5s"), /successfully/);
    assert.match(await ok("logs", "deployment/flaky-worker", "-n", "production", "--tail=1"), /ERROR/);
  });

  test("restart, pause and resume say what kubectl says", async () => {
    const web = ["deployment/web", "-n", "production"];
    assert.equal(await ok("rollout", "restart", ...web), "deployment.apps/web restarted\n");
    assert.equal(await ok("rollout", "pause", ...web), "deployment.apps/web paused\n");
    await fails(["rollout", "pause", ...web], 'error: deployments.apps "web" is already paused\n');
    await fails(
      ["rollout", "restart", ...web],
      /can't restart paused deployment \(run rollout resume first\)\n$/,
    );
    assert.equal(await ok("rollout", "resume", ...web), "deployment.apps/web resumed\n");
    await fails(
      ["rollout", "undo", "deployment/legacy-report", "-n", "production"],
      'error: no rollout history found for deployment "legacy-report"\n',
    );
    await fails(
      ["rollout", "undo", ...web, "--to-revision=99"],
      "error: unable to find specified revision 99 in history\n",
    );
  });

  test("what is deleted is gone, and a name that is not there is an error of the server", async () => {
    assert.equal(
      await ok("delete", "deployment", "legacy-report", "-n", "staging"),
      'deployment.apps "legacy-report" deleted\n',
    );
    await fails(
      ["get", "deployment", "legacy-report", "-n", "staging"],
      'Error from server (NotFound): deployments.apps "legacy-report" not found\n',
    );
    await fails(
      ["scale", "deployment/nothing", "--replicas=1"],
      'Error from server (NotFound): deployments.apps "nothing" not found\n',
    );
    assert.equal(
      await ok("delete", "svc/legacy-report", "-n", "staging", "-o", "name"),
      "service/legacy-report\n",
    );
    assert.equal(await ok("delete", "deployment", "nothing", "--ignore-not-found"), "");
    const both = await cluster.inProcess("get", "deployment", "web", "nothing");
    assert.match(both.out, /^web /m);
    assert.equal(both.code, 1);
  });

  test("a deleted pod comes back under another name", async () => {
    const names = async () =>
      (await ok("get", "pods", "-l", "app=checkout", "-o", "name")).trim().split("\n");
    const [first = "", second = ""] = await names();
    await ok("delete", first);
    const now = await names();
    assert.equal(now.length, 2);
    assert.ok(now.includes(second) && !now.includes(first));
  });

  test("refuses wrong lines in kubectl's words", async () => {
    await fails(["frobnicate"], 'error: unknown command "frobnicate" for "kubectl"\n');
    await fails(
      ["get", "pods", "--bogus"],
      "error: unknown flag: --bogus\nSee 'kubectl get --help' for usage.\n",
    );
    await fails(
      ["get", "pods", "-Z"],
      "error: unknown shorthand flag: 'Z' in -Z\nSee 'kubectl get --help' for usage.\n",
    );
    await fails(["scale", "deployment/web"], 'error: required flag(s) "replicas" not set\n');
    await fails(
      ["scale", "deployment/web", "--replicas=abc"],
      /invalid argument "abc" for "--replicas" flag: strconv\.ParseInt: parsing "abc": invalid syntax/,
    );
    await fails(["scale", "deployment/web", "--replicas=-1"], /COUNT must be greater than or equal to 0\n$/);
    await fails(["scale", "deployment/web", "--replicas"], /flag needs an argument: --replicas/);
    await fails(["get", "gizmos"], `error: the server doesn't have a resource type "gizmos"\n`);
    await fails(
      ["get", "deployment/web", "web"],
      /^error: there is no need to specify a resource type as a separate argument/,
    );
    await fails(["rollout", "status", "deployment/web", "--timeout=soon"], /time: invalid duration "soon"/);
    await fails(["rollout", "spin", "deployment/web"], /^error: unknown command "spin deployment\/web"\n/);
    await fails(["delete", "deployment"], "error: resource(s) were provided, but no name was specified\n");
    await fails(
      ["set", "image", "deployment/web", "sidecar=x:1"],
      'error: unable to find container named "sidecar"\n',
    );
    await fails(
      ["get", "pods", "--context", "elsewhere"],
      "Error in configuration: context was not found for specified context: elsewhere\n",
    );
    await fails(["apply", "-f", "nowhere.yaml"], 'error: the path "nowhere.yaml" does not exist\n');
    await fails(
      ["scale", "deployment/web", "--replicas=1", "--dry-run=maybe"],
      /^error: Invalid dry-run value \(maybe\)/,
    );
  });

  test("a flag before the verb takes the next word with it, so this is a delete", async () => {
    assert.equal(await ok("-n", "get", "delete", "deployment", "web", "--ignore-not-found"), "");
    assert.equal(
      await ok("-n", "default", "delete", "service", "flaky-worker", "-o", "name"),
      "service/flaky-worker\n",
    );
  });

  test("says so where it knows less than kubectl", async () => {
    await fails(["top", "pods"], /the playground's kubectl does not do "top"/);
    await fails(["get", "pods", "--watch"], /does not do "get --watch"/);
    await fails(["logs", "deployment/web", "-f"], /does not do "logs --follow"/);
  });

  test("applies manifests, and only what changed is configured", async () => {
    const file = join(cluster.dir, "m.yaml");
    const manifest = (replicas: number, note: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: words, namespace: staging }
data: { NOTE: "${note}" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: fresh, namespace: staging, labels: { app: fresh } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: fresh } }
  template:
    metadata: { labels: { app: fresh } }
    spec: { containers: [{ name: fresh, image: "registry.example/fresh:1" }] }
`;
    await writeFile(file, manifest(1, "a"));
    assert.equal(
      await ok("apply", "-f", file, "--dry-run=server"),
      "configmap/words created (server dry run)\ndeployment.apps/fresh created (server dry run)\n",
    );
    assert.equal(await ok("apply", "-f", file), "configmap/words created\ndeployment.apps/fresh created\n");
    assert.equal(
      await ok("apply", "-f", file),
      "configmap/words unchanged\ndeployment.apps/fresh unchanged\n",
    );
    await writeFile(file, manifest(2, "a"));
    assert.equal(
      await ok("apply", "-f", file),
      "configmap/words unchanged\ndeployment.apps/fresh configured\n",
    );
    assert.match(
      await ok("rollout", "status", "deployment/fresh", "-n", "staging", "--timeout=5s"),
      /successfully rolled out/,
    );
    await fails(
      ["apply", "-f", file, "-n", "production"],
      /^error: the namespace from the provided object "staging" does not match the namespace "production"/,
    );
    await writeFile(file, "apiVersion: v9\nkind: Gizmo\nmetadata: { name: x }\n");
    await fails(
      ["apply", "-f", file],
      /no matches for kind "Gizmo" in version "v9"\nensure CRDs are installed first\n$/,
    );
    await writeFile(file, "kind: [\n");
    await fails(
      ["apply", "-f", file],
      /^error: error parsing .*m\.yaml: error converting YAML to JSON: yaml: /,
    );
    await writeFile(file, "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\nspec: {}\n");
    await fails(["apply", "-f", file], 'The Deployment "x" is invalid: spec.selector: Required value\n');
  });

  test("describe, explain, version and jsonpath answer", async () => {
    assert.match(
      await ok("describe", "deployment/web"),
      /^Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable$/m,
    );
    assert.match(await ok("describe", "pod", "payment-api"), /^Name: +payment-api-/);
    assert.match(await ok("explain", "deployment"), /^KIND: +Deployment$/m);
    assert.match(await ok("version"), /^Client Version: v1\.32\.4\+playground\n/);
    assert.equal(
      await ok(
        "get",
        "deploy",
        "-o",
        'jsonpath={range .items[*]}{.metadata.name}={.spec.replicas}{"\\n"}{end}',
        "-l",
        "app in (web,checkout)",
      ),
      "checkout=2\nweb=2\n",
    );
    assert.equal(
      await ok("get", "deploy/web", "-o", 'jsonpath={.status.conditions[?(@.type=="Available")].status}'),
      "True",
    );
    const listed = JSON.parse(await ok("get", "deploy", "-A", "-o", "json")) as {
      kind: string;
      items: unknown[];
    };
    assert.equal(listed.kind, "List");
    assert.match(await ok("get", "deploy/web", "-o", "yaml"), /^ {2}creationTimestamp: "20/m);
    assert.deepEqual(
      (await cluster.inProcess("get", "secrets", "-n", "nowhere")).err,
      "No resources found in nowhere namespace.\n",
    );
  });
});
