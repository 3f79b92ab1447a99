import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { migrate } from "#store/postgres/migrate.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { cancelClicks } from "./cancel-clicks.ts";
import { clicks } from "./clicks.ts";
import { crashes } from "./crashes.ts";
import { expiryClicks } from "./expiry-clicks.ts";
import { targets } from "./points.ts";
import { replanClicks } from "./replan-clicks.ts";
import { openTown, type Town } from "./town.ts";

// A share of `npm run faults` that is quick enough for every run of the tests.
describe("under faults", { timeout: 600_000 }, () => {
  let town: Town;
  let database: TestDatabase;
  const open = async (): Promise<Town> => {
    database = await createDatabase({ migrate });
    town = await openTown(database.config);
    return town;
  };
  afterEach(async () => {
    await town.close();
    await database.drop();
  });

  it("nothing is lost and nothing runs twice when a process is killed around a step, a decision and a checkpoint", async () => {
    const points = new Set([
      "after intent",
      "before finished row",
      "after decision commit",
      "after updateState",
    ]);
    const plan = targets
      .filter(({ point, kinds }) => points.has(point) && kinds.includes("plain"))
      .map((target, index) => ({ target, seed: index + 1 }));
    const result = await crashes(await open(), plan);
    assert.deepEqual(result.violations, []);
    assert.deepEqual(result.missed, []);
    assert.equal(result.kills.length, points.size);
  });

  it("one of many clicks at once wins, and what it says is what happens", async () => {
    const result = await clicks(await open(), 4, 1);
    assert.deepEqual(result.violations, []);
    assert.equal(result.approved + result.rejected + result.cancelled, 4);
  });

  it("the end of its time, a wish for another plan or a cancel at the moment of an approval: one of the two wins", async () => {
    const all = await open();
    const found = [];
    for (const race of [expiryClicks, replanClicks, cancelClicks])
      found.push(...(await race(all, 4, 1)).violations);
    assert.deepEqual(found, []);
  });
});
