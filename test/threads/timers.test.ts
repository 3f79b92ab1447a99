import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { raceExpiry } from "./expiry-rounds.ts";

const ROUNDS = 50;

describe("the end of a question's time", () => {
  it(`and clicks at the same moment: one wins, in each of ${ROUNDS} rounds`, async () => {
    const { approved, expired } = await raceExpiry(ROUNDS);
    assert.equal(approved + expired, ROUNDS);
  });
});
