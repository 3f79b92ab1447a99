import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { unifiedDiff } from "#playground/cluster/printing/unified.ts";
import { startCluster, type TestCluster } from "./support.ts";

const secret = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: keys, namespace: staging }\ndata: { TOKEN: ${value}, SAME: c2FtZQ== }\n`;
const deployment = (image: string, replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: production, labels: { app: web } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      restartPolicy: Always
      containers: [{ name: web, image: "${image}", ports: [{ containerPort: 80, protocol: TCP }] }]
`;

suite("what a preview asks of the playground's kubectl", () => {
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
  async function write(name: string, text: string): Promise<string> {
    const file = join(cluster.dir, name);
    await writeFile(file, text);
    return file;
  }

  test("diff prints what apply would change, as diff -u does, and changes nothing", async () => {
    const file = await write("web.yaml", deployment("registry.example/web:2.4.9", 4));
    const before = await readFile(cluster.stateFile, "utf8");
    const { out, err, code } = await cluster.inProcess("diff", "-f", file);
    assert.equal(code, 1);
    assert.equal(err, "");
    const name = "apps.v1.Deployment.production.web";
    const [head = "", from = "", to = ""] = out.split("\n");
    const mark = /^diff -u -N \/tmp\/LIVE-(\d+)\//.exec(head)?.[1];
    assert.equal(head, `diff -u -N /tmp/LIVE-${mark}/${name} /tmp/MERGED-${mark}/${name}`);
    assert.match(
      from,
      new RegExp(`^--- /tmp/LIVE-${mark}/${name}\t\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.0+ \\+0000$`),
    );
    assert.match(to, /^\+\+\+ \/tmp\/MERGED-/);
    const changed = out.split("\n").filter((line) => /^[+-][^+-]/.test(line));
    assert.deepEqual(changed, [
      "-  generation: 2",
      "+  generation: 3",
      "-  replicas: 2",
      "+  replicas: 4",
      "-      - image: registry.example/web:2.4.8",
      "+      - image: registry.example/web:2.4.9",
    ]);
    assert.match(out, /\n@@ -\d+,\d+ \+\d+,\d+ @@\n/);
    assert.equal(await readFile(cluster.stateFile, "utf8"), before);
  });

  test("diff ends with 0 where nothing would change, with 1 for a new object and with 2 on a fault", async () => {
    const same = await write("same.yaml", deployment("registry.example/web:2.4.8", 2));
    assert.equal(await ok("diff", "-f", same, "-n", "production"), "");
    const file = await write(
      "new.yaml",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: fresh, namespace: staging }\ndata: { A: '1' }\n",
    );
    const added = await cluster.inProcess("diff", "-f", file);
    assert.equal(added.code, 1);
    assert.match(added.out, /^diff -u -N \/tmp\/LIVE-\d+\/v1\.ConfigMap\.staging\.fresh /);
    assert.match(
      added.out,
      /\n@@ -0,0 \+1,\d+ @@\n\+apiVersion: v1\n\+data:\n\+ {2}A: "1"\n\+kind: ConfigMap\n/,
    );
    const missing = await cluster.inProcess("diff", "-f", "nowhere.yaml");
    assert.deepEqual([missing.code, missing.out], [2, ""]);
    assert.equal(missing.err, 'error: the path "nowhere.yaml" does not exist\n');
    const nothing = await cluster.inProcess("diff");
    assert.deepEqual([nothing.code, nothing.err], [2, "error: must specify one of -f and -k\n"]);
    await write("broken.yaml", "kind: [\n");
    assert.equal((await cluster.inProcess("diff", "-f", join(cluster.dir, "broken.yaml"))).code, 2);
  });

  test("diff never prints a Secret's values", async () => {
    const file = await write("secret.yaml", secret("b2xk"));
    const fresh = await cluster.inProcess("diff", "-f", file);
    assert.equal(fresh.code, 1);
    assert.match(fresh.out, /\+ {2}TOKEN: '\*\*\*'\n|\+ {2}TOKEN: "\*\*\*"\n/);
    await ok("apply", "-f", file);
    await write("secret.yaml", secret("bmV3"));
    const { out } = await cluster.inProcess("diff", "-f", file);
    assert.match(out, /-.*TOKEN: .*\*\*\* \(before\)/);
    assert.match(out, /\+.*TOKEN: .*\*\*\* \(after\)/);
    assert.doesNotMatch(`${fresh.out}${out}`, /: (b2xk|bmV3|c2FtZQ)/);
  });

  test("no dry run writes anything, and each says that it is one", async () => {
    const web = ["deployment/web", "-n", "production"];
    const file = await write("web.yaml", deployment("registry.example/web:3", 4));
    const fresh = await write("space.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: team-a }\n");
    const lines: [string[], string][] = [
      [["apply", "-f", file], "deployment.apps/web configured"],
      [["create", "-f", fresh], "namespace/team-a created"],
      [["create", "namespace", "team-b"], "namespace/team-b created"],
      [["create", "deployment", "tool", "--image=registry.example/tool:1"], "deployment.apps/tool created"],
      [["create", "configmap", "notes", "--from-literal=a=b"], "configmap/notes created"],
      [["delete", ...web], 'deployment.apps "web" deleted'],
      [["delete", "-f", file], 'deployment.apps "web" deleted'],
      [["scale", ...web, "--replicas=7"], "deployment.apps/web scaled"],
      [["autoscale", ...web, "--max=4"], "horizontalpodautoscaler.autoscaling/web autoscaled"],
      [["set", "image", ...web, "web=registry.example/web:3"], "deployment.apps/web image updated"],
      [["set", "env", ...web, "MODE=fast"], "deployment.apps/web env updated"],
      [["set", "resources", ...web, "--limits=cpu=1"], "deployment.apps/web resource requirements updated"],
      [["rollout", "restart", ...web], "deployment.apps/web restarted"],
      [["patch", ...web, "-p", '{"spec":{"replicas":3}}'], "deployment.apps/web patched"],
      [["label", ...web, "team=a"], "deployment.apps/web labeled"],
      [["annotate", ...web, "note=a"], "deployment.apps/web annotated"],
    ];
    const before = await readFile(cluster.stateFile, "utf8");
    for (const [line, done] of lines) {
      assert.equal(await ok(...line, "--dry-run=server"), `${done} (server dry run)\n`);
      assert.equal(await ok(...line, "--dry-run=client"), `${done} (dry run)\n`);
      if (line[0] === "delete") continue;
      assert.match(await ok(...line, "--dry-run=server", "-o", "yaml"), /^apiVersion: /);
      assert.match(JSON.parse(await ok(...line, "--dry-run=server", "-o", "json")).kind, /^[A-Z]/);
      assert.equal(await ok(...line, "--dry-run=server", "-o", "name"), `${done.split(" ")[0]}\n`);
    }
    assert.equal(
      await ok("rollout", "undo", ...web, "--dry-run=server"),
      "deployment.apps/web rolled back (server dry run)\n",
    );
    assert.match(
      await ok("rollout", "undo", ...web, "--dry-run=client"),
      /^deployment\.apps\/web Pod Template:\n {2}Labels:\tapp=web\n[\s\S]*Image:\tregistry\.example\/web:2\.4\.7\n[\s\S]* \(dry run\)\n$/,
    );
    assert.equal(await readFile(cluster.stateFile, "utf8"), before);
  });

  test("a server dry run shows the object as it would be", async () => {
    const shown = JSON.parse(
      await ok(
        "set",
        "image",
        "deployment/web",
        "web=x:9",
        "-n",
        "production",
        "--dry-run=server",
        "-o",
        "json",
      ),
    );
    assert.equal(shown.spec.template.spec.containers[0].image, "x:9");
    assert.equal(shown.metadata.generation, 3);
    assert.equal(shown.metadata.annotations["deployment.kubernetes.io/revision"], "2");
  });

  test("a dry run in the server holds a scale to its precondition, one in the client asks nothing", async () => {
    const line = ["scale", "deployment/web", "--current-replicas=3", "--replicas=5", "-n", "production"];
    const refused = await cluster.inProcess(...line, "--dry-run=server");
    assert.deepEqual([refused.code, refused.err], [1, "error: Expected replicas to be 3, was 2\n"]);
    assert.equal(await ok(...line, "--dry-run=client"), "deployment.apps/web scaled (dry run)\n");
  });

  test("the revision is on the deployment, and goes up with each new one", async () => {
    const checkout = ["deployment/checkout", "-n", "staging"];
    const revision = async () =>
      JSON.parse(await ok("get", ...checkout, "-o", "json")).metadata.annotations[
        "deployment.kubernetes.io/revision"
      ];
    assert.equal(await revision(), "2");
    await ok("set", "image", ...checkout, "checkout=registry.example/checkout:4");
    assert.equal(await revision(), "3");
    await ok("set", "env", ...checkout, "MODE=fast");
    assert.equal(await revision(), "4");
    await ok("rollout", "restart", ...checkout);
    assert.equal(await revision(), "5");
    assert.match(
      await ok("rollout", "history", ...checkout, "--revision=4"),
      /^deployment\.apps\/checkout with revision #4\nPod Template:\n[\s\S]*Image:\tregistry\.example\/checkout:4\n {4}Environment:\n {6}MODE:\tfast\n/,
    );
    await ok("rollout", "undo", ...checkout, "--to-revision=1");
    assert.equal(await revision(), "6");
    assert.equal(
      await ok("get", ...checkout, "-o", "jsonpath={.spec.template.spec.containers[0].image}"),
      "registry.example/checkout:3.0.6",
    );
    assert.equal(
      await ok("rollout", "undo", ...checkout, "--to-revision=6"),
      "deployment.apps/checkout skipped rollback (current template already matches revision 6)\n",
    );
  });

  test("every deployment that people work with has something to undo to", async () => {
    for (const namespace of ["production", "staging"])
      for (const name of ["payment-api", "checkout", "web"])
        assert.match(
          await ok("rollout", "undo", `deployment/${name}`, "-n", namespace, "--dry-run=server"),
          / rolled back \(server dry run\)\n$/,
        );
  });

  test("get reads the objects of a file, and says which is not there", async () => {
    const file = await write("web.yaml", deployment("x:1", 1));
    const found = JSON.parse(await ok("get", "-f", file, "-o", "json"));
    assert.deepEqual([found.metadata.namespace, found.spec.replicas], ["production", 2]);
    const other = await write("other.yaml", deployment("x:1", 1).replace("name: web,", "name: nope,"));
    const missing = await cluster.inProcess("get", "-f", other, "-o", "json");
    assert.deepEqual(
      [missing.code, missing.err],
      [1, 'Error from server (NotFound): deployments.apps "nope" not found\n'],
    );
    const listed = JSON.parse(await ok("get", "deploy", "-l", "app=web", "-n", "staging", "-o", "json"));
    assert.equal(listed.items.length, 1);
  });

  test("there is one context, and it can be read", async () => {
    assert.equal(await ok("config", "current-context"), "playground\n");
    assert.equal(await ok("config", "get-contexts", "-o", "name"), "playground\n");
    assert.equal(
      await ok("config", "get-contexts"),
      "CURRENT   NAME         CLUSTER      AUTHINFO     NAMESPACE\n*         playground   playground   playground   \n",
    );
    const view = JSON.parse(await ok("config", "view", "--minify", "-o", "json"));
    assert.equal(view.clusters[0].cluster.server, "https://playground.invalid");
    assert.equal(
      await ok("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"),
      "https://playground.invalid",
    );
    assert.match(await ok("config", "view"), /^apiVersion: v1\nclusters:\n- cluster:\n {4}server: /);
    assert.match(await ok("get", "pods", "--context", "playground"), /^NAME/);
    const elsewhere = async (...line: string[]) => {
      const { code, err } = await cluster.inProcess(...line, "--context", "prod");
      return [code, err];
    };
    assert.deepEqual(await elsewhere("config", "view", "--minify"), [
      1,
      "error: cannot locate context prod\n",
    ]);
    assert.deepEqual(await elsewhere("apply", "-f", "x"), [1, 'error: context "prod" does not exist\n']);
    assert.deepEqual(await elsewhere("diff", "-f", "x"), [2, 'error: context "prod" does not exist\n']);
    const { code, err } = await cluster.inProcess("config", "get-contexts", "prod");
    assert.deepEqual([code, err], [1, "error: context prod not found\n"]);
    assert.equal((await cluster.inProcess("config", "use-context", "prod")).code, 1);
  });

  test("auth can-i says yes", async () => {
    assert.equal(await ok("auth", "can-i", "delete", "deployments/web", "-n", "production"), "yes\n");
    assert.equal((await cluster.inProcess("auth", "can-i", "get")).code, 1);
    assert.match(
      (await cluster.inProcess("auth", "can-i", "get", "gizmos")).err,
      /doesn't have a resource type/,
    );
  });
});

test("a unified diff keeps three lines around a change and opens a new hunk further on", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
  const text = (all: string[]) => `${all.join("\n")}\n`;
  const changed = lines.with(1, "other").toSpliced(15, 1);
  const names = { from: "a", to: "b", at: "t" };
  assert.equal(
    unifiedDiff(text(lines), text(changed), names),
    `diff -u -N a b
--- a\tt
+++ b\tt
@@ -1,5 +1,5 @@
 line 1
-line 2
+other
 line 3
 line 4
 line 5
@@ -13,7 +13,6 @@
 line 13
 line 14
 line 15
-line 16
 line 17
 line 18
 line 19
`,
  );
  assert.equal(unifiedDiff("a\n", "a\n", names), "");
  assert.equal(unifiedDiff("a\n", "", names), "diff -u -N a b\n--- a\tt\n+++ b\tt\n@@ -1 +0,0 @@\n-a\n");
});
