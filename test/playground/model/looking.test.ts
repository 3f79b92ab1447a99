import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { installKubectl } from "#playground/cluster/install.ts";
import { type Seen, thinkOn } from "#playground/model/looking/look.ts";
import { type Thought, think } from "#playground/model/looking/think.ts";
import type { Talk } from "#playground/model/talk.ts";

let dir = "";
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "greenlight-looking-"));
  await mkdir(join(dir, "state"));
  await installKubectl({
    binDir: join(dir, "bin"),
    stateFile: join(dir, "state", "cluster.json"),
    node: process.execPath,
  });
});
after(() => rm(dir, { recursive: true }));

function kubectl(...args: string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(join(dir, "bin", "kubectl"), args, (_error, stdout, stderr) => resolve(`${stdout}${stderr}`));
  return promise;
}

/** Thinks, and looks where the thought asks for it, until it comes to something. */
async function wonder(
  request: string,
  more: Partial<Talk> = {},
): Promise<Thought & { looks: string[]; argvs: string[] }> {
  const seen: Seen[] = [];
  for (;;) {
    const talk: Talk = { request, answers: [], wishes: [], ...more };
    const step = thinkOn(think(talk, ["production", "staging"]), seen);
    if ("thought" in step) {
      const looks = seen.map(({ input }) => (input["args"] as string[]).join(" "));
      return { ...step.thought, looks, argvs: step.thought.plan.map(({ args }) => args.join(" ")) };
    }
    assert.ok(seen.length < 12, "a thought looks no oftener");
    const { look } = step;
    seen.push({ ...look, text: await kubectl(...(look.input["args"] as string[])) });
  }
}

test("a misspelt name is the only one near it, without a question", async () => {
  for (const said of [
    "scale paymnt-api to 5 in production",
    "payment api to 5 in prod pls",
    "bump paymentapi to five replicas in production",
  ]) {
    const { argvs, looks } = await wonder(said);
    assert.equal(argvs[0], "scale deployment/payment-api --replicas=5 -n production", said);
    assert.ok(looks.length > 0, "it looked first");
  }
});

test("what could be two is asked, with both to choose from; the answer leads to a plan", async () => {
  const nowhere = await wonder("restart checkout");
  assert.deepEqual(nowhere.choices, [["production", "staging"]]);
  const [question = ""] = nowhere.questions;
  const told = await wonder("restart checkout", { answers: [{ question, answer: "staging" }] });
  assert.equal(told.argvs[0], "rollout restart deployment/checkout -n staging");
  const nothing = await wonder("restart the frobnicator in staging");
  assert.deepEqual(nothing.choices[0]?.toSorted(), [
    "checkout",
    "flaky-worker",
    "legacy-report",
    "payment-api",
    "web",
  ]);
});

test("counts, images and variables come from what is there", async () => {
  assert.match((await wonder("add 2 more replicas to web in staging")).argvs[0] ?? "", /--replicas=4/);
  assert.match((await wonder("double checkout in staging")).argvs[0] ?? "", /--replicas=4/);
  const image = await wonder("bump web to 2.5.0 in staging");
  assert.equal(image.argvs[0], "set image deployment/web web=registry.example/web:2.5.0 -n staging");
  const env = await wonder("set LOG_LEVEL=debug on web in staging");
  assert.equal(env.argvs[0], "set env deployment/web LOG_LEVEL=debug -n staging");
  assert.equal((await wonder("scale web in staging")).questions.length, 1);
});

test("several things at once are several steps, in their order", async () => {
  const { argvs } = await wonder(
    "scale web to 4 in staging then bounce chekout and roll back payment-api in staging",
  );
  assert.deepEqual(
    argvs
      .filter((argv) => !argv.startsWith("rollout status"))
      .map((argv) => argv.split(" ").slice(0, 3).join(" ")),
    [
      "scale deployment/web --replicas=4",
      "rollout restart deployment/checkout",
      "rollout undo deployment/payment-api",
    ],
  );
});

test("why something restarts is answered from its last words, and to fix it goes back a revision", async () => {
  const why = await wonder("why is flaky-worker restarting in staging?");
  assert.deepEqual(why.plan, []);
  assert.match(why.answer, /flaky-worker has restarted \d+ times.*no queue to work on/);
  const fix = await wonder("fix flaky-worker in staging");
  assert.equal(fix.argvs[0], "rollout undo deployment/flaky-worker -n staging");
  const all = await wonder("is anything on fire in staging?");
  assert.match(all.answer, /flaky-worker/);
});

test("an image that cannot be pulled is told and taken back", async () => {
  await kubectl("set", "image", "deployment/web", "web=registry.example/web:missing", "-n", "production");
  assert.match(
    (await wonder("what's wrong with web in production")).answer,
    /web:missing.*cannot be pulled|not ready/,
  );
  assert.equal((await wonder("fix web in prod")).argvs[0], "rollout undo deployment/web -n production");
  await kubectl("rollout", "undo", "deployment/web", "-n", "production");
});

test("a question is answered by what is there, for each place where none is named", async () => {
  assert.match(
    (await wonder("how many replicas of web are there in staging?")).answer,
    /web in staging has 2 replicas/,
  );
  const both = await wonder("which image does payment-api run?");
  assert.match(both.answer, /production.*payment-api:1\.4\.2.*staging/s);
});
