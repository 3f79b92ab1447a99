import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { insertChange } from "../../src/store/changes.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { deleteSealedFiles, findSealedFile, insertSealedFile } from "../../src/store/sealed-files.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";

describe("sealed files", () => {
  let made: TestDatabase;
  let database: Database;
  before(async () => {
    made = await createDatabase({ migrate });
    database = openDatabase(made.config);
  });
  after(async () => {
    await database.close();
    await made.drop();
  });

  async function change(): Promise<string> {
    const id = randomUUID();
    const requester = { kind: "token", name: "ana", role: "requester", slackId: null } as const;
    await insertChange(database, {
      id,
      request: "x",
      requester,
      home: null,
      planOnly: false,
      idempotencyKey: id,
    });
    return id;
  }

  it("are found as they were kept, and a second one of the same key replaces the first", async () => {
    const key = { changeId: await change(), revision: 1, step: 2, name: "plan" };
    assert.equal(await findSealedFile(database, key), null);
    const file = { ...key, sha256: "aa", sealed: Buffer.from([1, 0, 255]), path: "/w/tfplan" };
    await insertSealedFile(database, file);
    assert.deepEqual(await findSealedFile(database, key), file);
    const again = { ...file, sha256: "bb", sealed: Buffer.alloc(3_000_000, 9) };
    await insertSealedFile(database, again);
    assert.deepEqual(await findSealedFile(database, key), again);
    assert.equal(await findSealedFile(database, { ...key, revision: 2 }), null);
  });

  it("go with their change, but for states terraform could not store", async () => {
    const [mine, other] = [await change(), await change()];
    const file = (changeId: string, name: string) => ({
      ...{ changeId, revision: 1, step: 1, name },
      ...{ sha256: "aa", sealed: Buffer.from([1]), path: "/w" },
    });
    const files = [file(mine, "plan"), file(mine, "errored.tfstate 1"), file(other, "plan")];
    for (const one of files) await insertSealedFile(database, one);
    await deleteSealedFiles(database, mine);
    const left = await Promise.all(files.map((one) => findSealedFile(database, one)));
    assert.deepEqual(
      left.map((one) => one !== null),
      [false, true, true],
    );
  });
});
