import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startProgram } from "#test/support/program.ts";
import { CASES, everyTry, sampleTries, tryAll, wrongOf } from "./all-of.ts";
import { LATER } from "./later.ts";
import { type Place, POLICY, placeOf } from "./restore.ts";

/** One case of each verb; all of them in every variant: `npm run restoring`. */
describe("what a rollback brings back", () => {
  let place: Place;
  before(async () => {
    place = placeOf(await startProgram({}, { policy: POLICY }));
  });
  after(() => place.program.close());

  it("is tried by at least 60 cases, and the list of what is to come names none that is not there", () => {
    assert.ok(CASES.length >= 60, String(CASES.length));
    const names = new Set(everyTry().map(({ name }) => name));
    assert.equal(names.size, everyTry().length);
    assert.deepEqual(
      [...LATER].filter((name) => !names.has(name)),
      [],
    );
  });

  it("is what stood before, and never over what somebody did meanwhile, for each verb", async () => {
    assert.deepEqual(wrongOf(await tryAll(place, sampleTries(), "sample")), []);
  });
});
