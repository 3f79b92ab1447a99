import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import { runCommand, type Spawn } from "../../src/execution/run-command.ts";

const DEADLINE_MS = 400;

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
    assert.deepEqual(lines, ["err no"]);
  });

  it("is failed, with a sentence, when the program is not there, or the command holds NUL or is too long", async () => {
    assert.match((await run("", { argv: ["no-such-program-at-all"] })).end.error ?? "", /not there/);
    assert.match((await run("", { argv: ["kubectl", "a\0b"] })).end.error ?? "", /NUL/);
    assert.match(
      (await run("", { argv: [process.execPath, "x".repeat(200_000)] })).end.error ?? "",
      /too long/,
    );
  });

  it("is gone at its deadline with its grandchildren, also one that holds stdout and ignores TERM", async () => {
    const grandchild =
      "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)";
    const began = performance.now();
    const { end, lines } = await run(
      `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' }); setInterval(() => {}, 1000)`,
      { deadlineMs: DEADLINE_MS },
    );
    const took = performance.now() - began;
    assert.equal(end.outcome, "failed");
    assert.match(end.error ?? "", /deadline/);
    assert.ok(took < DEADLINE_MS + 5_000, `it took ${took} ms`);
    const pid = Number(lines[0]?.replace("out ", ""));
    assert.ok(pid > 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(isAlive(pid), false);
  });

  it("is unknown when it was ended from outside: nobody saw what it had done", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const { end } = await run("setInterval(() => {}, 1000)", { signal: stop.signal });
    assert.equal(end.outcome, "unknown");
  });

  it("prints what is no UTF-8, no newline or too long without harm", async () => {
    const { lines } = await run(
      "process.stdout.write(Buffer.from([255, 254, 65])); process.stdout.write('z'.repeat(10000))",
    );
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /A z*|characters left out/);
    assert.ok((lines[0]?.length ?? 0) < 4_100);
  });
});

async function run(script: string, more: Partial<Spawn> = {}) {
  const lines: string[] = [];
  const end = await runCommand({
    argv: [process.execPath, "-e", script],
    cwd: tmpdir(),
    env: { GREETING: "hello" },
    deadlineMs: 20_000,
    signal: new AbortController().signal,
    onStarted: async () => undefined,
    onLine: (stream, text) => lines.push(`${stream} ${text}`),
    ...more,
  });
  return { end, lines };
}

/** A killed process whose new parent has not looked yet is a zombie: gone, all the same. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}
