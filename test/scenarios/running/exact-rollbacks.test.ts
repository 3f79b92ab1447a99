import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { differencesOf, pathName } from "#execution/objects/differences.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { planOf } from "#test/support/program.ts";
import { openTakenBack, type TakenBackScene } from "#test/support/taken-back.ts";

describe("a rollback that Greenlight makes", () => {
  let scene: TakenBackScene;
  before(async () => {
    scene = await openTakenBack();
  });
  after(() => scene.program.close());
  const kubectl = (line: string) => scene.kubectl(line);
  const object = (name: string) => scene.object(name);
  const takenBack: TakenBackScene["takenBack"] = (...given) => scene.takenBack(...given);
  const backs = (change: Change) => scene.backs(change);
  const isThere = async (name: string) => (await kubectl(`get ${name} -n staging --ignore-not-found`)) !== "";
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
    const copies = await readdir(join(scene.program.config.dataDir, "changes"), { recursive: true }).catch(
      () => [],
    );
    assert.deepEqual(
      copies.filter((path) => path.includes("greenlight-rollback")),
      [],
    );
    await writeFile(
      join(scene.program.config.dataDir, "sample", "sample-workspace", "greenlight-rollback-1-1.json"),
      "[]",
    );
    for (const line of [
      "patch deployment web -n staging --type=json --patch-file=greenlight-rollback-1-1.json",
      "apply -f greenlight-rollback-1-1.json -n staging",
      "apply -f ./x/../Greenlight-Rollback-1-1.json -n staging",
    ]) {
      scene.program.model.script({ agent: "planner", json: planOf([[line, null]]) });
      const refused = await scene.program.ask("do it in staging");
      assert.match(refused.error ?? "", /files that only Greenlight makes/);
    }
    scene.program.model.script({
      agent: "planner",
      json: planOf([
        [
          "scale deployment/web --replicas=2 -n staging",
          "patch deployment web -n staging --type=json --patch-file=greenlight-rollback-1-1.json",
        ],
      ]),
    });
    assert.match(
      (await scene.program.ask("do it in staging")).error ?? "",
      /files that only Greenlight makes/,
    );
  });
});
