import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createSeal } from "#execution/seal.ts";
import { type Database, openDatabase } from "#store/postgres/database.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { addChange } from "#test/support/database.ts";
import { savedFiles } from "#test/support/execution.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { urlOf } from "#test/support/program.ts";

const entry = join(import.meta.dirname, "..", "..", "src", "entry.js");

describe("the command state", () => {
  const key = randomBytes(32);
  let scratch: TestDatabase;
  let database: Database;
  before(async () => {
    scratch = await createDatabase({ migrate });
    database = openDatabase(scratch.config);
  });
  after(async () => {
    await database.close();
    await scratch.drop();
  });

  const run = (id: string, by: Buffer = key, ...number: string[]) => {
    const env = {
      ...{ DATABASE_URL: urlOf(scratch.config), GREENLIGHT_ENCRYPTION_KEY: by.toString("base64") },
      PATH: process.env["PATH"] ?? "",
    };
    return spawnSync(process.execPath, [entry, "state", id, ...number], {
      cwd: tmpdir(),
      env,
      timeout: 60_000,
    });
  };

  it("gives back the newest state of a change byte by byte, and says what else there is", async () => {
    const changeId = await addChange(database);
    const { keepErroredState } = savedFiles(database, createSeal(key), assert.fail);
    const step = { changeId, revision: 1, step: 2, direction: "forward" } as const;
    const newest = Buffer.concat([Buffer.from('{"serial": 8}\n'), randomBytes(300_000)]);
    await keepErroredState({ ...step, step: 1, attempt: 1 }, Buffer.from("older"));
    await keepErroredState({ ...step, attempt: 2 }, newest);
    const { status, stdout, stderr } = run(changeId);
    assert.equal(status, 0, stderr.toString());
    assert.ok(stdout.equals(newest));
    const second = `state ${changeId} 2`;
    assert.match(stderr.toString(), new RegExp(`of step 2, kept 20.*; kept too: of step 1 by ${second}\\.`));
    // It may be of another root, and the only record of what was made there.
    const older = run(changeId, key, "2");
    assert.deepEqual([older.status, older.stdout.toString()], [0, "older"]);
    const none = run(changeId, key, "3");
    assert.deepEqual([none.status, none.stdout.length], [1, 0]);
    assert.match(none.stderr.toString(), /are only 2 of change/);
    const other = run(changeId, randomBytes(32));
    assert.deepEqual([other.status, other.stdout.length], [1, 0]);
    assert.match(other.stderr.toString(), /cannot be opened.*another GREENLIGHT_ENCRYPTION_KEY/);
  });

  it("says so where there is none", () => {
    for (const id of [randomUUID(), "nonsense"]) {
      const { status, stdout, stderr } = run(id);
      assert.deepEqual([status, stdout.length], [1, 0]);
      assert.match(stderr.toString(), /nothing is kept for a change/);
    }
  });
});
