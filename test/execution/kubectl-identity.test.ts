import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { PlannerOutput } from "#change/plan.ts";
import { findContexts, rememberViews, VIEW_ARGS } from "#execution/kubeconfig.ts";
import { isUntold, kubectlTargets, shownTarget, whyElsewhere } from "#execution/kubectl-identity.ts";
import type { Look } from "#execution/previews/look.ts";
import { createIdentify } from "#execution/target-identity.ts";
import { builtInPolicy } from "#policy/document.ts";
import { planOf } from "#test/support/program.ts";

const plan = PlannerOutput.parse(
  planOf([["scale deployment/web --replicas=2 -n staging --context=a", null]]),
);

/** Where the plan runs by a kubeconfig that names this server. */
async function targetsWith(server: string): Promise<string> {
  const config = {
    "current-context": "a",
    clusters: [{ name: "a", cluster: { server } }],
    contexts: [{ name: "a", context: { cluster: "a", user: "ana" } }],
  };
  const view = async () => ({ ok: true, stdout: JSON.stringify(config) }) as const;
  return (await kubectlTargets(plan, { view, identify: async () => "0" })).join("\n");
}

test("where a plan runs names no login that stands in the server's address: it is stored, and shown when it differs", async () => {
  for (const login of ["ana:hunter2@", "hunter2@", "ana:hun/ter2@", "ana:h@unter2@"]) {
    const target = await targetsWith(`https://${login}cluster.example.com:6443`);
    assert.match(target, /\(a\): https:\/\/\S*cluster\.example\.com:6443, as ana/, login);
    assert.doesNotMatch(target, /hun\/?ter2|h@unter2/, login);
    // kubectl puts the scheme before an address that has none.
    const bare = await targetsWith(`${login}cluster.example.com:6443`);
    assert.match(bare, /\(a\): cluster\.example\.com:6443, as ana/, login);
  }
  const plain = "https://cluster.example.com:6443/k8s/@team";
  assert.ok((await targetsWith(plain)).includes(plain));
});

test("a plan of an earlier version, which names no context or binds no identity, is told from one that was led elsewhere", async () => {
  const old = PlannerOutput.parse(planOf([["scale deployment/web --replicas=2 -n staging", null]]));
  const view = async () => assert.fail("nothing of it runs anywhere, so nothing is asked");
  const [target = ""] = await kubectlTargets(old, { view, identify: async () => "0" });
  assert.equal(isUntold(target), false);
  assert.match(whyElsewhere(target, []), /names no context.*earlier version/);
  const now = "kubectl, context a (a): https://one, as ana, namespace default unless named, identity 1.2.3";
  assert.match(whyElsewhere(now, [shownTarget(now)]), /earlier version.*did not bind as whom/);
  assert.match(
    whyElsewhere(now, [now.replace("1.2.3", "1.9.3")]),
    /of kubectl, context a .*, its login .* has changed/,
  );
  assert.match(
    whyElsewhere(now, [now.replace("1.2.3", "9.2.9")]),
    /the way .* and whom it impersonates has changed/,
  );
  assert.match(whyElsewhere(now, [now.replace("one", "two")]), /somewhere else.*https:\/\/one/);
  assert.doesNotMatch(whyElsewhere(now, []), /identity/);
});

test("what kubectl said of its kubeconfig is remembered while the bytes of its files are the same", async () => {
  const home = await mkdtemp(join(tmpdir(), "greenlight-views-"));
  try {
    const [one, two] = [join(home, "one"), join(home, "two")];
    await writeFile(one, "a");
    const views = rememberViews();
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return { ok: true, stdout: `${asked}` } as const;
    };
    const env = { PATH: "/bin", KUBECONFIG: [one, two].join(delimiter) };
    const of = async (args = VIEW_ARGS, more = {}) => {
      const looked = await views(args, { ...env, ...more }, ask);
      return looked.ok ? looked.stdout : "";
    };
    assert.deepEqual([await of(), await of(), await of()], ["1", "1", "1"]);
    await writeFile(two, "");
    assert.equal(await of(), "2");
    await writeFile(one, "b");
    assert.equal(await of(), "3");
    assert.equal(await of(VIEW_ARGS, { PATH: "/usr/bin" }), "4");
    assert.equal(await of(VIEW_ARGS, { KUBECONFIG: one }), "5");
    assert.equal(await of([...VIEW_ARGS, "--raw"]), "6");
    assert.deepEqual([await of(["get", "pods"]), await of(["get", "pods"])], ["7", "8"]);
    assert.equal(await of(), "3");
    const failing = async () => ({ ok: false, problem: "not now" }) as const;
    await rm(two);
    assert.equal((await views(VIEW_ARGS, env, failing)).ok, false);
    assert.equal(await of(), "9");
    // Written while it was asked: nobody knows which of the two the answer is about.
    const racing = async () => {
      await writeFile(one, "c");
      return { ok: true, stdout: "old" } as const;
    };
    await writeFile(one, "d");
    await views(VIEW_ARGS, env, racing);
    assert.equal(await of(), "10");
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

const KUBECTL = ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].find((path) => existsSync(path));

test("the real kubectl says the same things: two files, the first that names something counts", {
  skip: KUBECTL === undefined ? "kubectl is not installed" : false,
}, async () => {
  const home = await mkdtemp(join(tmpdir(), "greenlight-kubectl-"));
  try {
    const KUBECONFIG = [join(home, "one"), join(home, "two")].join(delimiter);
    const put = (name: string, server: string, user: string) =>
      writeFile(
        join(home, name),
        `{apiVersion: v1, kind: Config, current-context: ${name}, clusters: [{name: ${name}, cluster: {server: "${server}"}}, {name: shared, cluster: {server: "${server}"}}], contexts: [{name: ${name}, context: {cluster: shared, user: ${name}}}], users: [{name: ${name}, user: ${user}}]}`,
      );
    const view: Look = (args) =>
      new Promise((resolve) => {
        execFile(KUBECTL ?? "", [...args], { env: { KUBECONFIG, HOME: home } }, (error, stdout, stderr) =>
          resolve(error === null ? { ok: true, stdout } : { ok: false, problem: stderr }),
        );
      });
    const identify = createIdentify(Buffer.alloc(32));
    const looks = {
      view,
      identify: (entries: Parameters<typeof identify>[0]) => identify(entries, KUBECONFIG),
    };
    const planIn = (context: string) =>
      PlannerOutput.parse(planOf([[`get pods --context=${context}`, null]]));
    await put("one", "https://one", "{token: secret-token-of-ana, as: root}");
    await put(
      "two",
      "https://two",
      "{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./x, interactiveMode: Never}}",
    );
    assert.deepEqual(await findContexts(builtInPolicy, view), { ok: true, contexts: ["one", "two"] });
    const [one = ""] = await kubectlTargets(planIn("one"), looks);
    const [two = ""] = await kubectlTargets(planIn("two"), looks);
    const [gone = ""] = await kubectlTargets(planIn("gone"), looks);
    assert.match(one, /context one \(one\): https:\/\/one, as one \(impersonating root\), namespace default/);
    assert.match(two, /context two \(two\): https:\/\/one, as two, namespace default/);
    assert.equal(isUntold(gone), true);
    assert.doesNotMatch(one + two, /secret-token/);
    await put("one", "https://one", "{token: another-token-of-ana, as: root}");
    assert.match(whyElsewhere((await kubectlTargets(planIn("one"), looks))[0] ?? "", [one]), /its login/);
    assert.deepEqual(await kubectlTargets(planIn("two"), looks), [two]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
