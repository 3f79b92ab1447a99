import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { seeing } from "#test/support/box.ts";
import { type FakeTools, installFakeTools } from "#test/support/fake-tools.ts";
import { ANA, type Program, planOf, startProgram } from "#test/support/program.ts";

const RULES = `
version: 1
environments:
  production: { namespaces: [production], directories: [network] }
  staging: { namespaces: [staging], directories: [sandbox] }
unattended: { medium: [staging] }
asking: [{ users: [ana], environments: [staging], max_risk: medium }]
`;
const ASK_ALL = RULES.replace(/^asking.*$/m, "");
const freezeOf = (until: string, more = "") =>
  `${ASK_ALL}freezes: [{ from: "2020-01-01T00:00:00Z", until: "${until}", environments: [production], reason: The big sale }]\n${more}`;

describe("before anything of a plan is looked at", () => {
  let home: string;
  let tools: FakeTools;
  let program: Program;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-before-previews-"));
    const workspace = join(home, "workspace");
    for (const root of ["network", "sandbox"]) {
      await mkdir(join(workspace, root), { recursive: true });
      await writeFile(join(workspace, root, "main.tf"), 'output "a" { value = 1 }\n');
    }
    await writeFile(join(home, "kubeconfig"), "");
    tools = await installFakeTools(home);
    const path = [tools.binDir, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
    const env = {
      PATH: path,
      GREENLIGHT_WORKSPACE: workspace,
      KUBECONFIG: join(home, "kubeconfig"),
      GREENLIGHT_MIX: "yes",
    };
    program = await startProgram(env, { policy: RULES, ...seeing(home) });
  });
  after(async () => {
    await program.close();
    await rm(home, { recursive: true, force: true });
  });

  /** The change, and every program that was started for it. */
  const ask = async (plan: object, isPlanOnly = false): Promise<{ change: Change; calls: string[] }> => {
    const earlier = (await tools.calls()).length;
    program.model.script({ agent: "planner", json: plan });
    const asked = await program.app.changes.ask({
      request: `a change ${crypto.randomUUID()}`,
      requester: ANA,
      home: null,
      planOnly: isPlanOnly,
      idempotencyKey: crypto.randomUUID(),
    });
    assert.ok(asked.kind === "accepted");
    const change = await program.until(
      asked.change.id,
      "failed",
      "waiting",
      "done",
      "planned",
      "needs_person",
    );
    const all = (await tools.calls()).slice(earlier).map((call) => call.join(" "));
    // The kubeconfig's own words, which tell the environment, are no look at anything: no cluster is asked.
    const calls = all.filter((call) => !call.startsWith("kubectl config view "));
    await program.releaseTargets();
    return { change, calls };
  };
  const terraform = (line: string, dir: string): object => ({
    ...planOf([], "high"),
    plan: [
      {
        step: 1,
        description: line,
        tool: "terraform",
        args: line.split(" "),
        dir,
        risk: "low",
        rollback: null,
      },
    ],
  });
  const refused: [what: string, plan: object][] = [
    ["terraform plan of another environment", terraform("plan -input=false", "network")],
    ["terraform apply of another environment", terraform("apply -input=false -auto-approve", "network")],
    ["more risk than one may ask for", terraform("apply -input=false -auto-approve", "sandbox")],
    ["terraform validate elsewhere", terraform("validate", "network")],
    ["a root by -chdir", terraform("-chdir=network plan -input=false", "")],
    ["kubectl in another environment", planOf([["scale deployment/web --replicas=2 -n production", null]])],
    ["a read in another environment", planOf([["get pods -n production", null]], "low")],
    ["a place the policy does not name", planOf([["get pods -n elsewhere", null]], "low")],
    ["more risk by kubectl", planOf([["delete deployment/web -n staging", null]], "high")],
    [
      "one step of two",
      planOf([
        ["get pods -n staging", null],
        ["get pods -n production", null],
      ]),
    ],
    [
      "a way back elsewhere",
      planOf([["scale deployment/web --replicas=2 -n staging", "delete deployment/web -n staging"]]),
    ],
  ];
  for (const [what, plan] of refused) {
    for (const isPlanOnly of [false, true]) {
      it(`${what}${isPlanOnly ? ", as a plan only" : ""}: who may not ask for it has nothing run`, async () => {
        const { change, calls } = await ask(plan, isPlanOnly);
        assert.equal(change.status, "failed");
        assert.match(change.error ?? "", /\basking\b/);
        assert.deepEqual(calls, []);
      });
    }
  }

  describe("in a freeze", () => {
    const apply = terraform("apply -input=false -auto-approve", "network");
    const under = async (policy: string): Promise<void> => {
      await program.writePolicy(policy);
      await program.restart();
    };

    it("terraform is not asked for a plan that nobody could approve before its question ends", async () => {
      await under(freezeOf("2099-01-01T00:00:00Z", "break_glass: [U0ANA00001]\n"));
      const { change, calls } = await ask(apply);
      assert.equal(change.status, "failed");
      assert.match(change.error ?? "", /2099-01-01.*The big sale/);
      assert.deepEqual(calls, []);
    });

    it("a plan only, another environment, what only reads, and kubectl are looked at as ever", async () => {
      await under(freezeOf("2099-01-01T00:00:00Z"));
      assert.notDeepEqual((await ask(apply, true)).calls, []);
      assert.notDeepEqual((await ask(terraform("apply -input=false -auto-approve", "sandbox"))).calls, []);
      assert.notDeepEqual(
        (await ask({ ...terraform("plan -input=false", "network"), risk_level: "low" })).calls,
        [],
      );
      const scaled = await ask(planOf([["scale deployment/web --replicas=5 -n production", null]]));
      assert.equal(scaled.change.status, "waiting");
    });

    it("one that ends while the question is open keeps nobody from looking", async () => {
      await under(freezeOf(new Date(Date.now() + 20 * 60_000).toISOString()));
      assert.notDeepEqual((await ask(apply)).calls, []);
    });
  });
});
