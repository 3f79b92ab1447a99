import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Change } from "#change/change.ts";
import { ClusterObject } from "#execution/previews/object-changes.ts";
import { type Program, planOf, startProgram } from "./program.ts";

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

/** payment.yaml of the workspace: a config map that is new, and a deployment that is there. */
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

/** A program whose changes run, fail at their last step and are taken back; somebody else works beside it with kubectl. */
export type TakenBackScene = {
  program: Program;
  kubectl(line: string): Promise<string>;
  /** An object of staging, by "deployment/web". */
  object(name: string): Promise<ClusterObject>;
  /** Runs the steps and one that fails after them, has a person asked, and does `meanwhile` before they say "roll back". */
  takenBack(steps: Parameters<typeof planOf>[0], meanwhile?: readonly string[]): Promise<Change>;
  /** The attempts at rollbacks: "rollback 1 done". */
  backs(change: Change): Promise<string[]>;
};

/** Starts it; `program.close()` ends it. */
export async function openTakenBack(): Promise<TakenBackScene> {
  const program = await startProgram({}, { policy: POLICY });
  await writeFile(join(program.config.dataDir, "sample", "sample-workspace", "payment.yaml"), MANIFEST);
  const kubectl = async (line: string): Promise<string> => {
    const bin = join(program.config.dataDir, "sample", "bin", "kubectl");
    return (await exec(bin, line.split(" "), { env: { PATH: program.config.inherited["PATH"] } })).stdout;
  };
  return {
    program,
    kubectl,
    object: async (name) => ClusterObject.parse(JSON.parse(await kubectl(`get ${name} -n staging -o json`))),
    takenBack: (steps, meanwhile = []) => takenBack(program, kubectl, steps, meanwhile),
    backs: async (change) => (await program.ran(change.id)).filter((line) => line.startsWith("rollback")),
  };
}

async function takenBack(
  program: Program,
  kubectl: TakenBackScene["kubectl"],
  steps: Parameters<typeof planOf>[0],
  meanwhile: readonly string[],
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
