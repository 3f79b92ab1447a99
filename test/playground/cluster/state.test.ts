import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { changeState, createState, readState } from "#playground/cluster/file.ts";
import { installKubectl } from "#playground/cluster/install.ts";
import { firstState } from "#playground/cluster/seed.ts";
import type { State } from "#playground/cluster/state.ts";
import { startCluster } from "./support.ts";

const CALLS = 12;

test("scale calls at the same moment are all counted, none is lost", async (t) => {
  const cluster = await startCluster();
  t.after(cluster.close);
  const { err } = await cluster.kubectl("scale", "deployment/web", "--replicas=3", "-n", "production");
  assert.equal(err, "");
  const before = await readState(cluster.stateFile);
  // Each call writes once; a lost update would leave the version behind.
  const results = await Promise.all(
    Array.from({ length: CALLS }, (_, index) =>
      cluster.kubectl("scale", "deployment/web", `--replicas=${10 + index}`, "-n", "production"),
    ),
  );
  assert.deepEqual(
    results.map(({ code, err }) => ({ code, err })),
    Array(CALLS).fill({ code: 0, err: "" }),
  );
  const after = await readState(cluster.stateFile);
  assert.equal(after.resourceVersion - before.resourceVersion, CALLS);
  const times = results.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  t.diagnostic(`${CALLS} calls at once: median ${Math.round(times[CALLS / 2] ?? 0)} ms each`);
});

test("a call one after the other takes a small part of a second", async (t) => {
  const cluster = await startCluster();
  t.after(cluster.close);
  await cluster.kubectl("get", "pods");
  const times: number[] = [];
  for (let round = 0; round < 8; round++)
    times.push((await cluster.kubectl("get", "deployments", "-A")).tookMs);
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[4] ?? Number.NaN;
  t.diagnostic(
    `kubectl get, warm: median ${Math.round(median)} ms, slowest ${Math.round(sorted.at(-1) ?? 0)} ms`,
  );
  assert.ok(median < 2_000, `${median} ms`);
});

test("whoever hides the rest is told of places that are there, the package's own file among them", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "greenlight-kubectl-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const stateFile = join(dir, "cluster", "cluster.json");
  const sees = await installKubectl({ binDir: join(dir, "bin"), stateFile, node: process.execPath });
  assert.deepEqual(
    sees.readOnly.filter((path) => !existsSync(path)),
    [],
  );
  assert.ok(sees.readOnly.some((path) => basename(path) === "package.json"));
});

test("changes inside one process wait for one another too", async (t) => {
  const cluster = await startCluster();
  t.after(cluster.close);
  const add = (state: State) => {
    state.resourceVersion++;
  };
  const { resourceVersion } = await readState(cluster.stateFile);
  await Promise.all(Array.from({ length: 50 }, () => changeState(cluster.stateFile, add)));
  assert.equal((await readState(cluster.stateFile)).resourceVersion, resourceVersion + 50);
});

test("a failed change leaves the file as it was and gives the lock back", async (t) => {
  const cluster = await startCluster();
  t.after(cluster.close);
  const before = await readFile(cluster.stateFile, "utf8");
  const broken = changeState(cluster.stateFile, (state) => {
    state.deployments = [];
    throw new Error("no");
  });
  await assert.rejects(broken, /^Error: no$/);
  assert.equal(await readFile(cluster.stateFile, "utf8"), before);
  await changeState(cluster.stateFile, () => {});
});

test("the lock of a process that was killed is taken away after a while", async (t) => {
  const cluster = await startCluster();
  t.after(cluster.close);
  const lock = `${cluster.stateFile}.lock`;
  await writeFile(lock, "999999");
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(lock, longAgo, longAgo);
  const result = await cluster.kubectl("scale", "deployment/web", "--replicas=3");
  assert.equal(result.out, "deployment.apps/web scaled\n");
});

test("installing again keeps the cluster that is there", async (t) => {
  const cluster = await startCluster();
  t.after(cluster.close);
  await cluster.kubectl("scale", "deployment/web", "--replicas=4");
  await installKubectl({
    binDir: `${cluster.dir}/bin`,
    stateFile: cluster.stateFile,
    node: process.execPath,
  });
  await createState(cluster.stateFile, firstState(Date.now()));
  assert.equal((await cluster.kubectl("get", "deployment/web", "-o", "jsonpath={.spec.replicas}")).out, "4");
});

test("a missing cluster file is said in one line", async (t) => {
  const cluster = await startCluster();
  t.after(cluster.close);
  await writeFile(cluster.stateFile, "{");
  const result = await cluster.kubectl("get", "pods");
  assert.equal(result.code, 1);
  assert.match(result.err, /^error: The playground's cluster file .* cannot be read.*\n$/);
});

test("the shim streams a rollout, ends with kubectl's exit codes and needs no environment", async (t) => {
  const cluster = await startCluster();
  t.after(cluster.close);
  // So many take 4 s: the next process has to be there before they are.
  const scaled = await cluster.kubectl(
    "scale",
    "deployment/payment-api",
    "--replicas=40",
    "-n",
    "production",
  );
  assert.deepEqual(
    { ...scaled, tookMs: 0 },
    { out: "deployment.apps/payment-api scaled\n", err: "", code: 0, tookMs: 0 },
  );
  const status = await cluster.kubectl("rollout", "status", "deployment/payment-api", "-n", "production");
  assert.equal(status.code, 0);
  assert.match(
    status.out,
    /^Waiting for deployment "payment-api" rollout to finish: \d+ of 40 updated replicas are available\.\.\.\n/,
  );
  assert.match(status.out, /\ndeployment "payment-api" successfully rolled out\n$/);
  const missing = await cluster.kubectl("get", "deployment", "it's $HOME", "-n", "production");
  assert.equal(missing.err, `Error from server (NotFound): deployments.apps "it's $HOME" not found\n`);
  assert.equal(missing.code, 1);
});
