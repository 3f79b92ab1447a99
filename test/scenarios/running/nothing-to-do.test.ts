import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { Change } from "#change/change.ts";
import { ANA, type Program, planOf, startProgram } from "#test/support/program.ts";

const run = promisify(execFile);

describe("a change with nothing to do", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());
  afterEach(() => program.releaseTargets());

  const kubectl = async (line: string): Promise<string> => {
    const bin = join(program.config.dataDir, "sample", "bin", "kubectl");
    return (await run(bin, line.split(" "), { env: { PATH: program.config.inherited["PATH"] } })).stdout;
  };
  const field = (name: string, namespace: string, path: string): Promise<string> =>
    kubectl(`get deployment ${name} -n ${namespace} -o jsonpath={${path}}`);
  const ask = (plan: object, request: string): Promise<Change> => {
    program.model.script({ agent: "planner", json: plan });
    return program.ask(request);
  };
  const assertNothing = async (change: Change): Promise<void> => {
    assert.equal(change.status, "done", change.error ?? "");
    assert.equal(change.review?.by, "greenlight");
    assert.match(change.review?.notes ?? "", /^Nothing to do: /);
    assert.deepEqual(change.decisions, []);
    assert.deepEqual(await program.ran(change.id), []);
    const locks = await program.app.database.query("select 1 from target_locks where change_id = $1", [
      change.id,
    ]);
    assert.equal(locks.rowCount, 0);
  };

  it("asks nobody and runs nothing: a scale to the count that is there", async () => {
    const now = await field("payment-api", "production", ".spec.replicas");
    const line = `scale deployment/payment-api --replicas=${now} -n production`;
    const change = await ask(planOf([[line, null]]), "the same again");
    await assertNothing(change);
    assert.match(change.review?.notes ?? "", new RegExp(`Deployment/payment-api now: ${now} replica`));
    assert.equal(change.previews[0]?.changesNothing, true);
  });

  it("is also one whose policy would have asked nobody, and one with steps that only read", async () => {
    const now = await field("web", "staging", ".spec.replicas").catch(() => "");
    const name = now === "" ? "checkout" : "web";
    const namespace = now === "" ? "production" : "staging";
    const image = await field(name, namespace, ".spec.template.spec.containers[0].image");
    const container = await field(name, namespace, ".spec.template.spec.containers[0].name");
    const change = await ask(
      planOf([
        [`set image deployment/${name} ${container}=${image} -n ${namespace}`, null],
        [`rollout status deployment/${name} -n ${namespace}`, null],
      ]),
      "the same image",
    );
    await assertNothing(change);
    assert.match(change.review?.notes ?? "", /the steps that only read included/);
  });

  it("is only planned where it was asked for as a plan only, and says it", async () => {
    const now = await field("payment-api", "production", ".spec.replicas");
    const line = `scale deployment/payment-api --replicas=${now} -n production`;
    program.model.script({ agent: "planner", json: planOf([[line, null]]) });
    const asked = await program.app.changes.ask({
      ...{ request: "only look", requester: ANA, home: null, planOnly: true },
      idempotencyKey: crypto.randomUUID(),
    });
    assert.ok(asked.kind === "accepted");
    const change = await program.until(asked.change.id, "planned", "done", "failed");
    assert.equal(change.status, "planned", change.error ?? "");
    assert.match(change.review?.notes ?? "", /^Nothing to do: /);
  });

  it("is one of several steps that all change nothing, also of one target", async () => {
    const now = await field("payment-api", "production", ".spec.replicas");
    const image = await field("payment-api", "production", ".spec.template.spec.containers[0].image");
    const change = await ask(
      planOf([
        [`set image deployment/payment-api *=${image} -n production`, null],
        [`scale deployment/payment-api --replicas=${now} -n production`, null],
        ["delete configmap never-there --ignore-not-found -n production", null],
        [`scale deployment/payment-api --replicas=${now} -n production`, null],
      ]),
      "nothing four times",
    );
    await assertNothing(change);
  });

  it("is not one where another step changes something: the step says that it is already so", async () => {
    const now = await field("payment-api", "production", ".spec.replicas");
    const change = await ask(
      planOf([
        [`scale deployment/payment-api --replicas=${now} -n production`, null],
        ["annotate deployment/checkout looked=at -n production", null],
      ]),
      "both",
    );
    assert.equal(change.status, "waiting", change.error ?? "");
    assert.match(change.previews[0]?.facts.join("\n") ?? "", /Already so/);
    assert.equal(change.previews[1]?.changesNothing, undefined);
    assert.equal(change.review, null);
  });

  it("is not one that cannot be compared", async () => {
    const change = await ask(
      planOf([["rollout restart deployment/checkout -n production", null]]),
      "restart",
    );
    assert.equal(change.status, "waiting", change.error ?? "");
  });

  it("is a terraform root that was applied before", async () => {
    const first = await program.ask("apply the terraform root network");
    assert.equal(first.status, "waiting", first.error ?? "");
    await program.decide(first, "approve");
    const done = await program.until(first.id, "done", "needs_person", "failed");
    assert.equal(done.status, "done", done.error ?? "");
    program.model.script({
      agent: "planner",
      json: {
        ...planOf([["apply -auto-approve", null]], "high"),
        plan: [
          {
            ...{ step: 1, tool: "terraform", args: ["apply", "-auto-approve"], dir: "network" },
            ...{ description: "Apply it", risk: "high", rollback: null },
          },
        ],
      },
    });
    const again = await program.ask("apply the network again");
    await assertNothing(again);
    assert.match(again.review?.notes ?? "", /0 to create, 0 to update, 0 to replace, 0 to destroy/);
  });
});
