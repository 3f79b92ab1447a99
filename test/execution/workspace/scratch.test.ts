import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { holdsErroredState } from "#execution/workspace/errored-state.ts";
import {
  changeDirOf,
  makeChangeDir,
  removeChangeDir,
  sweepChangeDirs,
} from "#execution/workspace/scratch.ts";

describe("a change's directories", () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "greenlight-scratch-"));
  });
  after(() => rm(dataDir, { recursive: true }));

  it("are for us alone, the same when made again, and gone when removed, twice too", async () => {
    const id = randomUUID();
    const dir = await makeChangeDir(dataDir, id);
    assert.deepEqual(dir, changeDirOf(dataDir, id));
    for (const path of Object.values(dir)) assert.equal((await stat(path)).mode & 0o777, 0o700, path);
    await writeFile(join(dir.home, "kept"), "");
    await makeChangeDir(dataDir, id);
    assert.deepEqual(await readdir(dir.home), ["kept"]);
    await removeChangeDir(dataDir, id);
    await removeChangeDir(dataDir, id);
    await assert.rejects(stat(dir.root), /ENOENT/);
  });

  it("are refused where a link or an open directory lies in their place, or the id is a path", async () => {
    const linked = changeDirOf(dataDir, randomUUID());
    await symlink(tmpdir(), linked.root);
    await assert.rejects(makeChangeDir(dataDir, linked.root.slice(-36)), /not a directory that only/);
    const open = changeDirOf(dataDir, randomUUID());
    await mkdir(open.root);
    await chmod(open.root, 0o755);
    await assert.rejects(makeChangeDir(dataDir, open.root.slice(-36)), /not a directory that only/);
    for (const id of ["../../etc", "", `${randomUUID()}/..`]) {
      await assert.rejects(removeChangeDir(dataDir, id), /is not a change's id/);
    }
  });

  it("are swept when their change ended, and nothing else is", async () => {
    const fresh = await mkdtemp(join(dataDir, "sweep-"));
    const [ended, running] = [randomUUID(), randomUUID()];
    for (const id of [ended, running]) await makeChangeDir(fresh, id);
    await writeFile(join(fresh, "changes", "a note"), "");
    const swept = await sweepChangeDirs(fresh, async (id) => id === ended);
    assert.deepEqual(swept, { removed: [ended], kept: [] });
    assert.deepEqual((await readdir(join(fresh, "changes"))).toSorted(), [running, "a note"].toSorted());
    const none = await sweepChangeDirs(join(fresh, "never made"), async () => true);
    assert.deepEqual(none, { removed: [], kept: [] });
  });

  it("are left where a state lies that terraform could not store, without homes and saved credentials", async () => {
    const fresh = await mkdtemp(join(dataDir, "errored-"));
    const dir = await makeChangeDir(fresh, randomUUID());
    const id = dir.root.slice(-36);
    const state = join(dir.workspace, "infra", "net", "errored.tfstate");
    await mkdir(join(dir.workspace, "infra", "net"), { recursive: true });
    await writeFile(state, "what terraform made");
    await writeFile(join(dir.home, "credentials"), "secret");
    assert.equal(await removeChangeDir(fresh, id), false);
    assert.deepEqual(await sweepChangeDirs(fresh, async () => true), { removed: [], kept: [dir.workspace] });
    assert.equal(await readFile(state, "utf8"), "what terraform made");
    await assert.rejects(stat(dir.home), /ENOENT/);
    await rm(state);
    assert.deepEqual(await sweepChangeDirs(fresh, async () => true), { removed: [id], kept: [] });
  });

  it("count as holding such a state where nobody can look, and as holding none where they are gone", async () => {
    const unreadable = join(dataDir, "a file in a directory's place");
    await writeFile(unreadable, "");
    assert.equal(await holdsErroredState(unreadable), true);
    assert.equal(await holdsErroredState(join(dataDir, "gone")), false);
  });
});
