import { it } from "node:test";
import { raceExpiry } from "./expiry-rounds.ts";

const ROUNDS = 500;

it(`gives one answer in each of ${ROUNDS} rounds of expiry against clicks at the same moment`, async (t) => {
  const won = await raceExpiry(ROUNDS);
  t.diagnostic(JSON.stringify(won));
});
