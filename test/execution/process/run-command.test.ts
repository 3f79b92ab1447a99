import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Boxed } from "#execution/box/box.ts";
import { STOP_GROUP, type Stop, stopTerraform } from "#execution/process/process-group.ts";
import { runCommand, type Spawn } from "#execution/process/run-command.ts";
import { isAlive, pidsIn, script, TREE } from "./processes.ts";

/** Up to three Node processes have to be up by the deadline: on a machine that takes longer, a longer one is tried. */
const DEADLINES_MS = [2_000, 6_000, 18_000];

/** A child that says by its channel that it is up; it may print before. */
const TOLD = { stdio: ["inherit", "inherit", "inherit", "ipc"] };

describe("a command", () => {
  it("ends as done, its lines in order, in a listed environment", async () => {
    const { end, lines } = await run(
      "console.log('one'); console.log('two'); console.log(Object.keys(process.env))",
    );
    assert.equal(end.outcome, "done");
    assert.deepEqual(lines.slice(0, 2), ["out one", "out two"]);
    assert.equal(lines[2], "out [ 'GREETING' ]");
  });

  it("ends as failed with its exit code, what it wrote to stderr kept", async () => {
    const { end, lines } = await run("console.error('no'); process.exit(3)");
    assert.deepEqual([end.outcome, end.exitCode], ["failed", 3]);
    assert.match(end.error ?? "", /exit code 3/);
    assert.deepEqual(lines, ["err no"]);
    const killed = await run("process.kill(process.pid, 'SIGKILL')");
    assert.match(killed.end.error ?? "", /ended by SIGKILL/);
  });

  it("that could not be started is failed, each reason with a sentence of its own", async () => {
    const folder = await mkdtemp(join(tmpdir(), "greenlight-start-"));
    const file = join(folder, "kubectl");
    await writeFile(file, "#!/bin/sh\n");
    await chmod(file, 0o600);
    const cases: [more: Partial<Boxed>, error: RegExp][] = [
      [
        { argv: ["no-such-program-at-all"] },
        /^no-such-program-at-all is not installed where Greenlight runs/,
      ],
      [{ argv: [file] }, /kubectl is there, but Greenlight's user may not run it/],
      [{ cwd: join(folder, "none") }, /directory .* is not there/],
      [{ cwd: file }, /directory .* is not there/],
      [{ argv: ["kubectl", "a\0b"] }, /NUL/],
      [{ argv: [process.execPath, "x".repeat(200_000)] }, /longer than this system takes/],
    ];
    for (const [more, error] of cases) {
      const { end } = await run("", more);
      assert.deepEqual([end.outcome, end.exitCode], ["failed", null]);
      assert.match(end.error ?? "", error);
    }
    await rm(folder, { recursive: true });
  });

  it("is gone at its deadline with its grandchildren, one that ignores TERM and one that holds stdout", async () => {
    const { end, lines, deadlineMs, tookMs } = await runUntilUp(TREE, 3, { ...STOP_GROUP, graceMs: 300 });
    assert.equal(end.outcome, "unknown");
    const why = `^It was ended after its deadline of ${deadlineMs / 1_000} s\\. What it had changed`;
    assert.match(end.error ?? "", new RegExp(why));
    // Nothing of it would have ended by itself.
    assert.ok(tookMs < deadlineMs + 300 + 10_000, `it took ${tookMs} ms`);
    const pids = pidsIn(lines);
    assert.equal(pids.length, 3, lines.join());
    for (const pid of pids) await untilGone(pid);
  });

  it("that only reads is not said to have changed anything when its time is over", async () => {
    const { end } = await run("setInterval(() => {}, 1000)", { deadlineMs: 500, onlyReads: true });
    assert.deepEqual([end.outcome, end.isLate], ["unknown", true]);
    assert.match(
      end.error ?? "",
      /after its deadline of 0\.5 s\. It only reads, so nothing was changed by it\.$/,
    );
  });

  it("that ends by itself takes with it what it left behind, and its last words are kept", async () => {
    const child = "console.log(process.pid); process.disconnect(); setInterval(() => {}, 1000)";
    const last = "console.log('last'); process.exit(0)";
    const { end, lines } = await run(`${script.spawn(child, TOLD)}.on('disconnect', () => { ${last} })`);
    assert.equal(end.outcome, "done");
    assert.ok(lines.includes("out last"));
    const [pid] = pidsIn(lines);
    assert.ok(pid !== undefined);
    await untilGone(pid);
  });

  it("is not waited for when a grandchild took itself to a session of its own and holds stdout", async () => {
    const escaped = "console.log(process.pid); process.disconnect(); setInterval(() => {}, 1000)";
    const began = performance.now();
    const { end, lines } = await run(
      `${script.spawn(escaped, { ...TOLD, detached: true })}.on('disconnect', () => process.exit(0))`,
    );
    const took = performance.now() - began;
    const [pid] = pidsIn(lines);
    assert.ok(pid !== undefined);
    process.kill(pid, "SIGKILL");
    assert.equal(end.outcome, "done");
    assert.ok(took < 15_000, `it took ${took} ms`);
  });

  it("is unknown when it was ended from outside, before or while it runs, and when it then says it was well", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const { end } = await run("setInterval(() => {}, 1000)", { signal: stop.signal });
    assert.equal(end.outcome, "unknown");
    assert.match(end.error ?? "", /^It was ended from outside\./);
    assert.equal(
      (await run("setInterval(() => {}, 1000)", { signal: AbortSignal.abort() })).end.outcome,
      "unknown",
    );
    const late =
      "process.on('SIGTERM', () => process.exit(0)); console.log(process.pid); setInterval(() => {}, 1000)";
    const said = await runUntilUp(late, 1, STOP_GROUP);
    assert.deepEqual([said.end.outcome, said.end.exitCode], ["unknown", 0]);
  });

  it("like terraform gets INT alone, its children go on living, and the rest ends with it", async () => {
    const plugin =
      "process.on('SIGINT', () => console.log('plugin was hit')); console.log(process.pid); setInterval(() => {}, 1000)";
    const terraform = `${script.spawn(plugin)}; process.on('SIGINT', () => setTimeout(() => { console.log('state written'); process.exit(1) }, 300))`;
    const { end, lines } = await runUntilUp(terraform, 1, stopTerraform(5));
    assert.deepEqual([end.outcome, end.exitCode], ["unknown", 1]);
    assert.match(end.error ?? "", /after its deadline of \d+ s, and stopped by itself/);
    assert.ok(lines.includes("out state written"), lines.join());
    assert.equal(lines.includes("out plugin was hit"), false);
    await untilGone(pidsIn(lines)[0] ?? 0);
    const hears = "process.on('SIGINT', () => {}); console.log(process.pid); setInterval(() => {}, 1000)";
    const deaf = await runUntilUp(hears, 1, stopTerraform(0.2));
    assert.deepEqual([deaf.end.outcome, deaf.end.signal], ["unknown", "SIGKILL"]);
    assert.match(
      deaf.end.error ?? "",
      /did not stop in the 0.2 s it was given to store its state, and was killed/,
    );
  });
});

/** KILL is sent, not awaited: the kernel takes a moment. */
async function untilGone(pid: number): Promise<void> {
  for (const until = Date.now() + 20_000; isAlive(pid) && Date.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(isAlive(pid), false, `${pid}`);
}

/** Runs it until its deadline, by which so many processes had printed that they are up. */
async function runUntilUp(code: string, processes: number, stop: Stop) {
  for (const deadlineMs of DEADLINES_MS) {
    const began = performance.now();
    const found = {
      ...(await run(code, { deadlineMs, stop })),
      deadlineMs,
      tookMs: performance.now() - began,
    };
    if (pidsIn(found.lines).length === processes) return found;
  }
  throw new Error(`Not ${processes} processes were up within ${DEADLINES_MS.at(-1)} ms.`);
}

async function run(code: string, { argv, cwd, ...more }: Partial<Spawn & Boxed> = {}) {
  const lines: string[] = [];
  const end = await runCommand({
    boxed: {
      argv: argv ?? [process.execPath, "-e", code],
      cwd: cwd ?? tmpdir(),
      env: { GREETING: "hello" },
    },
    deadlineMs: 20_000,
    stop: STOP_GROUP,
    signal: new AbortController().signal,
    onStarted: async () => undefined,
    onLine: (stream, line) => lines.push(`${stream} ${line.text}`),
    ...more,
  });
  return { end, lines };
}
