import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Database } from "#store/postgres/database.ts";
import { deleteSealedFiles, findSealedFile, insertSealedFile } from "#store/sealed-files.ts";
import { addChange, useDatabase } from "#test/support/database.ts";

describe("sealed files", () => {
  let database: Database;
  useDatabase((opened) => {
    database = opened;
  });

  it("are found as they were kept, and a second one of the same key replaces the first", async () => {
    const key = { changeId: await addChange(database), revision: 1, step: 2, name: "plan" };
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
    const [mine, other] = [await addChange(database), await addChange(database)];
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
