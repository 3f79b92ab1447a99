import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createHomes } from "#store/homes.ts";
import { createOutbox } from "#store/outbox.ts";
import { type Database, openDatabase } from "#store/postgres/database.ts";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { assertBounded } from "./polls/bounded.ts";
import { explainAll } from "./polls/explaining.ts";
import { LISTS } from "./polls/lists.ts";
import { CHANGES, fillManyChanges } from "./polls/many-changes.ts";
import { beatClaims, HOMES, OUTBOX } from "./polls/ports.ts";
import { type Runs, STATEMENTS } from "./polls/statements.ts";

/** Exported functions of the store that run no statement of ours, or whose statements are run by others above. */
const WITHOUT = new Set(
  [
    "LeaseLostError createLeaseOf isHeld keyOf keyValues newestOf placesOf toBlocked toCancel toLaterLooks toOpenHere toDecision toUnlocks",
    // Run by the lists.
    "findByPrefix findEscalated findHeld findKinds findListed findNewest findSpots findTouching",
    // Every call of theirs is in a table of its own.
    "createHomes createOutbox",
    // LangGraph's own statements, all by the thread's key.
    "createCheckpointer",
    "setUpCheckpoints",
  ].flatMap((names) => names.split(" ")),
);

describe(`every statement among ${CHANGES} changes`, () => {
  let test: TestDatabase;
  let database: Database;
  before(async () => {
    test = await createDatabase({ migrate });
    database = openDatabase({ ...test.config, statement_timeout: 120_000 });
    await fillManyChanges(database);
  });
  after(async () => {
    await database.close();
    await test.drop();
  });

  const held = (of: string, runs: Runs) => {
    for (const [name, run] of Object.entries(runs))
      it(`reads a bounded number of pages: ${of}${name}`, async () => {
        const seen = await explainAll(database, run);
        assert.ok(seen.length > 0);
        for (const one of seen) assertBounded(`${of}${name}`, one);
      });
  };
  held("outbox ", OUTBOX);
  held("homes ", HOMES);
  held("list ", LISTS);
  held("", { ...STATEMENTS, createMessageClaims: beatClaims });
});

describe("no statement is forgotten", () => {
  it("of what the store exports", async () => {
    const folder = join(import.meta.dirname, "../../src/store");
    const files = (await readdir(folder)).filter((file) => file.endsWith(".ts"));
    const exported: object[] = await Promise.all(files.map((file) => import(join(folder, file))));
    const functions = exported.flatMap((one) =>
      Object.entries(one).flatMap(([name, value]) => (typeof value === "function" ? [name] : [])),
    );
    const known = [...Object.keys(STATEMENTS), ...WITHOUT, "createMessageClaims"];
    assert.deepEqual(functions.toSorted(), known.toSorted());
  });

  it("of what the two senders call", () => {
    const none = {} as Database;
    const wakes = { wait: async () => undefined, close: async () => undefined };
    const ofNoStatement = ["isHeld", "letGo"];
    assert.deepEqual(
      Object.keys(createOutbox(none, wakes)).toSorted(),
      [...Object.keys(OUTBOX), ...ofNoStatement].toSorted(),
    );
    assert.deepEqual(Object.keys(createHomes(none, wakes)).toSorted(), Object.keys(HOMES).toSorted());
  });

  it("of what stands outside of the store: each goes by a change's id", async () => {
    const src = join(import.meta.dirname, "../../src");
    const files = (await readdir(src, { recursive: true })).filter(
      (file) => file.endsWith(".ts") && !/^(store|playground)\//.test(file),
    );
    for (const file of files) {
      const text = await readFile(join(src, file), "utf8");
      for (const [, statement = ""] of text.matchAll(/\.query(?:<[^>]*>)?\(\s*(["`][^"`]*["`])/g))
        assert.match(statement, /where id = \$1|^"select (1|pg_advisory)/, `${file}: ${statement}`);
    }
  });
});
