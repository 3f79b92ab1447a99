import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startProgram } from "#test/support/program.ts";
import { everyTry, tableOf, tryAll, wrongOf } from "./all-of.ts";
import { type Place, POLICY, placeOf } from "./restore.ts";

/** Every case, alone and with a hotfix on the same field and on another one: takes minutes (`npm run restoring`). */
describe("what every rollback brings back", () => {
  let place: Place;
  before(async () => {
    place = placeOf(await startProgram({}, { policy: POLICY }));
  });
  after(() => place.program.close());

  it("is what stood before, and never over what somebody did meanwhile", async (test) => {
    const wanted = process.env["RESTORING"] ?? "";
    const tries = everyTry().filter(({ name }) => name.includes(wanted));
    const results = await tryAll(place, tries, "all");
    for (const line of tableOf(results).split("\n")) test.diagnostic(line);
    assert.deepEqual(wrongOf(results), []);
  });
});
