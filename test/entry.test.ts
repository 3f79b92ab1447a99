import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

const entry = join(import.meta.dirname, "..", "src", "entry.js");

/** Runs the entry with a command that ends at once, under a Node that says it is `version`. */
function runAs(version: string): { status: number | null; stderr: string } {
  const disguise = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
  const url = `data:text/javascript,${encodeURIComponent(disguise)}`;
  const args = ["--import", url, entry, "no-such-command"];
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: {},
    timeout: 20_000,
  });
  return { status, stderr };
}

test("a Node that cannot run the program is told what was found and what to do", () => {
  for (const version of ["14.21.3", "20.20.2", "22.17.1"]) {
    const { status, stderr } = runAs(version);
    assert.equal(status, 1, version);
    assert.match(stderr, new RegExp(`22\\.18.*${version.replaceAll(".", "\\.")}.*npm start`, "s"));
  }
});

test("a Node that can gets as far as the program", () => {
  for (const version of ["22.18.0", "24.0.0"]) {
    const { status, stderr } = runAs(version);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /no-such-command: there is no such command/);
  }
});

test("the command state without a change says that it takes one", () => {
  const { status, stderr } = spawnSync(process.execPath, [entry, "state"], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.equal(status, 2);
  assert.match(stderr, /state takes a change/);
  assert.doesNotMatch(stderr, /no such command/);
});

test("the entry is written in words an old Node knows", async () => {
  const text = await readFile(entry, "utf8");
  // Each of these is a SyntaxError somewhere below Node 16, before any message could be printed.
  assert.doesNotMatch(text, /^import |^export |\bawait\b|\?\?|\?\.|\|\|=|&&=|\d_\d|#\w+\s*[=(]/m);
});
