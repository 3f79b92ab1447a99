import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { Change } from "#change/change.ts";
import { differencesOf, pathName } from "#execution/objects/differences.ts";
import { ClusterObject } from "#execution/previews/object-changes.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";

const exec = promisify(execFile);
const POLICY = `version: 1
deadlines:
  settle_seconds: 6
environments:
  staging:
    namespaces: [staging]
`;

/** Fails when its turn comes, because somebody scaled the same in between. */
const FAILS = "scale deployment/legacy-report --replicas=3 -n staging";

const MANIFEST = `apiVersion: v1
kind: ConfigMap
metadata:
  name: flags
  namespace: staging
data:
  one: "1"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: payment-api
  namespace: staging
  labels: { app: payment-api, tier: api }
spec:
  replicas: 2
  selector: { matchLabels: { app: payment-api } }
  template:
    metadata: { labels: { app: payment-api } }
    spec:
      containers:
        - name: payment-api
          image: registry.example/payment-api:9.9.9
`;

describe("a rollback that Greenlight makes", () => {
  let program: Program;
  before(async () => {
    program = await startProgram({}, { policy: POLICY });
    await writeFile(join(program.config.dataDir, "sample", "sample-workspace", "payment.yaml"), MANIFEST);
  });
  after(() => program.close());

  const kubectl = async (line: string) => {
    const bin = join(program.config.dataDir, "sample", "bin", "kubectl");
    return (await exec(bin, line.split(" "), { env: { PATH: program.config.inherited["PATH"] } })).stdout;
  };
  const object = async (name: string) =>
    ClusterObject.parse(JSON.parse(await kubectl(`get ${name} -n staging -o json`)));
  const isThere = async (name: string) => (await kubectl(`get ${name} -n staging --ignore-not-found`)) !== "";

  /** Runs the steps and one that fails after them, has a person asked, and does `meanwhile` before they say "roll back". */
  async function takenBack(
    steps: Parameters<typeof planOf>[0],
    meanwhile: readonly string[] = [],
  ): Promise<Change> {
    program.model.script([
      { agent: "planner", json: planOf([...steps, [FAILS, null]]) },
      { agent: "reviewer", json: { result: "needs_human", notes: "A step failed." } },
    ]);
    const waiting = await program.ask("do it in staging");
    assert.equal(waiting.status, "waiting", JSON.stringify(waiting.error));
    await kubectl("scale deployment/legacy-report --replicas=2 -n staging");
    await program.decide(waiting, "approve");
    const asked = await program.until(waiting.id, "done", "failed", "needs_person");
    assert.equal(asked.status, "needs_person", JSON.stringify([asked.review, asked.error]));
    for (const line of meanwhile) await kubectl(line);
    await kubectl("scale deployment/legacy-report --replicas=1 -n staging");
    await program.decide(asked, "roll_back");
    const round = asked.decisions.length;
    for (;;) {
      const change = await program.until(waiting.id, "rolled_back", "needs_person");
      if (change.status === "rolled_back" || change.decisions.length > round) {
        await program.releaseTargets();
        return change;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const backs = async (change: Change) =>
    (await program.ran(change.id)).filter((line) => line.startsWith("rollback"));
  const since = (was: ClusterObject, now: ClusterObject) =>
    differencesOf(was, now).map(({ path }) => pathName(path));

  it("takes an image and a scale of the same deployment back whole, and once", async () => {
    const was = await object("deployment/web");
    const change = await takenBack([
      ["set image deployment/web web=registry.example/web:2.5.0 -n staging", null],
      ["scale deployment/web --replicas=4 -n staging", "scale deployment/web --replicas=1 -n staging"],
    ]);
    assert.deepEqual([change.status, await backs(change)], ["rolled_back", ["rollback 1 done"]]);
    assert.deepEqual(differencesOf(was, await object("deployment/web")), []);
    const [first, second] = change.plan?.plan ?? [];
    assert.deepEqual(first?.rollback?.args, [
      ...["patch", "deployment", "web", "--namespace=staging", "--context=playground"],
      ...["--type=json", "--patch-file=greenlight-rollback-1-1.json"],
    ]);
    assert.equal(second?.rollback, null);
    assert.deepEqual(change.previews[1]?.made?.coveredBy, [1]);
  });

  it("never overwrites what somebody set in the same field since, and says who", async () => {
    const change = await takenBack(
      [["set image deployment/web web=registry.example/web:2.5.0 -n staging", null]],
      ["set image deployment/web web=registry.example/web:hotfix -n staging"],
    );
    assert.deepEqual([change.status, await backs(change)], ["needs_person", []]);
    assert.match(JSON.stringify(await object("deployment/web")), /web:hotfix/);
    assert.match(change.review?.notes ?? "", /image is registry.example\/web:hotfix, set by kubectl-set/);
    await kubectl("set image deployment/web web=registry.example/web:2.4.8 -n staging");
  });

  it("leaves what somebody set in another field", async () => {
    const was = await object("deployment/web");
    const change = await takenBack(
      [["set image deployment/web web=registry.example/web:2.5.0 -n staging", null]],
      ["scale deployment/web --replicas=5 -n staging"],
    );
    assert.equal(change.status, "rolled_back", change.review?.notes);
    assert.deepEqual(since(was, await object("deployment/web")), ["spec.replicas"]);
    await kubectl(
      `scale deployment/web --replicas=${(was["spec"] as { replicas: number }).replicas} -n staging`,
    );
  });

  it("takes an apply of a manifest back, also what it made, and nothing else of the objects", async () => {
    await kubectl("label deployment/payment-api owner=pay -n staging --overwrite");
    const was = await object("deployment/payment-api");
    const change = await takenBack([["apply -f payment.yaml -n staging", null]]);
    assert.equal(change.status, "rolled_back", change.review?.notes);
    assert.deepEqual((await backs(change)).toSorted(), ["rollback 1 done", "rollback 1 done"]);
    assert.deepEqual(differencesOf(was, await object("deployment/payment-api")), []);
    assert.equal(await isThere("configmap/flags"), false);
  });

  it("takes labels and variables back that were added and taken away", async () => {
    await kubectl("label deployment/payment-api colour=red -n staging --overwrite");
    await kubectl("set env deployment/payment-api GONE=1 -n staging");
    const was = await object("deployment/payment-api");
    const change = await takenBack([
      ["label deployment/payment-api shape=round colour- -n staging", null],
      ["set env deployment/payment-api NEW=1 GONE- -n staging", null],
    ]);
    assert.deepEqual([change.status, await backs(change)], ["rolled_back", ["rollback 1 done"]]);
    assert.deepEqual(differencesOf(was, await object("deployment/payment-api")), []);
  });

  it("takes several objects of one step back, and only those that are not back already", async () => {
    const was = [await object("deployment/web"), await object("deployment/payment-api")];
    const replicas = was.map(({ spec }) => (spec as { replicas: number }).replicas);
    const change = await takenBack(
      [["scale deployment/web deployment/payment-api --replicas=6 -n staging", null]],
      [`scale deployment/payment-api --replicas=${replicas[1]} -n staging`],
    );
    assert.deepEqual([change.status, await backs(change)], ["rolled_back", ["rollback 1 done"]]);
    assert.deepEqual(differencesOf(was[0] as ClusterObject, await object("deployment/web")), []);
  });

  it("makes again what was deleted", async () => {
    const was = await object("service/web");
    const change = await takenBack([["delete service/web -n staging", null]]);
    assert.equal(change.status, "rolled_back", change.review?.notes);
    const now = await object("service/web");
    assert.notEqual(now.metadata["uid"], was.metadata["uid"]);
    assert.deepEqual(
      since(was, now).filter((path) => !path.startsWith("spec.clusterIP")),
      [],
    );
  });

  it("takes a restart, a pause and an undo back", async () => {
    await kubectl("set image deployment/web web=registry.example/web:2.4.9 -n staging");
    const was = await object("deployment/web");
    for (const [line, many] of [
      ["rollout restart deployment/web -n staging", 1],
      ["rollout pause deployment/web -n staging", 1],
      ["rollout undo deployment/web -n staging", 1],
    ] as const) {
      const change = await takenBack([[line, null]]);
      assert.deepEqual([line, change.status, (await backs(change)).length], [line, "rolled_back", many]);
      assert.deepEqual(differencesOf(was, await object("deployment/web")), [], line);
    }
  });

  it("leaves no file behind, and lets nobody else name one", async () => {
    const copies = await readdir(join(program.config.dataDir, "changes"), { recursive: true }).catch(
      () => [],
    );
    assert.deepEqual(
      copies.filter((path) => path.includes("greenlight-rollback")),
      [],
    );
    await writeFile(
      join(program.config.dataDir, "sample", "sample-workspace", "greenlight-rollback-1-1.json"),
      "[]",
    );
    for (const line of [
      "patch deployment web -n staging --type=json --patch-file=greenlight-rollback-1-1.json",
      "apply -f greenlight-rollback-1-1.json -n staging",
      "apply -f ./x/../Greenlight-Rollback-1-1.json -n staging",
    ]) {
      program.model.script({ agent: "planner", json: planOf([[line, null]]) });
      const refused = await program.ask("do it in staging");
      assert.match(refused.error ?? "", /files that only Greenlight makes/);
    }
    program.model.script({
      agent: "planner",
      json: planOf([
        [
          "scale deployment/web --replicas=2 -n staging",
          "patch deployment web -n staging --type=json --patch-file=greenlight-rollback-1-1.json",
        ],
      ]),
    });
    assert.match((await program.ask("do it in staging")).error ?? "", /files that only Greenlight makes/);
  });
});
