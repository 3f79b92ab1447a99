import assert from "node:assert/strict";
import { test } from "node:test";
import { capture } from "../../src/execution/capture.ts";

const look = (...argv: string[]) => ({
  argv,
  cwd: "/",
  env: { PATH: "/usr/bin:/bin" },
  deadlineMs: 5_000,
  signal: new AbortController().signal,
});

test("a look returns what was printed, on both streams, and how it ended", async () => {
  const found = await capture(look("sh", "-c", "echo out; echo err >&2; exit 3"));
  assert.deepEqual(found, { exitCode: 3, stdout: "out\n", stderr: "err\n", problem: null });
});

test("a program that is not there is said so", async () => {
  const found = await capture(look("no-such-program"));
  assert.equal(found.exitCode, null);
  assert.match(found.problem ?? "", /no-such-program, or the directory .* is not there/);
});

test("a look that hangs is ended at its deadline, with a grandchild that holds its output", async () => {
  const started = Date.now();
  const found = await capture({ ...look("sh", "-c", "sleep 30 & sleep 30"), deadlineMs: 300 });
  assert.match(found.problem ?? "", /no answer within 0.3 s/);
  assert.ok(Date.now() - started < 3_000);
});

test("a look ends when the work on its change is stopped", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  const found = await capture({ ...look("sleep", "30"), signal: stop.signal });
  assert.match(found.problem ?? "", /work on this change was stopped/);
});

test("more than can be kept is refused, not cut", async () => {
  const found = await capture(look("sh", "-c", "head -c 40000000 /dev/zero"));
  assert.equal(found.exitCode, null);
  assert.match(found.problem ?? "", /more than 32 MB/);
});

test("a look gets the listed environment and no more", async () => {
  const found = await capture(look("env"));
  assert.ok(!found.stdout.includes("HOME="), found.stdout);
});
