import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { argvOf, type Command } from "#change/plan.ts";
import { type Attempt, createExecutor, type Journal } from "#execution/executor.ts";
import { builtInPolicy } from "#policy/document.ts";

const KEY = { changeId: "c", revision: 1, step: 1, direction: "forward", attempt: 1 } as const;
const COMMAND: Command = { tool: "kubectl", args: ["get", "pods"], dir: "" };
const BOUND = {
  revision: 1,
  plan: { summary: "", plan: [], risk_level: "low", risk_reason: "", questions: [] },
  bindings: { files: [], savedPlans: [], targets: [] },
  digest: "d",
} as const;

describe("one step", () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "greenlight-executor-"));
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
    const journal: Journal = { intend: note("intend", attempt), ...given };
    const runStep = createExecutor({
      readyStep: async () => {
        said.push("ready");
        const env = { PATH: `${dir}:/bin:/usr/bin` };
        return { ok: true, workspace: dir, boxed: { argv: argvOf(COMMAND), cwd: dir, env }, files: null };
      },
      policy: builtInPolicy,
      redactLines: () => (line) => line,
      journal,
    });
    await rm(join(dir, "ran"), { force: true });
    const bound = { ...BOUND, plan: { ...BOUND.plan, plan: [], questions: [] } };
    const bindings = { files: [], savedPlans: [], targets: [] };
    const never = new AbortController().signal;
    const signals = { pause, stop: never, kill: never };
    const ended = await runStep(KEY, COMMAND, { ...bound, bindings }, signals).catch((error: Error) => error);
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
