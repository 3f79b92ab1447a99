import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { argvOf, type Command, type Plan } from "#change/plan.ts";
import { noBox } from "#execution/box/box.ts";
import type { Attempt, Journal } from "#execution/deps.ts";
import { runStep } from "#execution/run-step.ts";
import { digestOf } from "#policy/digest.ts";
import { builtInPolicy } from "#policy/document.ts";
import { executionDeps, looksOf } from "#test/support/execution.ts";

const KEY = { revision: 1, step: 1, direction: "forward", attempt: 1 } as const;
const COMMAND: Command = { tool: "kubectl", args: ["get", "pods"], dir: "" };
const BINDINGS = { files: [], savedPlans: [], targets: [] };
const PLAN: Plan = { summary: "", plan: [], risk_level: "low", risk_reason: "", questions: [] };
const BOUND = {
  revision: 1,
  plan: PLAN,
  bindings: BINDINGS,
  digest: digestOf(PLAN, 1, builtInPolicy, BINDINGS),
};

describe("one step", () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "greenlight-executor-"));
    await mkdir(join(dir, "workspace"));
    await writeFile(join(dir, "kubectl"), `#!/bin/sh\n: > '${dir}/ran'\n`);
    await chmod(join(dir, "kubectl"), 0o755);
  });
  after(() => rm(dir, { recursive: true }));

  const run = async (given: Partial<Attempt> & Partial<Journal>, pause = new AbortController().signal) => {
    const said: string[] = [];
    const note =
      <Result>(name: string, result: Result) =>
      async (): Promise<Result> => {
        said.push(name);
        return result;
      };
    const attempt: Attempt = {
      isHeld: () => true,
      withdraw: note("withdraw", undefined),
      started: note("started", undefined),
      finished: note("finished", undefined),
      lines: note("lines", undefined),
      ...given,
    };
    const journal: Journal = {
      intend: note("intend", attempt),
      findOpen: () => assert.fail(),
      finishOpen: () => assert.fail(),
      ...given,
    };
    const env = { PATH: `${dir}:/bin:/usr/bin` };
    const deps = executionDeps({
      ...{ workspace: join(dir, "workspace"), dataDir: join(dir, "data"), journal },
      looks: looksOf({
        kubeconfig: () => ({ view: () => assert.fail(), identify: () => assert.fail() }),
      }),
      box: { ...noBox, wrap: note("ready", { argv: argvOf(COMMAND), cwd: dir, env }) },
    });
    await rm(join(dir, "ran"), { force: true });
    const never = new AbortController().signal;
    const key = { ...KEY, changeId: randomUUID() };
    const signals = { pause, stop: never, kill: never };
    const ended = await runStep(deps, key, COMMAND, BOUND, signals).catch((error: Error) => error);
    return { ended, said, ran: existsSync(join(dir, "ran")) };
  };

  it("is got ready before its intent, and runs after it", async () => {
    const { said, ran } = await run({});
    assert.deepEqual([ran, ...said.slice(0, 2), said.at(-1)], [true, "ready", "intend", "finished"]);
  });

  it("is not started when the lease may be somebody else's by then, and its intent is taken back", async () => {
    const { ended, said, ran } = await run({ isHeld: () => false });
    assert.equal(ran, false);
    assert.ok(ended instanceof Error);
    assert.deepEqual(said, ["ready", "intend", "withdraw"]);
  });

  it("is not started, and has no intent, when the work was stopped while it was got ready", async () => {
    const { ended, said, ran } = await run({}, AbortSignal.abort());
    assert.equal(ran, false);
    assert.ok(ended instanceof Error);
    assert.deepEqual(said, ["ready"]);
  });

  it("has its end recorded also when its start and its lines cannot be, and the fault is not swallowed", async () => {
    const broken = async () => {
      throw new Error("the shelf fell down");
    };
    const { ended, said, ran } = await run({ started: broken, lines: broken });
    assert.equal(ran, true);
    assert.match(String(ended), /the shelf fell down/);
    assert.equal(said.at(-1), "finished");
  });

  it("is not started again where its attempt has a row", async () => {
    const { ended, ran } = await run({ intend: async () => null });
    assert.deepEqual([ended, ran], [null, false]);
  });
});
