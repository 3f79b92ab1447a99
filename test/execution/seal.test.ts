import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openEncryptionKey } from "#execution/encryption-key.ts";
import { createSeal } from "#execution/seal.ts";

const KEY = Buffer.alloc(32, 7);
const OWNER = "change 1, step 2, plan";
const PLAN = Buffer.from('{"password":"hunter2"}');

describe("what is sealed", () => {
  const seal = createSeal(KEY);

  it("opens as what it was, hides it, and never looks the same twice", () => {
    const sealed = seal.seal(PLAN, OWNER);
    assert.deepEqual(seal.open(sealed, OWNER), PLAN);
    assert.equal(sealed.includes("hunter2"), false);
    assert.notDeepEqual(seal.seal(PLAN, OWNER), sealed);
    assert.deepEqual(seal.open(seal.seal(Buffer.alloc(0), OWNER), OWNER), Buffer.alloc(0));
  });

  it("opens for nobody else and with no other key, and says why", () => {
    const sealed = seal.seal(PLAN, OWNER);
    assert.throws(
      () => seal.open(sealed, "change 1, step 3, plan"),
      /cannot be opened.*GREENLIGHT_ENCRYPTION_KEY/,
    );
    assert.throws(() => createSeal(Buffer.alloc(32, 8)).open(sealed, OWNER), /GREENLIGHT_ENCRYPTION_KEY/);
    assert.throws(() => createSeal(Buffer.alloc(16)), /32 bytes/);
  });

  it("does not open when any byte was changed, or when it is cut", () => {
    const sealed = seal.seal(PLAN, OWNER);
    for (const at of sealed.keys()) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.throws(() => seal.open(changed, OWNER), /cannot be opened|not sealed/, `byte ${at}`);
      assert.throws(
        () => seal.open(sealed.subarray(0, at), OWNER),
        /cannot be opened|not sealed/,
        `cut at ${at}`,
      );
    }
  });
});

describe("the encryption key", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-key-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("is the configured one, and then nothing is written", async () => {
    assert.deepEqual(await openEncryptionKey(KEY, join(folder, "none")), KEY);
    await assert.rejects(stat(join(folder, "none")), /ENOENT/);
  });

  it("is made once, also when eight start at the same moment, for its owner's eyes only", async () => {
    for (let round = 0; round < 20; round += 1) {
      const dataDir = join(folder, `made ${round}`);
      // A tenth of a millisecond apart or so: one must find the file while another is about to place its own.
      const starts = Array.from({ length: 8 }, async (_, place) => {
        for (let tick = 0; tick < place; tick += 1) await new Promise((resolve) => setImmediate(resolve));
        return openEncryptionKey(null, dataDir);
      });
      const keys = await Promise.all(starts);
      assert.equal(new Set(keys.map((key) => key.toString("hex"))).size, 1);
      assert.equal(keys[0]?.length, 32);
      assert.deepEqual(await readdir(dataDir), ["encryption.key"]);
      assert.deepEqual(await openEncryptionKey(null, dataDir), keys[0]);
    }
    const dataDir = join(folder, "made 0");
    assert.equal((await stat(join(dataDir, "encryption.key"))).mode & 0o777, 0o600);
  });

  it("is never written over: a damaged file, or one that others can read, is said so and stays as it is", async () => {
    const file = join(folder, "encryption.key");
    for (const damaged of ["", "c2hvcnQ=\n", "not base64 at all!"]) {
      await writeFile(file, damaged, { mode: 0o600 });
      await assert.rejects(openEncryptionKey(null, folder), /damaged.*backup/);
      assert.equal(await readFile(file, "utf8"), damaged);
    }
    await writeFile(file, `${KEY.toString("base64")}\n`);
    await chmod(file, 0o644);
    await assert.rejects(openEncryptionKey(null, folder), /chmod 600/);
  });
});
