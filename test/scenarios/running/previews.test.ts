import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { Change } from "#change/change.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";

const run = promisify(execFile);

describe("what is seen before anybody is asked", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  after(() => program.close());
  afterEach(() => program.releaseTargets());

  const path = (...parts: string[]) => join(program.config.dataDir, "sample", ...parts);
  const kubectl = async (line: string): Promise<string> =>
    (await run(path("bin", "kubectl"), line.split(" "), { env: { PATH: program.config.inherited["PATH"] } }))
      .stdout;
  const replicas = async (name: string): Promise<number> =>
    Number(await kubectl(`get deployment ${name} -n production -o jsonpath={.spec.replicas}`));
  const ask = (plan: object, request: string): Promise<Change> => {
    program.model.script({ agent: "planner", json: plan });
    return program.ask(request);
  };
  const commands = (change: Change) =>
    (change.plan?.plan ?? []).map((step) => [step.args.join(" "), step.rollback?.args.join(" ") ?? null]);

  it("completes a scale from the count that is there, and shows both counts", async () => {
    const now = await replicas("payment-api");
    const line = "scale deployment/payment-api --replicas=9 -n production";
    const change = await ask(
      planOf([[line, "scale deployment/payment-api --replicas=77 -n production"]]),
      "nine",
    );
    assert.deepEqual(commands(change), [
      [
        `${line} --context=playground --current-replicas=${now}`,
        "patch deployment payment-api --namespace=production --context=playground --type=json --patch-file=greenlight-rollback-1-1.json",
      ],
    ]);
    const [preview] = change.previews;
    assert.deepEqual(preview?.rows, [
      { target: "Deployment/payment-api spec.replicas", action: "update", before: `${now}`, after: "9" },
    ]);
    assert.match(preview?.facts.join("\n") ?? "", /This plan runs in: kubectl, context playground /);
    assert.equal(await replicas("payment-api"), now, "looking changed something");
  });

  it("does not scale from a count that is another one by then", async () => {
    const now = await replicas("checkout");
    const change = await ask(
      planOf([["scale deployment/checkout --replicas=9 -n production", null]]),
      "checkout to nine",
    );
    await kubectl(`scale deployment/checkout --replicas=${now + 1} -n production`);
    await program.decide(change, "approve");
    const after = await program.until(change.id, "needs_person", "rolled_back", "failed", "done", "expired");
    assert.equal(after.status, "expired");
    assert.deepEqual(await program.ran(change.id), ["forward 1 not run"]);
    assert.equal(await replicas("checkout"), now + 1);
  });

  it("tells that a target is not there, and asks nobody", async () => {
    const change = await ask(
      planOf([["scale deployment/not-there --replicas=2 -n production", null]]),
      "not there",
    );
    assert.equal(change.status, "failed");
    assert.match(
      change.error ?? "",
      /^Step 1 cannot be previewed\. Not found: there is no deployment not-there in the namespace production\. Nothing was run\.\n/,
    );
  });

  it("shows which image an undo brings back, and ends what matches nothing", async () => {
    const undo = await ask(planOf([["rollout undo deployment/checkout -n production", null]]), "undo");
    assert.equal(undo.status, "waiting", undo.error ?? "");
    const [preview] = undo.previews;
    assert.match(preview?.facts.join("\n") ?? "", /Deployment\/checkout goes back to revision \d+: image /);
    assert.match(preview?.rows[0]?.target ?? "", /^Deployment\/checkout spec\.template\..*image$/);
    const nothing = await ask(planOf([["rollout restart deployment -l app=nope -n production", null]]), "no");
    assert.equal(nothing.status, "failed");
    assert.match(
      nothing.error ?? "",
      /Nothing matches: there are no deployments with --selector=app=nope in the namespace production\. Nothing was run/,
    );
  });

  it("counts as high what cannot be seen before an earlier step has made it", async () => {
    await writeFile(
      path("sample-workspace", "manifests", "fresh.yaml"),
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: fresh, namespace: staging }\ndata: { a: b }\n",
    );
    const change = await ask(
      planOf([
        ["apply -f manifests/fresh.yaml -n staging", null],
        ["annotate configmap/fresh owner=ana -n staging", null],
      ]),
      "apply and annotate",
    );
    assert.equal(change.status, "waiting", change.error ?? "");
    assert.equal(change.risk, "high");
    assert.equal(change.previews[1]?.isBeforeChange, true);
    assert.match(change.riskReasons.join("\n"), /cannot be seen before the earlier steps have run/);
    assert.equal(change.previews[0]?.rows[0]?.action, "create");
  });

  it("refuses a click, and a run, when a manifest is not the approved one any more", async () => {
    const file = path("sample-workspace", "manifests", "greeter.yaml");
    const plan = planOf([["apply -f manifests/greeter.yaml -n staging", null]], "high");
    const clicked = await ask(plan, "apply the greeter");
    assert.equal(clicked.status, "waiting", clicked.error ?? "");
    await appendFile(file, "\n# a harmless word\n");
    const decided = await program.decide(clicked, "approve");
    assert.equal(decided.kind, "stale");
    assert.match(decided.kind === "stale" ? decided.reason : "", /manifests\/greeter\.yaml /);
    // It could never be approved any more, so it ends.
    const voided = await program.until(clicked.id, "expired");
    assert.match(voided.error ?? "", /manifests\/greeter\.yaml /);
    assert.deepEqual([voided.decisions[0]?.answer, voided.decisions[0]?.approvals], ["expire", []]);
    assert.equal((await program.decide(clicked, "approve")).kind, "already");
    assert.deepEqual(await program.ran(clicked.id), []);
    // Changed between the click and the run: the permission is there, the run is not.
    const approved = await ask(plan, "apply the greeter again");
    await program.app.database.query(
      "update changes set lease_owner = 'elsewhere', lease_until = now() + interval '1 second' where id = $1",
      [approved.id],
    );
    assert.equal((await program.decide(approved, "approve")).kind, "decided");
    await appendFile(file, "\n# another one\n");
    const ended = await program.until(approved.id, "failed", "done", "needs_person");
    assert.match(ended.error ?? "", /manifests\/greeter\.yaml /);
    assert.deepEqual(await program.ran(approved.id), []);
  });

  it("runs exactly the saved terraform plan, keeps it sealed until then, and forgets it after", async () => {
    const change = await program.ask("apply the terraform root network");
    assert.equal(change.status, "waiting", change.error ?? "");
    const apply = change.plan?.plan.find((step) => step.args[0] === "apply");
    assert.equal(apply?.args.at(-1), `greenlight-step-${apply?.step}.tfplan`);
    assert.equal(apply?.rollback, null);
    const preview = change.previews.find(({ step }) => step === apply?.step);
    assert.match(preview?.facts.join("\n") ?? "", /3 to create, 0 to update, 0 to replace, 0 to destroy/);
    assert.deepEqual(
      preview?.rows.slice(0, 4).map(({ action }) => action),
      ["create", "create", "create", "update"],
    );
    const sealed = await sealedFiles(change.id);
    // The plan, and what it is to do.
    assert.equal(sealed.length, 2);
    for (const one of sealed)
      assert.equal(one.includes("PK\u0003\u0004"), false, "the plan lies there as it is");
    const lies = await readdir(join(program.config.dataDir, "changes", change.id), { recursive: true });
    assert.deepEqual(
      lies.filter((name) => name.endsWith(".tfplan")),
      [],
    );
    await program.decide(change, "approve");
    const done = await program.until(change.id, "done", "needs_person", "failed");
    assert.equal(done.status, "done", JSON.stringify(done.review));
    assert.ok((await readdir(path("sample-workspace", "network"))).includes("terraform.tfstate"));
    assert.deepEqual(await sealedFiles(change.id), []);
    await eventually(
      async () => !(await readdir(join(program.config.dataDir, "changes"))).includes(change.id),
    );
  });

  it("does not apply a plan whose state has changed since, and says what to do", async () => {
    await appendFile(
      path("sample-workspace", "network", "main.tf"),
      '\nresource "terraform_data" "more" {}\n',
    );
    const change = await program.ask("apply the terraform root network");
    assert.equal(change.status, "waiting", change.error ?? "");
    const second = await ask(terraform(["destroy", "-auto-approve", "-input=false"]), "destroy the network");
    assert.equal(second.status, "waiting", second.error ?? "");
    assert.equal(second.risk, "high");
    assert.match(second.riskReasons.join("\n"), /destroys, replaces or forgets 3/);
    assert.ok(second.previews[0]?.rows.every(({ action }) => action === "destroy"));
    await program.decide(change, "approve");
    assert.equal((await program.until(change.id, "done", "needs_person", "failed")).status, "done");
    await program.decide(second, "approve");
    const stale = await program.until(second.id, "done", "needs_person", "failed", "rolled_back");
    assert.notEqual(stale.status, "done");
    const [step] = await program.app.changes.steps(second.id);
    assert.equal(step?.outcome, "failed");
    assert.match(step?.error ?? "", /state has changed|stale/i);
  });

  it("never takes a terraform apply back by itself", async () => {
    await appendFile(
      path("sample-workspace", "network", "main.tf"),
      '\nresource "terraform_data" "last" {}\n',
    );
    const plan = terraform(["apply", "-auto-approve", "-input=false"], ["destroy", "-auto-approve"]);
    program.model.script([
      { agent: "planner", json: plan },
      { agent: "reviewer", json: { result: "rollback", notes: "Take it back." } },
    ]);
    const change = await program.ask("apply it, then take it back");
    await program.decide(change, "approve");
    const asked = await program.until(change.id, "needs_person", "rolled_back", "done", "failed");
    assert.equal(asked.status, "needs_person");
    assert.deepEqual(await program.ran(change.id), ["forward 1 done"]);
  });

  it("plans no root that would run something while planning", async () => {
    const marker = path("ran");
    await writeFile(
      path("sample-workspace", "network", "trap.tf"),
      `data "external" "trap" { program = ["sh", "-c", "touch ${marker}; echo {}"] }\n`,
    );
    const change = await program.ask("apply the terraform root network");
    assert.equal(change.status, "failed");
    assert.match(change.error ?? "", /external/);
    assert.equal((await readdir(path())).includes("ran"), false);
  });

  it("does not get a root ready, for whatever command, that would fetch or run something", async () => {
    const outside = path("outside");
    await mkdir(outside);
    await writeFile(join(outside, "main.tf"), 'output "from" { value = "outside" }\n');
    await mkdir(path("sample-workspace", "reach"));
    await writeFile(
      path("sample-workspace", "reach", "main.tf"),
      `module "far" { source = "${outside}" }\noutput "far" { value = module.far.from }\n`,
    );
    for (const args of [["output"], ["state", "list"], ["providers"], ["workspace", "list"]]) {
      const change = await ask(terraform(args, null, "reach"), `terraform ${args.join(" ")} of reach`);
      assert.equal(change.status, "failed", args.join(" "));
      assert.match(change.error ?? "", /module far .*not a directory of the workspace/);
      assert.deepEqual(await program.ran(change.id), []);
    }
  });

  function terraform(args: string[], back: string[] | null = null, dir = "network"): object {
    const command = (words: string[]) => ({ tool: "terraform", args: words, dir });
    return {
      summary: "A scripted plan.",
      plan: [
        {
          ...command(args),
          step: 1,
          description: "",
          risk: "low",
          rollback: back === null ? null : command(back),
        },
      ],
      risk_level: "low",
      risk_reason: "scripted",
      questions: [],
    };
  }

  async function sealedFiles(id: string): Promise<Buffer[]> {
    const { rows } = await program.app.database.query<{ sealed: Buffer }>(
      "select sealed from sealed_files where change_id = $1",
      [id],
    );
    return rows.map(({ sealed }) => sealed);
  }
});

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries += 1) {
    assert.ok(tries < 600, "it did not become so");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
