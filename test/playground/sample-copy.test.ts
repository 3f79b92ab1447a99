import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { copySamples } from "#playground/sample-copy.ts";
import { startCluster } from "#test/playground/cluster/support.ts";

async function directory(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "samples-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test("the samples are copied once, and what somebody changed stays", async (t) => {
  const into = join(await directory(t), "data");
  const first = await copySamples({ into });
  const manifest = join(first.workspace, "manifests", "greeter.yaml");
  await writeFile(manifest, "changed");
  await rm(first.policyFile);
  assert.deepEqual(await copySamples({ into }), first);
  assert.equal(await readFile(manifest, "utf8"), "changed");
  const policy: unknown = parse(await readFile(first.policyFile, "utf8"));
  assert.deepEqual(policy, {
    version: 1,
    environments: {
      production: { namespaces: ["production"], contexts: [], directories: ["network"] },
      staging: { namespaces: ["staging"] },
    },
    unattended: { medium: ["staging"] },
    deadlines: { default_seconds: 60, terraform_seconds: 120 },
    approvers: [],
  });
});

test("the sample manifest is applied by the playground's kubectl", async (t) => {
  const cluster = await startCluster();
  t.after(cluster.close);
  const { workspace } = await copySamples({ into: cluster.dir });
  const applied = await cluster.inProcess("apply", "-f", join(workspace, "manifests"));
  assert.equal(applied.err, "");
  assert.equal(
    applied.out,
    "configmap/greeter created\ndeployment.apps/greeter created\nservice/greeter created\n",
  );
});

test("the sample terraform root is initialised and applied without a network", async (t) => {
  const path = process.env["PATH"] ?? "";
  const run = promisify(execFile);
  const dir = await directory(t);
  // Proxies that refuse every connection: a provider that has to be fetched would fail here.
  const env = {
    PATH: path
      .split(delimiter)
      .filter((one) => !one.includes("node_modules"))
      .join(delimiter),
    HOME: dir,
    HTTPS_PROXY: "http://127.0.0.1:9",
    HTTP_PROXY: "http://127.0.0.1:9",
    CHECKPOINT_DISABLE: "1",
  };
  const found = await run("terraform", ["version"], { env }).then(
    () => true,
    () => false,
  );
  if (!found) return t.skip("no terraform on the PATH");
  const { workspace } = await copySamples({ into: dir });
  const root = { cwd: join(workspace, "network"), env };
  await run("terraform", ["init", "-input=false", "-no-color"], root);
  const applied = await run("terraform", ["apply", "-input=false", "-auto-approve", "-no-color"], root);
  assert.match(applied.stdout, /Apply complete! Resources: 3 added, 0 changed, 0 destroyed\./);
  const again = await run("terraform", ["plan", "-input=false", "-no-color"], root);
  assert.match(again.stdout, /No changes\./);
});
