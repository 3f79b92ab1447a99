import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, stat, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { readState } from "#playground/cluster/file.ts";
import { runKubectl } from "#playground/cluster/run.ts";
import { serveKubectl, socketOf } from "#playground/cluster/serve.ts";
import { soon } from "#test/support/soon.ts";
import { startCluster, type TestCluster } from "./support.ts";

/** A cluster with its server, which a test may close before its end. */
async function startServed(t: TestContext): Promise<TestCluster & { closeServer(): Promise<void> }> {
  const cluster = await startCluster();
  const server = await serveKubectl(cluster.stateFile);
  t.after(async () => {
    await server.close();
    await cluster.close();
  });
  return { ...cluster, closeServer: server.close };
}

/** What the server answers to these words as it stands on the wire: [letter, text] each. */
function ask(stateFile: string, words: readonly string[]): Promise<[string, string][]> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketOf(stateFile));
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(framesOf(Buffer.concat(chunks))));
    socket.write([String(words.length), ...words].map((word) => `${word}\0`).join(""));
  });
}

function framesOf(bytes: Buffer): [string, string][] {
  if (bytes.length === 0) return [];
  const end = 5 + bytes.readUInt32BE(1);
  return [[bytes.toString("utf8", 0, 1), bytes.toString("utf8", 5, end)], ...framesOf(bytes.subarray(end))];
}

suite("the playground's kubectl with its server", () => {
  test("says and does the same as a process of its own, each in its own words", async (t) => {
    const cluster = await startServed(t);
    const lines = [
      ["get", "deployments", "-n", "production"],
      ["get", "deployment/payment-api", "-n", "production", "-o", "yaml"],
      ["config", "view", "-o", "json"],
      ["get", "deployment/nowhere", "-n", "production"],
      ["get", "deployments", "--context=elsewhere"],
      ["scale", "deployment/web", "--replicas=ä\n ö", "-n", "production"],
      ["frobnicate", ""],
      ["rollout", "status", "deployment/flaky-worker", "-n", "production", "--timeout=1s"],
      ["version", "--client", `--output=${"x".repeat(60_000)}`],
      [],
    ];
    for (const line of lines) {
      const [served, alone] = [await cluster.kubectl(...line), await cluster.inProcess(...line)];
      const plain = ({ out, err, code }: typeof served) => ({ out: out.replaceAll(/\d+s/g, "s"), err, code });
      assert.deepEqual(plain(served), plain(alone), line.join(" ").slice(0, 80));
    }
  });

  test("many at once each get their own answer", async (t) => {
    const cluster = await startServed(t);
    const before = await readState(cluster.stateFile);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        cluster.kubectl("scale", "deployment/web", `--replicas=${10 + index}`, "-n", "production", "-o=name"),
      ),
    );
    for (const { out, err, code } of results)
      assert.deepEqual({ out, err, code }, { out: "deployment.apps/web\n", err: "", code: 0 });
    assert.equal((await readState(cluster.stateFile)).resourceVersion - before.resourceVersion, 20);
  });

  test("reads no file for whoever asks, since it sees more of them than a command may", async (t) => {
    const cluster = await startServed(t);
    const file = join(cluster.dir, "secret.yml");
    await writeFile(
      file,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen, namespace: production}\ndata: {key: hunter2}\n",
    );
    const lines = [
      ["apply", "-f", file],
      ["create", `--filename=${file}`],
      ["diff", "-f", file],
      ["delete", "-f", cluster.dir, "-R"],
      ["scale", "--replicas=2", "-f", file],
      ["patch", "deployment/web", "-n", "production", `--patch-file=${file}`],
      ["get", "pods", `--kubeconfig=${file}`],
    ];
    const before = await readState(cluster.stateFile);
    for (const line of lines)
      assert.deepEqual(await ask(cluster.stateFile, line), [["n", ""]], line.join(" "));
    assert.deepEqual(await readState(cluster.stateFile), before);
    // The command's own process reads it, with what that may see.
    const { out, err, code } = await cluster.kubectl("apply", "-f", file);
    assert.deepEqual({ out, err, code }, { out: "configmap/seen created\n", err: "", code: 0 });
  });

  test("answers nobody but its own user, or all where commands have users of their own", async (t) => {
    const cluster = await startCluster();
    t.after(cluster.close);
    // As the directory of the samples is made.
    await chmod(cluster.dir, 0o755);
    for (const [toAll, mode] of [
      [undefined, 0o600],
      [true, 0o666],
    ] as const) {
      const server = await serveKubectl(cluster.stateFile, toAll);
      t.after(server.close);
      assert.equal((await stat(socketOf(cluster.stateFile))).mode & 0o777, mode);
      assert.equal((await cluster.kubectl("get", "pods", "-n", "production")).code, 0);
    }
  });

  test("follows no link that a command put in the cluster file's place", async (t) => {
    const cluster = await startServed(t);
    const linked = join(cluster.dir, "linked.json");
    await symlink(cluster.stateFile, linked);
    await assert.rejects(readState(linked), /linked\.json cannot be read/);
  });

  test("ends what a killed call asked for, and answers the next", async (t) => {
    const cluster = await startServed(t);
    const kubectl = join(cluster.dir, "bin", "kubectl");
    const args = ["rollout", "status", "deployment/flaky-worker", "-n", "production"];
    const child = spawn(kubectl, args, { env: {}, stdio: ["ignore", "pipe", "pipe"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGTERM");
    const [, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.once("exit", (code, by) => resolve([code, by])),
    );
    assert.equal(signal, "SIGTERM");
    assert.equal((await cluster.kubectl("get", "pods", "-n", "production")).code, 0);
  });

  test("a watch ends with its caller", async (t) => {
    const cluster = await startServed(t);
    const args = ["rollout", "status", "deployment/flaky-worker", "-n", "production"];
    const caller = new AbortController();
    const out = () => caller.abort();
    const call = { out, err: () => undefined, readsFiles: false, signal: caller.signal };
    assert.equal(await runKubectl(cluster.stateFile, args, call), 1);
  });

  test("a call whose server goes meanwhile fails, and is not begun a second time", async (t) => {
    const cluster = await startServed(t);
    const kubectl = join(cluster.dir, "bin", "kubectl");
    const args = ["rollout", "status", "deployment/flaky-worker", "-n", "production"];
    const child = execFile(kubectl, args, { env: {} });
    const { stdout, stderr } = child;
    assert.ok(stdout !== null && stderr !== null);
    await new Promise((resolve) => stdout.once("data", resolve));
    const said = text(stderr);
    await cluster.closeServer();
    const code = await new Promise((resolve) => child.once("exit", resolve));
    assert.deepEqual([code, await said], [1, "error: the playground's cluster has gone\n"]);
  });

  test("works without a server: closed, killed with its socket left, or with a path too long for one", async (t) => {
    const cluster = await startServed(t);
    await cluster.closeServer();
    assert.equal(existsSync(socketOf(cluster.stateFile)), false);
    assert.equal((await cluster.kubectl("get", "pods", "-n", "production")).code, 0);
    await leaveSocket(socketOf(cluster.stateFile));
    assert.equal(existsSync(socketOf(cluster.stateFile)), true);
    const { code, err } = await cluster.kubectl("get", "pods", "-n", "production");
    assert.deepEqual([code, err], [0, ""]);
    const far = join(cluster.dir, "x".repeat(100), "cluster.json");
    await (await serveKubectl(far)).close();
    assert.equal(existsSync(socketOf(far)), false);
    // A new server takes the place of what a killed one left.
    const again = await serveKubectl(cluster.stateFile);
    t.after(again.close);
    assert.equal((await ask(cluster.stateFile, ["config", "current-context"])).at(-1)?.[0], "x");
  });
});

/** A socket as a killed process leaves it: there, and nobody listens. */
async function leaveSocket(path: string): Promise<void> {
  const listen = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  execFile(process.execPath, ["-e", listen]);
  await soon("the socket", async () => existsSync(path));
}
