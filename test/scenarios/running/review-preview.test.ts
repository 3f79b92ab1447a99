import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import files, { mkdir, mkdtemp, rm } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { kubectlTargets } from "#execution/kubectl-identity.ts";
import type { Look } from "#execution/previews/look.ts";
import { previewPlan } from "#execution/previews/preview.ts";
import { makeChangeDir } from "#execution/workspace/scratch.ts";
import { builtInPolicy, withKubeconfig } from "#policy/document.ts";
import { isAlive } from "#test/execution/process/processes.ts";
import { aStep } from "#test/support/changes.ts";
import { executionDeps, looksOf } from "#test/support/execution.ts";

describe("a preview of a cluster", () => {
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-preview-"));
    await mkdir(join(home, "workspace"));
  });
  after(() => rm(home, { recursive: true, force: true }));

  /** Previews a restart; the kubeconfig leads to the next of these servers each time it is asked. */
  const preview = (servers: string[], changeId: string = randomUUID()) => {
    const web = { kind: "Deployment", metadata: { name: "web" }, spec: { replicas: 1 } };
    const kubectl: Look = async () => ({ ok: true, stdout: JSON.stringify(web) });
    const config: Look = async () => {
      const server = servers.length > 1 ? servers.shift() : servers[0];
      const known = {
        clusters: [{ cluster: { server } }],
        contexts: [{ name: "live", context: { user: "bot" } }],
      };
      return { ok: true, stdout: JSON.stringify({ ...known, "current-context": "live" }) };
    };
    const deps = executionDeps({
      ...{ workspace: join(home, "workspace"), dataDir: join(home, "data") },
      policy: withKubeconfig(builtInPolicy, ["live"]),
      looks: looksOf({
        kubectl: () => kubectl,
        kubeconfig: () => ({ view: config, identify: async () => "0" }),
      }),
    });
    const plan = {
      summary: "",
      plan: [aStep("rollout restart deployment/web -n staging")],
      risk_level: "low",
      risk_reason: "",
      questions: [],
    } as const;
    const given = { ...plan, plan: [...plan.plan], questions: [] };
    return previewPlan(
      deps,
      { changeId: changeId, revision: 1, plan: given, answers: [] },
      AbortSignal.timeout(5_000),
    );
  };

  it("first ends what an instance that died here was looking with: its terraform would hold the state's lock", {
    skip: process.platform !== "linux",
  }, async () => {
    const changeId = randomUUID();
    await makeChangeDir(join(home, "data"), changeId);
    const own = join(home, "data", "changes", changeId, "home", "bare");
    const left = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
      env: { HOME: own },
      detached: true,
      stdio: "ignore",
    });
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
      env: { HOME: join(home, "data", "changes", randomUUID(), "home", "bare") },
      detached: true,
      stdio: "ignore",
    });
    await Promise.all([left, other].map((one) => once(one, "spawn")));
    const seen = await preview(["https://one.example"], changeId);
    assert.ok(seen.ok, JSON.stringify(seen));
    const alive = [left, other].map(({ pid }) => isAlive(Number(pid)));
    other.kill("SIGKILL");
    left.kill("SIGKILL");
    assert.deepEqual(alive, [false, true]);
  });

  it("reads no process of this machine for a change that has run nothing here, and all for one that may have", {
    skip: process.platform !== "linux",
  }, async () => {
    const changeId = randomUUID();
    const read = await countReads(/^\/proc\/\d+\/environ$/, () => preview(["https://one.example"], changeId));
    assert.equal(read, 0);
    await makeChangeDir(join(home, "data"), changeId);
    const again = await countReads(/^\/proc\/\d+\/environ$/, () =>
      preview(["https://one.example"], changeId),
    );
    assert.ok(again > 0);
  });

  it("says which one it is, for a command that names none", async () => {
    const seen = await preview(["https://one.example"]);
    assert.ok(seen.ok, JSON.stringify(seen));
    assert.match(
      seen.previews[0]?.facts.join("\n") ?? "",
      /This plan runs in: .*\(live\): https:\/\/one\.example, as bot/,
    );
  });

  it("names every cluster its commands reach, also where one context is two in two environments", async () => {
    const step = (line: string) =>
      ({
        step: 1,
        tool: "kubectl",
        args: line.split(" "),
        dir: "",
        description: "",
        risk: "low",
        rollback: null,
      }) as const;
    const plan = {
      summary: "",
      plan: [
        step("get pods --context=live -n one"),
        step("get pods --context=live -n two"),
        step("get deployments --context=live -n two"),
      ],
      risk_level: "low",
      risk_reason: "",
      questions: [],
    } as const;
    const view: Look = async (_, { args }) => {
      const clusters = [{ cluster: { server: `https://${args.at(-1)}.example` } }];
      return {
        ok: true,
        stdout: JSON.stringify({ clusters, contexts: [{ context: {} }], "current-context": "live" }),
      };
    };
    const targets = await kubectlTargets(
      { ...plan, plan: plan.plan.map((one) => ({ ...one, args: [...one.args] })), questions: [] },
      { view, identify: async () => "0" },
    );
    assert.deepEqual(
      targets.map((target) => /https:\/\/(\w+)/.exec(target)?.[1]),
      ["one", "two"],
    );
  });

  it("is void when the kubeconfig leads to another one before it is bound", async () => {
    const seen = await preview(["https://one.example", "https://one.example", "https://two.example"]);
    assert.deepEqual(seen, {
      ok: false,
      reason: "The kubeconfig has changed while the plan was looked at. Ask again.",
      isFinal: true,
    });
  });
});

/** How many files of such a name are read while this is done; each is read as ever. */
async function countReads(name: RegExp, work: () => Promise<unknown>): Promise<number> {
  const { readFile } = files;
  let count = 0;
  const counting = (...given: Parameters<typeof readFile>) => {
    if (name.test(String(given[0]))) count += 1;
    return readFile(...given);
  };
  files.readFile = counting as typeof readFile;
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    files.readFile = readFile;
    syncBuiltinESMExports();
  }
  return count;
}
