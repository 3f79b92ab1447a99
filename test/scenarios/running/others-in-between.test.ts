import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { openTakenBack, type TakenBackScene } from "#test/support/taken-back.ts";

describe("a rollback where others worked in between", () => {
  let scene: TakenBackScene;
  before(async () => {
    scene = await openTakenBack();
  });
  after(() => scene.program.close());
  const kubectl = (line: string) => scene.kubectl(line);
  const object = (name: string) => scene.object(name);
  const takenBack: TakenBackScene["takenBack"] = (...given) => scene.takenBack(...given);
  const backs = (change: Change) => scene.backs(change);

  it("leaves a namespace that it made while somebody else works in it", async () => {
    const change = await takenBack(
      [["create namespace team-x", null]],
      ["create configmap theirs --from-literal=a=b -n team-x"],
    );
    assert.deepEqual([change.status, await backs(change)], ["needs_person", []]);
    assert.match(await kubectl("get configmap/theirs -n team-x -o name"), /theirs/);
    assert.match(change.review?.notes ?? "", /Namespace\/team-x: it holds ConfigMap\/theirs/);
  });

  it("takes an empty namespace away that it made", async () => {
    const change = await takenBack([["create namespace team-y", null]]);
    assert.deepEqual([change.status, await backs(change)], ["rolled_back", ["rollback 1 done"]]);
  });

  it("leaves an object that it made and somebody else changed", async () => {
    const change = await takenBack(
      [["create configmap flags --from-literal=one=1 -n staging", null]],
      ['patch configmap flags -n staging --type=merge -p {"data":{"one":"2"}}'],
    );
    assert.deepEqual([change.status, await backs(change)], ["needs_person", []]);
    assert.match(JSON.stringify(await object("configmap/flags")), /"one":"2"/);
    await kubectl("delete configmap/flags -n staging");
  });

  it("leaves what somebody made anew of its own name and values within a minute of its making", async () => {
    const line = "create configmap ours --from-literal=one=1 -n staging";
    const change = await takenBack([[line, null]], ["delete configmap/ours -n staging", line]);
    assert.deepEqual([change.status, await backs(change)], ["needs_person", []]);
    assert.match(JSON.stringify(await object("configmap/ours")), /"one":"1"/);
  });

  it("leaves an object that somebody deleted and made anew, with the values of the plan", async () => {
    const change = await takenBack(
      [["label configmap/app-settings shape=round -n staging", null]],
      [
        "delete configmap/app-settings -n staging",
        "create configmap app-settings --from-literal=theirs=1 -n staging",
        "label configmap/app-settings shape=round -n staging",
      ],
    );
    assert.deepEqual([change.status, await backs(change)], ["needs_person", []]);
    assert.match(JSON.stringify(await object("configmap/app-settings")), /round/);
  });
});
