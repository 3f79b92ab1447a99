import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "#change/plan.ts";
import { withAllowedBack } from "#execution/previews/allowed-back.ts";
import { previewKubectl } from "#execution/previews/kubectl.ts";
import { builtInPolicy } from "#policy/document.ts";
import { readKubectl } from "#policy/kubectl/line.ts";
import { createRedact } from "#redact/redact.ts";
import { aStep } from "#test/support/changes.ts";

const deployment = (name: string, replicas: number) => ({
  kind: "Deployment",
  metadata: { name },
  spec: { replicas },
});
const listOf = (count: number) => ({
  kind: "List",
  items: Array.from({ length: count }, (_, index) => deployment(`web-${index}`, 2)),
});

/** The risk a look gives a line; `after` is what the dry run answers. */
async function seen(line: string, now: object, after: object = now, rollback: Command | null = null) {
  const step = { ...aStep(line), rollback };
  const read = readKubectl(step.args);
  assert.ok(read.ok, JSON.stringify(read));
  const look = async (asked: readonly string[]) =>
    ({ ok: true, stdout: JSON.stringify(asked[0] === "get" ? now : after) }) as const;
  const previewed = await previewKubectl(step, read.line, false, look, createRedact([]));
  assert.ok(previewed.ok, JSON.stringify(previewed));
  return previewed.preview;
}

const growth: [line: string, before: number, risk: "low" | "high"][] = [
  ["scale deploy/web --replicas=30", 3, "low"],
  ["scale deploy/web --replicas=31", 3, "high"],
  ["scale deploy/web --replicas=10", 0, "low"],
  ["scale deploy/web --replicas=11", 0, "high"],
  ["scale deploy/web --replicas=0", 3, "high"],
  ["autoscale deploy/web --max=20", 2, "low"],
  ["autoscale deploy/web --max=21", 2, "high"],
];
for (const [line, before, risk] of growth) {
  test(`"${line}" where ${before} run is seen as ${risk}`, async () => {
    const preview = await seen(line, deployment("web", before));
    assert.equal(preview.risk, risk, preview.reasons.join());
  });
}

test("a manifest or a patch that grows more than tenfold is high", async () => {
  for (const line of ["apply -f web.yaml", 'patch deploy/web -p {"spec":{"replicas":40}}']) {
    assert.equal((await seen(line, deployment("web", 3), deployment("web", 40))).risk, "high", line);
    assert.equal((await seen(line, deployment("web", 3), deployment("web", 4))).risk, "low", line);
  }
});

test("more than five objects that no word names are high, by a selector or as all of a kind", async () => {
  for (const line of [
    "rollout restart deploy -l app=web",
    "scale deploy -l app!=x --replicas=3",
    "scale deploy --all --replicas=3",
    "rollout restart deployment",
    "cordon -l zone=a",
  ]) {
    assert.equal((await seen(line, listOf(5))).risk, "low", line);
    const many = await seen(line, listOf(6));
    assert.equal(many.risk, "high", line);
    assert.match(many.reasons.join(), /6 objects/);
  }
});

test("so is a rollback that names no object, which nobody looks at", async () => {
  for (const words of ["rollout undo deploy -l app=web", "rollout undo deploy"]) {
    const back: Command = { tool: "kubectl", args: words.split(" "), dir: "" };
    assert.equal((await seen("rollout pause deploy -l app=web", listOf(2), listOf(2), back)).risk, "high");
  }
});

test("a rollback to more than the policy's ceiling is left out, and a person looks", async () => {
  const line = "scale deploy/web --replicas=90";
  const read = readKubectl(line.split(" "));
  assert.ok(read.ok);
  const look = async () => ({ ok: true, stdout: JSON.stringify(deployment("web", 150)) }) as const;
  const seenNow = await previewKubectl(aStep(line), read.line, false, look, createRedact([]));
  assert.ok(seenNow.ok);
  assert.match(seenNow.step.rollback?.args.join(" ") ?? "", /--replicas=150/);
  const kept = withAllowedBack(seenNow, builtInPolicy, null);
  assert.equal(kept.step.rollback, null);
  assert.equal(kept.preview.risk, "high");
  const usual = await previewKubectl(
    aStep(line),
    read.line,
    false,
    async () => ({
      ok: true,
      stdout: JSON.stringify(deployment("web", 50)),
    }),
    createRedact([]),
  );
  assert.ok(usual.ok);
  assert.deepEqual(withAllowedBack(usual, builtInPolicy, null), { step: usual.step, preview: usual.preview });
});
