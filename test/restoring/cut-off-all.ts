import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startProgram } from "#test/support/program.ts";
import { makeKnife } from "./cut-off.ts";
import { everyCut, tryCuts } from "./cut-off-tries.ts";
import { POLICY, placeOf } from "./restore.ts";

const SHARES = 3;

/** Every case, cut off on its way forward and on its way back, by three programs at once (`npm run cut-off`). */
describe("what every rollback brings back after the work was cut off", { concurrency: SHARES }, () => {
  for (let share = 0; share < SHARES; share += 1)
    it(`is what stood before: share ${share + 1} of ${SHARES}`, async (t) => {
      const knife = makeKnife();
      const program = await startProgram({}, { policy: POLICY, at: knife.at });
      try {
        const wanted = process.env["RESTORING"] ?? "";
        const tries = everyCut().filter(
          ({ name }, index) => name.includes(wanted) && index % SHARES === share,
        );
        const wrong = await tryCuts(placeOf(program), knife, tries);
        t.diagnostic(`${tries.length} tries, ${wrong.length} wrong`);
        assert.deepEqual(wrong, []);
      } finally {
        await program.close();
      }
    });
});
