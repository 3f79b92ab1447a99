import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startProgram } from "#test/support/program.ts";
import { makeKnife } from "./cut-off.ts";
import { sampleCuts, tryCuts } from "./cut-off-tries.ts";
import { type Place, POLICY, placeOf } from "./restore.ts";

/** Two cases at each place; every case: `npm run cut-off`. */
describe("what a rollback brings back after the work was cut off", () => {
  const knife = makeKnife();
  let place: Place;
  before(async () => {
    place = placeOf(await startProgram({}, { policy: POLICY, at: knife.at }));
  });
  after(() => place.program.close());

  it("is what stood before, and no command runs twice by itself", async () => {
    const tries = sampleCuts();
    assert.equal(tries.length, 8);
    assert.deepEqual(await tryCuts(place, knife, tries), []);
  });
});
