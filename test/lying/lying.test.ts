import { after, before, describe, it } from "node:test";
import type { Place } from "#test/restoring/restore.ts";
import { LIARS } from "./liars.ts";
import { lie, startLying } from "./outcomes.ts";

/** Of the twenty, those that differ most; all of them before every outcome: `npm run lying`. */
const FOUR = LIARS.filter(({ name }) =>
  /^(approves|rolls back|echoes an injection|is always overloaded)$/.test(name),
);

describe("a Reviewer that lies, before each outcome there is", () => {
  let place: Place;
  before(async () => {
    place = await startLying();
  });
  after(() => place.program.close());

  for (const [index, liar] of FOUR.entries())
    it(`neither blesses nor undoes anything where it ${liar.name}`, () => lie(place, liar, `liar-${index}`));
});
