import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { promisify } from "node:util";
import type { Change } from "#change/change.ts";
import { stateWords } from "#slack/text/states.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";

const run = promisify(execFile);
const IMAGE = (tag: string) => `set image deployment/web web=registry.example/web:${tag} -n production`;
const SCALE = "scale deployment/checkout --replicas=4 -n production";

describe("a step that would do something else by now", () => {
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
  const imageOf = (name: string) =>
    kubectl(`get deployment ${name} -n production -o jsonpath={.spec.template.spec.containers[0].image}`);

  async function ask(steps: Parameters<typeof planOf>[0]): Promise<Change> {
    program.model.script({ agent: "planner", json: planOf(steps) });
    const change = await program.ask("do it");
    assert.equal(change.status, "waiting", change.error ?? "");
    return change;
  }

  async function approve(change: Change): Promise<Change> {
    await program.decide(change, "approve");
    return program.until(change.id, "done", "failed", "needs_person", "rolled_back", "expired");
  }

  it("is not run where its manifest takes back what somebody scaled meanwhile, and the change expires", async () => {
    const manifest = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: fenced, namespace: production }
spec:
  replicas: 3
  selector: { matchLabels: { app: fenced } }
  template:
    metadata: { labels: { app: fenced } }
    spec: { containers: [{ name: fenced, image: "registry.example/fenced:${image}" }] }
`;
    const file = path("sample-workspace", "manifests", "fenced.yaml");
    await writeFile(file, manifest("1"));
    await kubectl(`apply -f ${file}`);
    await writeFile(file, manifest("2"));
    const waiting = await ask([["apply -f manifests/fenced.yaml -n production", null]]);
    assert.doesNotMatch(JSON.stringify(waiting.previews), /spec\.replicas/);
    await kubectl("scale deployment/fenced --replicas=10 -n production");
    const change = await approve(waiting);
    assert.deepEqual([change.status, await program.ran(change.id)], ["expired", ["forward 1 not run"]]);
    assert.match(
      change.error ?? "",
      /Deployment\/fenced in production: spec\.replicas is 10 now.*was 3 .*make it 3/,
    );
    assert.equal(await kubectl("get deployment fenced -n production -o jsonpath={.spec.replicas}"), "10");
  });

  it("is not run over a hotfix, which stands", async () => {
    const waiting = await ask([[IMAGE("2.5.0"), null]]);
    await kubectl(IMAGE("hotfix"));
    const change = await approve(waiting);
    assert.deepEqual([change.status, await program.ran(change.id)], ["expired", ["forward 1 not run"]]);
    assert.match(change.error ?? "", /image is registry\.example\/web:hotfix now/);
    assert.equal(await imageOf("web"), "registry.example/web:hotfix");
  });

  it("is run where others changed what it does not touch", async () => {
    const waiting = await ask([[IMAGE("2.5.1"), null]]);
    await kubectl("scale deployment/web --replicas=5 -n production");
    await kubectl("annotate deployment/web seen=by-others -n production");
    program.model.script({ agent: "reviewer", json: { result: "approved", notes: "Well." } });
    assert.equal((await approve(waiting)).status, "done");
  });

  it("is run after another step of its plan on the same deployment, and is restarted", async () => {
    const waiting = await ask([
      [IMAGE("2.5.2"), null],
      [IMAGE("2.5.3"), null],
      ["rollout restart deployment/web -n production", null],
    ]);
    program.model.script({ agent: "reviewer", json: { result: "approved", notes: "Well." } });
    const change = await approve(waiting);
    assert.deepEqual(
      [change.status, await program.ran(change.id)],
      ["done", ["forward 1 done", "forward 2 done", "forward 3 done"]],
    );
  });

  it("is run where it undoes what its own plan did before, and is done by what is read back", async () => {
    const to = (replicas: number) => `scale deployment/checkout --replicas=${replicas} -n production`;
    const now = Number(await kubectl("get deployment checkout -n production -o jsonpath={.spec.replicas}"));
    const waiting = await ask([
      [to(now + 1), null],
      [to(now), null],
    ]);
    program.model.script({ agent: "reviewer", json: { result: "approved", notes: "Well." } });
    const change = await approve(waiting);
    assert.deepEqual(
      [change.status, await program.ran(change.id)],
      ["done", ["forward 1 done", "forward 2 done"]],
      JSON.stringify(change.review),
    );
  });

  it("has a person asked where a step before it is done, which is named", async () => {
    const waiting = await ask([
      [IMAGE("2.5.4"), IMAGE("2.5.3")],
      [SCALE, null],
    ]);
    await kubectl("scale deployment/checkout --replicas=7 -n production");
    const change = await approve(waiting);
    assert.deepEqual(
      [change.status, await program.ran(change.id)],
      ["needs_person", ["forward 1 done", "forward 2 not run"]],
    );
    assert.match(
      change.review?.notes ?? "",
      /Step 2 was held back.*spec\.replicas is 7 now.*Step 1 is done\./s,
    );
    assert.deepEqual(
      change.review?.facts?.map(({ step, state }) => [step, state]),
      [[1, "good"]],
    );
    await program.decide(change, "roll_back");
    assert.equal((await program.until(change.id, "rolled_back", "failed")).status, "rolled_back");
  });

  it("is not run where the cluster does not answer just before it, and may be asked for again", async () => {
    const waiting = await ask([[IMAGE("2.5.9"), null]]);
    const image = await imageOf("web");
    const file = path("cluster", "cluster.json");
    await rename(file, `${file}.away`);
    const change = await approve(waiting).finally(() => rename(`${file}.away`, file));
    assert.deepEqual([change.status, await program.ran(change.id)], ["failed", ["forward 1 not run"]]);
    assert.match(change.error ?? "", /could not be told just before it: .*Nothing was changed\./s);
    assert.equal(await imageOf("web"), image);
  });

  it("ends a change of which only a look has run as expired, and says that nothing was changed", async () => {
    const waiting = await ask([
      ["get deployment web -n production", null],
      [IMAGE("2.5.8"), null],
    ]);
    await kubectl(IMAGE("hotfix-3"));
    const change = await approve(waiting);
    const steps = await program.app.changes.steps(change.id);
    assert.deepEqual(await program.ran(change.id), ["forward 1 done", "forward 2 not run"]);
    assert.match(stateWords(change, steps), /^Expired, nothing was changed\b/);
    assert.match(stateWords(change, steps.slice(1)), /^Expired, nothing was run\b/);
  });

  it("is looked at again by whoever carries it on after a crash just before it", async () => {
    const waiting = await ask([[IMAGE("2.6.0"), null]]);
    // What a crash between the last look and the spawn leaves behind.
    await program.app.database.query(
      `insert into journal (change_id, revision, step, direction, attempt, argv, dir, lease_epoch, intent_at, host, boot_id)
     values ($1, 1, 1, 'forward', 1, '["kubectl"]', '', 1, '2026-01-02T03:04:05Z', 'far-away', 'x')`,
      [waiting.id],
    );
    await kubectl(IMAGE("hotfix-2"));
    const asked = await approve(waiting);
    assert.equal(asked.status, "needs_person");
    await program.decide(asked, "did_not_happen");
    const change = await program.until(waiting.id, "done", "failed", "expired", "rolled_back");
    assert.equal(change.status, "expired");
    assert.equal(await imageOf("web"), "registry.example/web:hotfix-2");
  });
});
