import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { ANA, ANA_SECRET, BEN_SECRET, type Program, planOf, startProgram } from "#test/support/program.ts";
import { type Clusters, installClusters, type Kubeconfig, twoClusters } from "#test/support/two-clusters.ts";

const CLEO = { kind: "token", name: "cleo", role: "approver", slackId: null } as const;
const TOKENS = `ana:requester:${ANA_SECRET},ben:approver:${BEN_SECRET},cleo:approver:cleo-0123456789abcdef`;
const RULES = `
version: 1
environments:
  production: { namespaces: [shop, production], contexts: [prod-eu] }
  staging: { namespaces: [shop, staging], contexts: [staging-eu] }
  tools: { namespaces: [tools] }
unattended: { medium: [staging, tools] }
approvals:
  - { environments: [production], quorum: 2 }
`;
const scale = (more: string) => `scale deployment/worker --replicas=6 ${more}`;

describe("two clusters with the same namespaces", () => {
  let home: string;
  let clusters: Clusters;
  let program: Program;
  let before0: number;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-two-clusters-"));
    await mkdir(join(home, "workspace"));
    clusters = await installClusters(home);
    await clusters.write("kubeconfig", twoClusters());
    const path = [clusters.binDir, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
    program = await startProgram(
      {
        PATH: path,
        GREENLIGHT_WORKSPACE: join(home, "workspace"),
        KUBECONFIG: [clusters.pathOf("kubeconfig"), clusters.pathOf("second")].join(delimiter),
        GREENLIGHT_MIX: "yes",
        // Its kubectl keeps a record beside itself, which no box lets it write.
        GREENLIGHT_BOX: "none",
        GREENLIGHT_API_TOKENS: TOKENS,
      },
      { policy: RULES },
    );
  });
  after(async () => {
    await program.close();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await clusters.write("kubeconfig", twoClusters());
    await rm(clusters.pathOf("second"), { force: true });
    await program.releaseTargets();
    before0 = (await clusters.calls()).length;
  });

  /** `plannings`: how often the same plan is made, with each answer once more. */
  const ask = (
    steps: [line: string, back: string | null][],
    risk: "low" | "medium" = "medium",
    plannings = 1,
  ) => {
    program.model.script(
      Array.from({ length: plannings }, () => ({ agent: "planner" as const, json: planOf(steps, risk) })),
    );
    return program.ask(`a change ${crypto.randomUUID()}`);
  };
  const contextsOf = (change: Change) =>
    (change.plan?.plan ?? []).flatMap(({ args, rollback }) =>
      [args, ...(rollback === null ? [] : [rollback.args])].map(
        (one) => one.find((word) => word.startsWith("--context"))?.split("=")[1] ?? null,
      ),
    );
  /** What changed since the test began, and the servers that were so much as looked at. */
  const since = async () => {
    const calls = (await clusters.calls()).slice(before0);
    const host = (server: string) => new URL(server).hostname;
    return {
      changed: calls.filter(({ changed }) => changed).map(({ server }) => host(server)),
      seen: [...new Set(calls.map(({ server }) => host(server)))].toSorted(),
      open: calls.filter(({ argv }) => !argv.some((word) => word.startsWith("--context="))),
    };
  };
  const failed = async (change: Change, why: RegExp): Promise<void> => {
    assert.equal(change.status, "failed", JSON.stringify(change.error));
    assert.match(change.error ?? "", why);
    assert.deepEqual((await since()).seen, []);
  };

  it("a namespace of staging is changed in staging's cluster, whatever context is the current one", async () => {
    const change = await ask([[scale("-n staging"), scale("-n staging")]]);
    assert.equal((await program.until(change.id, "done")).status, "done");
    assert.deepEqual(contextsOf(change), ["staging-eu", "staging-eu"]);
    assert.deepEqual(await since(), {
      changed: ["staging.example"],
      seen: ["staging.example"],
      open: [],
    });
  });

  it("a namespace of both is asked for, and the answer decides where it runs and who is asked", async () => {
    const asked = await ask([[scale("-n shop"), null]], "medium", 2);
    assert.equal(asked.status, "asking");
    const question = asked.decisions.at(-1)?.questions[0];
    assert.deepEqual(question?.choices, ["prod-eu", "staging-eu"]);
    assert.match(question?.text ?? "", /Which cluster .*shop/);
    assert.deepEqual((await since()).seen, []);
    assert.equal((await program.decide(asked, "answered", { answers: ["staging-eu"] })).kind, "decided");
    const done = await program.until(asked.id, "done", "failed", "waiting");
    assert.equal(done.status, "done", done.error ?? "");
    assert.deepEqual(done.environments, ["staging"]);
    assert.deepEqual((await since()).seen, ["staging.example"]);
  });

  it("the same plan for the other one waits for four eyes, and then runs there alone", async () => {
    const asked = await ask([[scale("-n shop"), null]], "medium", 2);
    await program.decide(asked, "answered", { answers: [" prod-eu "], by: ANA });
    const waiting = await program.until(asked.id, "waiting", "failed");
    assert.deepEqual(waiting.environments, ["production"]);
    assert.equal(waiting.terms?.quorum, 2);
    await program.decide(waiting, "approve");
    assert.deepEqual((await since()).changed, []);
    assert.equal((await program.decide(waiting, "approve", { by: CLEO })).kind, "decided");
    await program.until(asked.id, "done");
    assert.deepEqual((await since()).changed, ["prod.example"]);
    assert.deepEqual((await since()).seen, ["prod.example"]);
  });

  it("an answer that names neither is asked again, and at last ends the change", async () => {
    const asked = await ask([[scale("-n shop"), null]], "medium", 4);
    let open = asked;
    for (const said of ["the usual one", "prod", "in-cluster"]) {
      await program.decide(open, "answered", { answers: [said] });
      const { length } = open.decisions;
      for (;;) {
        open = await program.until(asked.id, "asking", "failed");
        if (open.status === "failed" || open.decisions.length > length) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    await failed(open, /Greenlight still had a question after 3 rounds/);
  });

  it("a context that the plan names itself is kept, in both, and a request for both runs each where it says", async () => {
    const both = await ask([
      [scale("-n shop --context=staging-eu"), null],
      [scale("-n shop --context prod-eu"), null],
    ]);
    assert.equal(both.status, "waiting");
    assert.deepEqual(both.environments.toSorted(), ["production", "staging"]);
    await program.decide(both, "approve");
    await program.decide(both, "approve", { by: CLEO });
    await program.until(both.id, "done");
    assert.deepEqual((await since()).changed, ["staging.example", "prod.example"]);
  });

  it("the way back stays where its step was: one elsewhere is refused, one that says nothing is completed", async () => {
    await failed(
      await ask([[scale("-n shop --context=staging-eu"), scale("-n shop --context=prod-eu")]]),
      /way back of step 1.*another context.*staging-eu/,
    );
    await failed(
      await ask([[scale("-n staging"), scale("-n shop --context=prod-eu")]]),
      /way back of step 1.*another context/,
    );
    const kept = await ask([[scale("-n shop --context=prod-eu"), "rollout undo deployment/worker -n shop"]]);
    assert.deepEqual(contextsOf(kept), ["prod-eu", "prod-eu"]);
    await program.decide(kept, "reject");
  });

  it("a context that contradicts its namespace is refused, and so is one that is not there or not named", async () => {
    await failed(
      await ask([[scale("-n staging --context=prod-eu"), null]]),
      /context prod-eu is one of production, and the namespace staging belongs to staging/,
    );
    await failed(
      await ask([[scale("-n shop --context=prod-us"), null]]),
      /names the context prod-us.*prod-eu, staging-eu/,
    );
    const more = twoClusters();
    more.contexts.push({ name: "mine", context: { cluster: "prod", user: "bot" } });
    await clusters.write("kubeconfig", more);
    await failed(
      await ask([[scale("-n shop --context=mine"), null]]),
      /mine, which the policy does not name/,
    );
  });

  it("what no environment tells is refused with what to write, reads too", async () => {
    const lines = [
      "get nodes",
      "get pods",
      "get pods -A",
      "get pods -n elsewhere",
      scale("-n tools"),
      "cordon node-1",
    ];
    for (const line of lines) {
      await failed(
        await ask([[line, null]], "low"),
        /does not say in which cluster.*2 contexts.*in the context prod-eu/,
      );
    }
    const told = await ask([["get nodes --context=staging-eu", null]], "low");
    await program.until(told.id, "done");
    assert.deepEqual((await since()).seen, ["staging.example"]);
  });

  it("what reaches no cluster needs no context", async () => {
    const change = await ask(
      [
        ["version --client", null],
        ["config get-contexts", null],
      ],
      "low",
    );
    await program.until(change.id, "done");
    assert.deepEqual(contextsOf(change), [null, null]);
  });

  it("flags that lead elsewhere past a context stay refused", async () => {
    const flags = [
      "--cluster=prod",
      "--server=https://prod.example",
      "-s https://prod.example",
      "--user=root",
      "--as=root",
    ];
    for (const flag of [...flags, "--kubeconfig=x", "--token=abc", "--tls-server-name=x", "--context="]) {
      const change = await ask([[`${scale("-n staging")} ${flag}`, null]]);
      assert.equal(change.status, "failed", flag);
      assert.deepEqual((await since()).seen, [], flag);
    }
  });

  describe("what happens to the kubeconfig after the plan", () => {
    const waiting = async (): Promise<Change> => {
      const change = await ask([[scale("-n production"), null]]);
      assert.equal(change.status, "waiting", change.error ?? "");
      return change;
    };
    const approve = async (change: Change) => {
      await program.decide(change, "approve");
      return program.decide(change, "approve", { by: CLEO });
    };

    it("the current context switched before the click, and after it: the plan runs where it was made for", async () => {
      const change = await waiting();
      await clusters.write("kubeconfig", { ...twoClusters(), "current-context": "staging-eu" });
      await program.decide(change, "approve");
      await clusters.write("kubeconfig", { ...twoClusters(), "current-context": "" });
      await program.decide(change, "approve", { by: CLEO });
      await program.until(change.id, "done");
      assert.deepEqual((await since()).seen, ["prod.example"]);
    });

    const moved: [what: string, edit: (config: Kubeconfig) => void][] = [
      [
        "its cluster got another address",
        ({ clusters: [one] }) => Object.assign(one?.cluster ?? {}, { server: "https://evil.example" }),
      ],
      [
        "its context was led to another cluster",
        ({ contexts: [one] }) => Object.assign(one?.context ?? {}, { cluster: "staging" }),
      ],
      [
        "its context was led to another user",
        ({ contexts: [one], users }) => {
          users.push({ name: "root", user: { token: "opaque-one" } });
          Object.assign(one?.context ?? {}, { user: "root" });
        },
      ],
      [
        "its context got another namespace",
        ({ contexts: [one] }) => Object.assign(one?.context ?? {}, { namespace: "kube-system" }),
      ],
      [
        "its token is another one",
        ({ users: [one] }) => Object.assign(one?.user ?? {}, { token: "opaque-two" }),
      ],
      [
        "it impersonates somebody",
        ({ users: [one] }) => Object.assign(one?.user ?? {}, { as: "system:admin" }),
      ],
      [
        "it impersonates groups",
        ({ users: [one] }) => Object.assign(one?.user ?? {}, { "as-groups": ["system:masters"] }),
      ],
      ["it impersonates a uid", ({ users: [one] }) => Object.assign(one?.user ?? {}, { "as-uid": "0" })],
      [
        "it goes through a proxy",
        ({ clusters: [one] }) => Object.assign(one?.cluster ?? {}, { "proxy-url": "http://evil.example" }),
      ],
      [
        "it takes another name for the server",
        ({ clusters: [one] }) => Object.assign(one?.cluster ?? {}, { "tls-server-name": "evil.example" }),
      ],
      [
        "it trusts other certificates",
        ({ clusters: [one] }) =>
          Object.assign(one?.cluster ?? {}, { "certificate-authority-data": "ZXZpbA==" }),
      ],
      [
        "it trusts everybody",
        ({ clusters: [one] }) => Object.assign(one?.cluster ?? {}, { "insecure-skip-tls-verify": true }),
      ],
      [
        "it logs in by a program",
        ({ users: [one] }) => Object.assign(one?.user ?? {}, { exec: { command: "evil" } }),
      ],
      [
        "it logs in by a file",
        ({ users: [one] }) => Object.assign(one?.user ?? {}, { tokenFile: "/tmp/evil" }),
      ],
      [
        "it logs in by a password",
        ({ users: [one] }) => Object.assign(one?.user ?? {}, { username: "root", password: "x" }),
      ],
    ];
    for (const [what, edit] of moved) {
      it(`${what}: the approval is void, and nothing runs`, async () => {
        const change = await waiting();
        const config = twoClusters();
        edit(config);
        await clusters.write("kubeconfig", config);
        await program.decide(change, "approve");
        const ended = await program.until(change.id, "expired", "done", "failed");
        assert.equal(ended.status, "expired", ended.error ?? "");
        assert.deepEqual((await since()).changed, []);
        assert.doesNotMatch(JSON.stringify(ended), /opaque-(one|two)/);
      });
    }

    it("between the last click and the run it is void too", async () => {
      const change = await waiting();
      await program.app.database.query(
        `update changes set lease_owner = 'gone', lease_epoch = lease_epoch + 1,
           lease_until = now() + interval '3 seconds' where id = $1`,
        [change.id],
      );
      assert.equal((await approve(change)).kind, "decided");
      const config = twoClusters({ token: "opaque-two" });
      await clusters.write("kubeconfig", config);
      const ended = await program.until(change.id, "failed", "done");
      assert.equal(ended.status, "failed");
      assert.match(ended.error ?? "", /context prod-eu.*its login.*has changed/);
      assert.deepEqual((await since()).changed, []);
    });

    it("a context that is gone refuses the click and voids nothing, since it may come back", async () => {
      const change = await waiting();
      const config = twoClusters();
      await clusters.write("kubeconfig", { ...config, contexts: config.contexts.slice(1) });
      const refused = await program.decide(change, "approve");
      assert.notEqual(refused.kind, "decided");
      assert.equal((await program.app.changes.get(change.id))?.status, "waiting");
      await clusters.write("kubeconfig", config);
      assert.equal((await approve(change)).kind, "decided");
      await program.until(change.id, "done");
      assert.deepEqual((await since()).changed, ["prod.example"]);
    });

    it("what belongs to another context, and the order of what is written, voids nothing", async () => {
      const change = await waiting();
      const config = twoClusters();
      config.clusters.push({ name: "new", cluster: { server: "https://new.example" } });
      config.contexts.unshift({ name: "new", context: { user: "new", cluster: "new" } });
      config.users.push({ name: "new", user: { token: "x" } });
      await clusters.write("kubeconfig", config);
      assert.equal((await approve(change)).kind, "decided");
      await program.until(change.id, "done");
    });

    it("a token that a login writes anew for the same account voids nothing", async () => {
      const tokenOf = (sub: string, exp: number) => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
        return `${part({ alg: "RS256" })}.${part({ iss: "https://login.example", sub, exp, iat: exp - 60, jti: `${exp}` })}.c2ln`;
      };
      await clusters.write("kubeconfig", twoClusters({ token: tokenOf("ana", 1) }));
      const change = await waiting();
      await clusters.write("kubeconfig", twoClusters({ token: tokenOf("ana", 2) }));
      assert.equal((await approve(change)).kind, "decided");
      await program.until(change.id, "done");
      const other = await waiting();
      await clusters.write("kubeconfig", twoClusters({ token: tokenOf("root", 3) }));
      await program.decide(other, "approve");
      assert.equal((await program.until(other.id, "expired", "done")).status, "expired");
    });
  });

  it("of two kubeconfig files the first that names something counts", async () => {
    const whole = twoClusters();
    const part = (at: number): Kubeconfig => ({
      ...whole,
      clusters: whole.clusters.slice(at, at + 1),
      contexts: whole.contexts.slice(at, at + 1),
      "current-context": whole.contexts[at]?.name ?? "",
    });
    await clusters.write("kubeconfig", part(0));
    await clusters.write("second", part(1));
    const change = await ask([[scale("-n staging"), null]]);
    await program.until(change.id, "done");
    assert.deepEqual((await since()).seen, ["staging.example"]);
    const other = await ask([[scale("-n production"), null]]);
    const evil = part(1);
    evil.clusters.push({ name: "prod", cluster: { server: "https://evil.example" } });
    await clusters.write("second", evil);
    await program.decide(other, "approve");
    await program.decide(other, "approve", { by: CLEO });
    await program.until(other.id, "done");
    assert.deepEqual((await since()).seen, ["prod.example", "staging.example"]);
  });

  it("the kubeconfig is asked once for what did not change", async () => {
    const change = await ask(Array.from({ length: 5 }, () => [scale("-n staging"), null]));
    await program.until(change.id, "done");
    const once = await clusters.views();
    const again = await ask(Array.from({ length: 5 }, () => [scale("-n staging"), null]));
    await program.until(again.id, "done");
    assert.equal(await clusters.views(), once);
  });

  describe("with a default_context", () => {
    before(async () => {
      await program.writePolicy(`${RULES}default_context: staging-eu\n`);
      await program.restart();
    });

    it("what is left open runs there, but no namespace of another environment", async () => {
      const open = await ask([["get nodes", null]], "low");
      await program.until(open.id, "done");
      const shared = await ask([[scale("-n shop"), null]]);
      await program.until(shared.id, "done");
      assert.deepEqual(
        [...contextsOf(open), ...contextsOf(shared)],
        ["staging-eu", "staging-eu", "staging-eu"],
      );
      assert.deepEqual((await since()).seen, ["staging.example"]);
      const production = await ask([[scale("-n production"), null]]);
      assert.deepEqual(contextsOf(production), ["prod-eu", "prod-eu"]);
      await program.decide(production, "reject");
    });

    it("one that the kubeconfig has not is refused, and said", async () => {
      const config = twoClusters();
      config.contexts[1] = { name: "other", context: { cluster: "staging", user: "bot" } };
      await clusters.write("kubeconfig", config);
      await failed(await ask([["get nodes", null]], "low"), /default_context of the policy is staging-eu/);
      await failed(await ask([[scale("-n staging"), null]]), /no context that fits/);
    });

    it("an unattended environment without contexts is warned of at the start, where there are several", async () => {
      assert.match(
        program.app.lines.join("\n"),
        /tools runs medium risk unattended and lists no contexts.*2/,
      );
      const one = twoClusters();
      await clusters.write("kubeconfig", { ...one, contexts: one.contexts.slice(1) });
      await program.restart();
      assert.doesNotMatch(program.app.lines.join("\n"), /lists no contexts/);
    });
  });

  it("a single context is named, though the policy does not, and not once another is the only one", async () => {
    await program.writePolicy(
      "version: 1\nenvironments: { tools: { namespaces: [tools] } }\nunattended: { medium: [tools] }\n",
    );
    const only = (name: string) => ({
      ...twoClusters(),
      contexts: [{ name, context: { cluster: "staging", user: "bot" } }],
    });
    await clusters.write("kubeconfig", only("kind"));
    await program.restart();
    const change = await ask([[scale("-n tools"), null]]);
    await program.until(change.id, "done");
    assert.deepEqual(contextsOf(change), ["kind", "kind"]);
    assert.deepEqual(change.environments, ["tools"]);
    await clusters.write("kubeconfig", only("other"));
    before0 = (await clusters.calls()).length;
    await failed(
      await ask([[scale("-n tools"), null]]),
      /would run in other, the only context.*start Greenlight again/,
    );
    const both = only("kind");
    both.contexts.push({ name: "other", context: { cluster: "prod", user: "bot" } });
    await clusters.write("kubeconfig", both);
    await failed(await ask([[scale("-n tools"), null]]), /does not say in which cluster/);
    await failed(
      await ask([[scale("-n tools --context=kind"), null]]),
      /kind, which the policy does not name/,
    );
    await writeFile(clusters.pathOf("kubeconfig"), "{}");
    await failed(await ask([[scale("-n tools"), null]]), /no kubeconfig has a context/);
  });
});
