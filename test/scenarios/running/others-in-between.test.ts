import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { Change } from "#change/change.ts";
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

describe("a rollback where others worked in between", () => {
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
