import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import type { PreviewedPlan } from "#change/preview.ts";
import type { Look } from "#execution/previews/look.ts";
import { previewPlan } from "#execution/previews/preview.ts";
import { judgeOnDisk } from "#execution/workspace/asked-files.ts";
import { builtInPolicy, withKubeconfig } from "#policy/document.ts";
import { judge } from "#policy/judge.ts";
import { aStep } from "#test/support/changes.ts";
import { executionDeps, looksOf } from "#test/support/execution.ts";

const MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: staging}\ndata: {a: b}\n";

/** What may lie in a workspace and is no plain file. Each is made at a path; `undo` takes away what outlives the test. */
type Odd = { make(at: string): Promise<unknown>; named?: RegExp; undo?: () => void };

describe("a workspace with something odd in it", () => {
  const folders: string[] = [];
  let home: string;
  let workspace: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-odd-"));
    folders.push(home);
    workspace = join(home, "workspace");
    await put("k8s/api.yaml", MANIFEST);
    await put("net/main.tf", 'resource "terraform_data" "a" {}\n');
    await mkdir(join(home, "data"), { recursive: true });
    await writeFile(join(home, "data", "key"), "a key");
    await writeFile(join(home, "outside"), "not yours");
  });
  after(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  };

  /** The preview of one command, with a cluster that says nothing. */
  const preview = (line: string, tool: "kubectl" | "terraform" = "kubectl"): Promise<PreviewedPlan> => {
    const answer: Look = async () => ({ ok: true, stdout: "{}" });
    const config: Look = async () => ({ ok: true, stdout: '{"contexts": [{"name": "live"}]}' });
    const deps = executionDeps({
      ...{ workspace: workspace, dataDir: join(home, "data") },
      policy: withKubeconfig(builtInPolicy, ["live"]),
      looks: looksOf({
        kubectl: () => answer,
        kubeconfig: () => ({ view: config, identify: async () => "0" }),
      }),
    });
    const step = { ...aStep(line), tool, dir: tool === "terraform" ? "net" : "" };
    const plan = { summary: "", plan: [step], risk_level: "low", risk_reason: "", questions: [] } as const;
    const given = { ...plan, plan: [...plan.plan], questions: [] };
    return previewPlan(
      deps,
      { changeId: randomUUID(), revision: 1, plan: given, answers: [] },
      AbortSignal.timeout(20_000),
    );
  };
  const refusalOf = async (line: string, tool?: "terraform"): Promise<string> => {
    const seen = await preview(line, tool);
    return seen.ok ? "taken" : seen.reason;
  };

  let socket: ReturnType<typeof createServer> | undefined;
  const odd: Record<string, Odd> = {
    "a link that leads nowhere": {
      make: (at) => symlink("../gone", at),
      named: /link that leads nowhere; mend/,
    },
    "a link to a file outside": {
      make: (at) => symlink(join(home, "outside"), at),
      named: /leaves the workspace; put/,
    },
    "a link to a directory outside": {
      make: (at) => symlink(tmpdir(), at),
      named: /leaves the workspace; put/,
    },
    "a link to the data directory": {
      make: (at) => symlink(join(home, "data"), at),
      named: /leaves the workspace; put/,
    },
    "a link to /proc": { make: (at) => symlink("/proc/self", at), named: /leaves the workspace; put/ },
    "a link to itself": { make: (at) => symlink(at, at), named: /link that leads nowhere; mend/ },
    "a pipe": {
      make: async (at) => execFileSync("mkfifo", [at]),
      named: /neither a file nor a directory; put a plain file/,
    },
    "a socket": {
      make: async (at) => {
        socket = createServer();
        await new Promise<void>((resolve) => socket?.listen(at, resolve));
      },
      named: /neither a file nor a directory; put a plain file/,
      undo: () => socket?.close(),
    },
    "a file that is too large": {
      make: async (at) => {
        await writeFile(at, "");
        await truncate(at, 64 * 1_024 * 1_024 + 1);
      },
      named: /does not fit into the 67108864 bytes/,
    },
  };

  for (const [what, { make, named, undo }] of Object.entries(odd)) {
    it(`holds ${what}: only a command that reads it is refused, by its name`, async () => {
      await make(join(workspace, "k8s/odd.yaml"));
      await make(join(workspace, "net/odd.tf"));
      assert.ok((await preview("get pods -n staging")).ok);
      assert.equal(await refusalOf("diff -f k8s/api.yaml"), "taken");
      for (const line of ["diff -f k8s/odd.yaml", "diff -f k8s", "diff -f k8s/*.yaml", "diff -f k8s -R"]) {
        const reason = await refusalOf(line);
        assert.match(reason, /k8s\/odd\.yaml/, line);
        assert.match(reason, named ?? /./, line);
      }
      const reason = await refusalOf("validate", "terraform");
      assert.match(reason, /net\/odd\.tf/);
      await rm(join(workspace, "net/odd.tf"));
      undo?.();
      await make(join(workspace, "net/notes"));
      assert.equal(await refusalOf("validate", "terraform"), "taken");
      await put("net/main.tf", 'output "o" {\n  value = fileset(path.module, "*")\n}\n');
      assert.match(await refusalOf("validate", "terraform"), /net\/notes/);
      undo?.();
    });
  }

  it("holds a link into a directory that holds it", async () => {
    await symlink(".", join(workspace, "k8s/up"));
    assert.equal(await refusalOf("diff -f k8s"), "taken");
    assert.match(await refusalOf("diff -f k8s -R"), /k8s\/up is a link into a directory that holds it/);
  });

  it("holds a file and a directory that Greenlight's user may not read", async () => {
    await put("k8s/odd.yaml", MANIFEST);
    await put("k8s/closed/b.yaml", MANIFEST);
    await chmod(join(workspace, "k8s/odd.yaml"), 0);
    await chmod(join(workspace, "k8s/closed"), 0);
    for (const path of [workspace, join(workspace, "k8s")]) await chmod(path, 0o755);
    await chmod(home, 0o755);
    const isRoot = process.geteuid?.() === 0;
    const judged = async (line: string) => {
      if (isRoot) process.seteuid?.(65_534);
      try {
        const found = await judgeOnDisk({ workspace, dataDir: join(home, "data") }, builtInPolicy, (files) =>
          judge({ tool: "kubectl", args: line.split(" "), dir: "" }, builtInPolicy, files),
        );
        assert.ok(found.ok, JSON.stringify(found));
        return found.judged.decision === "deny" ? found.judged.reasons.join() : "taken";
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
    };
    assert.equal(await judged("diff -f k8s/api.yaml"), "taken");
    assert.match(await judged("diff -f k8s"), /k8s\/odd\.yaml cannot be read by the user/);
    assert.match(await judged("diff -f k8s/closed/b.yaml"), /k8s\/closed\/b\.yaml cannot be read/);
    assert.match(await judged("diff -f k8s/closed"), /k8s\/closed cannot be read by the user/);
    await chmod(join(workspace, "k8s/closed"), 0o755);
  });

  it("holds a name with a line break, a deep tree and a device", async () => {
    await put("k8s/a\nb.yaml", MANIFEST);
    await put(`deep/${"d/".repeat(45)}a.yaml`, MANIFEST);
    if (process.geteuid?.() === 0) execFileSync("mknod", [join(workspace, "k8s/null.yaml"), "c", "1", "3"]);
    assert.ok((await preview("get pods -n staging")).ok);
    assert.equal(await refusalOf("diff -f k8s/api.yaml"), "taken");
    assert.match(await refusalOf("diff -f deep -R"), /more than 40 directories deep; name a directory/);
    if (process.geteuid?.() === 0) {
      assert.match(await refusalOf("diff -f k8s"), /k8s\/null\.yaml is neither a file/);
      await rm(join(workspace, "k8s/null.yaml"));
    }
    await rm(join(workspace, "k8s/api.yaml"));
    assert.equal(await refusalOf("diff -f k8s"), "taken");
  });

  it("may hold 20,000 files where no command looks", async () => {
    for (let folder = 0; folder < 20; folder += 1) {
      await mkdir(join(workspace, `vendor/${folder}`), { recursive: true });
      for (let index = 0; index < 1_000; index += 1) {
        writeFileSync(join(workspace, `vendor/${folder}/${index}.txt`), "x");
      }
    }
    const before = performance.now();
    assert.ok((await preview("get pods -n staging")).ok);
    assert.equal(await refusalOf("diff -f k8s/api.yaml"), "taken");
    const ms = performance.now() - before;
    assert.ok(ms < 5_000, `two previews took ${ms} ms`);
    assert.match(
      await refusalOf("create configmap x -n staging --from-file=vendor/19/zz.txt"),
      /not in the workspace/,
    );
  });
});
