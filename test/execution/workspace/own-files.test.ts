import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isOwnThere, makeOwn, readOwn, removeOwn, writeOwn } from "#execution/workspace/own-files.ts";

describe("files of a change whose commands could have left links", () => {
  let dir: string;
  let base: string;
  let outside: string;
  beforeEach(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), "greenlight-own-")));
    base = join(dir, "change");
    outside = join(dir, "outside");
    await mkdir(join(base, "root"), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "of the bot");
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("are read, written and taken away where they are plain", async () => {
    await writeOwn(base, "root/deep/plan", "one", 0o600);
    await writeOwn(base, "root/deep/plan", "two", 0o600);
    assert.equal(String(await readOwn(base, "root/deep/plan")), "two");
    assert.equal(await isOwnThere(base, "root/deep/plan"), true);
    await removeOwn(base, "root/deep/plan");
    assert.equal(await readOwn(base, "root/deep/plan"), null);
    assert.equal(await isOwnThere(base, "root/none/plan"), false);
    assert.equal(await makeOwn(base, "a/b"), join(base, "a/b"));
  });

  it("are not read through a link, by file or by directory", async () => {
    await symlink(join(outside, "secret"), join(base, "root/plan"));
    await assert.rejects(readOwn(base, "root/plan"), { name: "EnvironmentError" });
    await symlink(outside, join(base, "away"));
    await assert.rejects(readOwn(base, "away/secret"), { name: "EnvironmentError" });
    await assert.rejects(isOwnThere(base, "away/secret"), { name: "EnvironmentError" });
    await assert.rejects(removeOwn(base, "away/secret"), { name: "EnvironmentError" });
    assert.equal(await readFile(join(outside, "secret"), "utf8"), "of the bot");
  });

  it("are not read where a directory or a pipe lies in their place", async () => {
    await mkdir(join(base, "root/plan"));
    await assert.rejects(readOwn(base, "root/plan"), { name: "EnvironmentError" });
  });

  it("take a link's place without touching what it leads to", async () => {
    await symlink(join(outside, "secret"), join(base, "root/ready"));
    await writeOwn(base, "root/ready", "", 0o600);
    assert.equal(String(await readOwn(base, "root/ready")), "");
    assert.equal(await readFile(join(outside, "secret"), "utf8"), "of the bot");
  });

  it("are not written through a directory that became a link", async () => {
    await symlink(outside, join(base, "away"));
    await assert.rejects(writeOwn(base, "away/new", "x", 0o600), { name: "EnvironmentError" });
    await assert.rejects(writeOwn(base, "away/deep/new", "x", 0o600), { name: "EnvironmentError" });
    await assert.rejects(makeOwn(base, "away/new"), { name: "EnvironmentError" });
    await assert.rejects(readFile(join(outside, "new")), { code: "ENOENT" });
  });
});
