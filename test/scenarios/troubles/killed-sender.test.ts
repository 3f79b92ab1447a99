import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { migrate } from "#store/postgres/migrate.ts";
import { createPeople } from "#test/faults/people.ts";
import { openTown, type Town } from "#test/faults/town.ts";
import { seeded } from "#test/policy/random.ts";
import { createDatabase, type TestDatabase } from "#test/support/postgres.ts";
import { cards, replies, textOf, waitFor } from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

/** The lease as delivered, and what a start and a change may take on a machine that does much else. */
const LEASE_MS = 6_000;
const ROOM_MS = 14_000;

describe("a process that is killed between Slack's answer to a card and its record", {
  timeout: 180_000,
}, () => {
  let town: Town;
  let database: TestDatabase;
  before(async () => {
    database = await createDatabase({ migrate });
    town = await openTown(database.config);
  });
  after(async () => {
    await town.close();
    await database.drop();
  });

  it("leaves a card that the next one finds, with its logs and its verdict, a lease's time later", async (t) => {
    const { slack } = town;
    const pace = { FAULTS_PACE: "default" };
    const victim = await town.start("victim", "before Slack record", pace);
    assert.ok(victim);
    const people = createPeople(town, seeded(1));
    await people.ask("c0", "plain", "slack").catch(() => undefined);
    await victim.gone;
    const killedAt = performance.now();
    const card = await waitFor(() => cards(slack)[0], "the card");
    await town.start("survivor", "", pace);
    const answering = soon("the end of the change", async () => {
      await people.answer();
      const { rows } = await town.pool.query("select 1 from changes where status = 'done'");
      return rows.length > 0;
    });
    await answering;
    await waitFor(() => replies(slack, card).find(({ broadcast }) => broadcast), "the verdict", 120_000);
    const tookMs = Math.round(performance.now() - killedAt);
    t.diagnostic(`verdict ${tookMs} ms after the kill`);
    assert.ok(tookMs < LEASE_MS + ROOM_MS, `${tookMs} ms`);
    assert.equal(cards(slack).length, 1, textOf(cards(slack).map(({ text }) => text)));
  });
});
