import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { StepKey } from "#change/journal.ts";
import { endOpenSteps } from "#execution/open-steps.ts";
import { createSeal } from "#execution/seal.ts";
import type { Database } from "#store/postgres/database.ts";
import { addChange, useDatabase } from "#test/support/database.ts";
import { executionDeps, savedFiles } from "#test/support/execution.ts";

describe("a step whose instance died after it kept the state terraform could not store", () => {
  let database: Database;
  let dataDir: string;
  useDatabase((opened) => {
    database = opened;
  });
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "greenlight-open-"));
  });
  after(() => rm(dataDir, { recursive: true }));

  it("says that it is kept and how to get it, of that attempt alone, wherever it is taken up", async () => {
    const changeId = await addChange(database);
    const key = { changeId, revision: 1, step: 1, direction: "forward", attempt: 1 } as const;
    const saved = savedFiles(database, createSeal(randomBytes(32)), assert.fail);
    await saved.keepErroredState(key, Buffer.from("the only record"));
    const ends: string[] = [];
    const child = { host: `another-${randomUUID()}`, bootId: "b" };
    const open = (one: StepKey) => ({
      ...{ key: one, argv: ["terraform", "apply", "one.tfplan"], dir: "net", child, since: new Date() },
    });
    const deps = executionDeps({
      ...{ ...saved, workspace: dataDir, dataDir },
      journal: {
        intend: () => assert.fail(),
        findOpen: async () => [open(key), open({ ...key, attempt: 2 })],
        finishOpen: async (_key, end) => void ends.push(`${end.outcome} ${end.error}`),
      },
    });
    await endOpenSteps(deps, changeId);
    assert.match(ends[0] ?? "", /^unknown .*may still be running.*It is kept, encrypted.*greenlight state/);
    assert.doesNotMatch(ends[1] ?? "", /kept/);
  });
});

describe("what a rollback reads, where its instance died", () => {
  it("is taken away by whoever carries the change on, and nothing else is", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "greenlight-open-"));
    const changeId = randomUUID();
    const kubectl = join(dataDir, "changes", changeId, "kubectl");
    await mkdir(kubectl, { recursive: true });
    const left = ["greenlight-rollback-1-2.json", ".greenlight-rollback-1-2.json.0a1b2c3d4e5f"];
    for (const name of [...left, "web.yaml"]) await writeFile(join(kubectl, name), "secret");
    const journal = { intend: () => assert.fail(), findOpen: async () => [], finishOpen: async () => {} };
    const deps = executionDeps({ workspace: dataDir, dataDir, journal });
    await endOpenSteps(deps, changeId);
    assert.deepEqual(await readdir(kubectl), ["web.yaml"]);
    await endOpenSteps(deps, randomUUID());
    await rm(dataDir, { recursive: true });
  });
});
