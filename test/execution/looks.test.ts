import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { noBox } from "#execution/box/box.ts";
import { createLooks } from "#execution/looks.ts";
import { previewKubectl } from "#execution/previews/kubectl.ts";
import { createIdentify } from "#execution/target-identity.ts";
import { changeDirOf } from "#execution/workspace/scratch.ts";
import { builtInPolicy } from "#policy/document.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { createRedact } from "#redact/redact.ts";
import { aStep } from "#test/support/changes.ts";

const SECRET = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;

describe("what kubectl says when a look fails", () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-looks-"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  it("is redacted before it is cut, wherever a secret stands in it", async () => {
    const program = join(home, "kubectl");
    await writeFile(program, '#!/bin/sh\ncat "$(dirname "$0")/said" >&2\nexit 1\n');
    await chmod(program, 0o755);
    const looks = createLooks({
      workspace: home,
      dataDir: join(home, "data"),
      policy: builtInPolicy,
      identify: createIdentify(Buffer.alloc(32)),
      redact: createRedact([]),
      box: noBox,
      givenTo: async (changeId) => ({
        env: { PATH: `${home}:/usr/bin:/bin` },
        view: { changeId, readWrite: [], readOnly: [], stateFile: null },
      }),
    });
    const step = aStep("delete configmap old -n staging --context=a");
    const read = readKubectl(step.args);
    assert.ok(read.ok);
    const look = looks.kubeconfig(randomUUID(), AbortSignal.timeout(20_000)).view;
    for (const before of [10, 440, 470, 490, 498]) {
      await writeFile(join(home, "said"), `${"x".repeat(before - 1)} ${SECRET} and more`);
      const seen = await previewKubectl(step, read.line, false, look, createRedact([]));
      assert.ok(!seen.ok);
      assert.match(seen.reason, /kubectl says: "x/);
      assert.doesNotMatch(seen.reason, /ghp_/, `${before} characters before it`);
      assert.ok(seen.reason.length < 1_500);
    }
  });
});

const KUBECTL = ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].find((path) => existsSync(path));

it("says that the server refused the connection, as the real kubectl has it, and not what kubectl's log says", {
  skip: KUBECTL === undefined ? "kubectl is not installed" : false,
}, async () => {
  const home = await mkdtemp(join(tmpdir(), "greenlight-looks-"));
  try {
    // Nobody listens on the first port.
    const clusters = '[{name: a, cluster: {server: "https://127.0.0.1:1"}}]';
    const rest =
      "contexts: [{name: a, context: {cluster: a, user: a}}], users: [{name: a, user: {token: t}}]";
    const KUBECONFIG = join(home, "config");
    await writeFile(KUBECONFIG, `{apiVersion: v1, kind: Config, clusters: ${clusters}, ${rest}}`);
    const looks = createLooks({
      workspace: home,
      dataDir: join(home, "data"),
      policy: builtInPolicy,
      identify: createIdentify(Buffer.alloc(32)),
      redact: createRedact([]),
      box: noBox,
      givenTo: async (changeId) => ({
        env: { PATH: dirname(KUBECTL ?? ""), HOME: home, KUBECONFIG },
        view: { changeId, readWrite: [], readOnly: [], stateFile: null },
      }),
    });
    const step = aStep("scale deployment/api --replicas=2 -n staging --context=a");
    const read = readKubectl(step.args);
    assert.ok(read.ok);
    const look = looks.kubeconfig(randomUUID(), AbortSignal.timeout(20_000)).view;
    const seen = await previewKubectl(step, read.line, false, look, createRedact([]));
    assert.ok(!seen.ok);
    assert.match(
      seen.reason,
      /^Step 1 cannot be previewed\. The cluster's server 127\.0\.0\.1:1 refused the connection\. .*\n\nkubectl said:\n> The connection/,
    );
    assert.doesNotMatch(seen.reason, /memcache/);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

describe("a look of the program's own", () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-looks-"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  it("is not started without a context where it reaches a cluster: it would show another one", async () => {
    const looks = createLooks({
      workspace: "/nowhere",
      dataDir: home,
      policy: builtInPolicy,
      identify: createIdentify(Buffer.alloc(32)),
      redact: createRedact([]),
      box: noBox,
      givenTo: async (changeId) => ({
        env: { PATH: "/nowhere" },
        view: { changeId, readWrite: [], readOnly: [], stateFile: null },
      }),
    });
    const look = looks.kubeconfig(randomUUID(), AbortSignal.timeout(20_000)).view;
    for (const line of ["get pods -o json", "scale deployment/a --replicas=2 --dry-run=server", "version"]) {
      const looked = await look(line.split(" "), aStep(line));
      assert.ok(!looked.ok && looked.problem.includes("no context"), line);
    }
    const named = await look(["get", "pods", "--context=a"], aStep("get pods --context=a"));
    assert.ok(!named.ok && !named.problem.includes("no context"));
  });
});

describe("what a command sees of its change", () => {
  it("is the copy made for its tool: kubectl gets none of what only terraform may read", async () => {
    const data = join(tmpdir(), "greenlight-views");
    const looks = createLooks({
      workspace: "/nowhere",
      dataDir: data,
      policy: builtInPolicy,
      identify: createIdentify(Buffer.alloc(32)),
      redact: createRedact([]),
      box: noBox,
      givenTo: async (changeId) => ({
        env: {},
        view: { changeId, readWrite: ["home"], readOnly: [], stateFile: null },
      }),
    });
    const changeId = randomUUID();
    const copy = { changeId, dir: changeDirOf(data, changeId), files: new Map(), bound: [] };
    const seen = async (tool: "kubectl" | "terraform", line: string) =>
      (await looks.givenTo(copy, { tool, args: line.split(" "), dir: "" })).view.readWrite;
    assert.deepEqual(await seen("kubectl", "get pods"), [copy.dir.kubectl, "home"]);
    assert.deepEqual(await seen("terraform", "version"), [copy.dir.workspace, copy.dir.terraform, "home"]);
  });
});
