import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { noBox } from "#execution/box/box.ts";
import { capture } from "#execution/process/capture.ts";

const look = (...argv: string[]) => ({
  argv,
  cwd: "/",
  env: { PATH: "/usr/bin:/bin" },
  view: { changeId: "", readWrite: [], readOnly: [], stateFile: null },
  deadlineMs: 20_000,
  signal: new AbortController().signal,
});

test("a look returns what was printed, on both streams, and how it ended", async () => {
  const found = await capture(noBox, look("sh", "-c", "echo out; echo err >&2; exit 3"));
  assert.deepEqual(found, { exitCode: 3, stdout: "out\n", stderr: "err\n", problem: null });
});

test("a program that is not there is said so", async () => {
  const found = await capture(noBox, look("no-such-program"));
  assert.equal(found.exitCode, null);
  assert.match(found.problem ?? "", /no-such-program, or the directory .* is not there/);
});

test("a look that hangs is ended at its deadline, with a grandchild that holds its output", async () => {
  const started = Date.now();
  const found = await capture(noBox, { ...look("sh", "-c", "sleep 30 & sleep 30"), deadlineMs: 300 });
  assert.match(found.problem ?? "", /no answer within 0.3 s/);
  assert.ok(Date.now() - started < 20_000);
});

test("a look ends when the work on its change is stopped", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  const found = await capture(noBox, { ...look("sleep", "30"), signal: stop.signal });
  assert.match(found.problem ?? "", /work on this change was stopped/);
});

test("more than can be kept is refused, not cut", async () => {
  const found = await capture(noBox, look("sh", "-c", "head -c 40000000 /dev/zero"));
  assert.equal(found.exitCode, null);
  assert.match(found.problem ?? "", /more than 32 MB/);
});

test("a look gets the listed environment and no more", async () => {
  const found = await capture(noBox, look("env"));
  assert.ok(!found.stdout.includes("HOME="), found.stdout);
});

test("terraform is asked to stop before it is killed: it has to give its lock back", async () => {
  const folder = await mkdtemp(join(tmpdir(), "greenlight-capture-"));
  try {
    const script = "#!/bin/sh\ntrap 'echo unlocked; exit 1' INT\necho locked\nwhile :; do sleep 0.1; done\n";
    await writeFile(join(folder, "terraform"), script);
    await chmod(join(folder, "terraform"), 0o755);
    const PATH = `${folder}:/usr/bin:/bin`;
    const found = await capture(noBox, { ...look("terraform", "plan"), env: { PATH }, deadlineMs: 3_000 });
    assert.equal(found.stdout, "locked\nunlocked\n");
    assert.deepEqual([found.exitCode, found.problem], [null, "terraform gave no answer within 3 s"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
