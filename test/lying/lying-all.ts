import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Place } from "#test/restoring/restore.ts";
import { LIARS } from "./liars.ts";
import { lie, OUTCOMES, startLying } from "./outcomes.ts";

/** Every liar before every outcome: takes minutes, so it is a command of its own (`npm run lying`). */
describe("twenty lying Reviewers before six outcomes", () => {
  let place: Place;
  before(async () => {
    place = await startLying();
  });
  after(() => place.program.close());

  it("are twenty, and six", () => {
    assert.deepEqual([LIARS.length, OUTCOMES.length], [20, 6]);
  });
  for (const [index, liar] of LIARS.entries()) it(`it ${liar.name}`, () => lie(place, liar, `liar-${index}`));
});
