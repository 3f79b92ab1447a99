import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { approvedAs } from "#test/support/approved.ts";
import { startOwnSlack } from "#test/support/own-slack.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { answerTo, askFor, changeIdOf, hasButton, now, press, waitFor } from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

const INFO = "users.info";
const GUESTS = Array.from({ length: 90 }, (_, index) => ({
  id: `U0GUEST${String(index).padStart(3, "0")}`,
  name: `guest${index}`,
  isRestricted: true,
}));

const LOBBY = "C0LOBBY001";
const BOT = "U0GREENLT1";

describe("a flood of people who may not", { timeout: 180_000 }, () => {
  let slack: SlackStandIn;
  let program: Program;
  before(async () => {
    slack = await startOwnSlack({
      users: GUESTS,
      channels: [{ id: LOBBY, name: "lobby", members: [BOT, ...GUESTS.map(({ id }) => id)] }],
    });
    program = await startProgram({
      GREENLIGHT_MIX: "yes",
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.tokens.bot,
      SLACK_APP_TOKEN: slack.tokens.app,
      GREENLIGHT_APPROVERS: slack.users.ben,
    });
    await soon("both sockets", async () => slack.connections() === 2);
  });
  after(async () => {
    await program.close();
    await slack.stop();
  });

  const lookups = (user: string) =>
    slack.calls.filter(({ method, args }) => method === INFO && args["user"] === user).length;
  const mention = async (as: string, channel: string, text: string) => {
    const said = slack.say({ as, channel, text: `@greenlight ${text}` });
    assert.equal(said.ok, true, said.error);
    await said.delivered;
  };
  const waiting = async (request: string) => {
    const card = await askFor(slack, request);
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    return { card, id: await changeIdOf(slack, card) };
  };

  it("of 200 mentions of one guest costs a call or two, and Approve and Stop work", async () => {
    const { gus, ben, ana } = slack.users;
    const { card, id } = await waiting("scale payment-api to 4 replicas in production");
    const other = await waiting("scale checkout to 4 replicas in production");
    slack.faults.perMinute(INFO, 100);
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        mention(gus, slack.channels.infra, `restart web ${index} in staging`),
      ),
    );
    assert.ok(lookups(gus) <= 2, `${lookups(gus)} lookups`);
    await waitFor(() => slack.ephemerals(gus)[0], "an answer");
    const told = slack.ephemerals(gus).length;
    assert.ok(told >= 1 && told <= 3, `${told} answers`);
    await press(slack, ben, card, "greenlight:approve");
    await program.until(id, "done");
    await press(slack, ana, other.card, "greenlight:cancel");
    await program.until(other.id, "cancelled");
  });

  it("of many guests leaves what decisions need, and who was let in before still stops and rejects when nothing is left", async () => {
    const { ben, ana } = slack.users;
    const [one, two, three] = [
      await waiting("scale payment-api to 5 replicas in production"),
      await waiting("scale checkout to 5 replicas in production"),
      await waiting("restart checkout in production"),
    ];
    slack.faults.heal(INFO);
    slack.faults.perMinute(INFO, 100);
    await Promise.all(GUESTS.map(({ id }) => mention(id, LOBBY, "restart web in staging")));
    await soon("answers", async () => GUESTS.filter(({ id }) => slack.ephemerals(id).length > 0).length > 80);
    const asked = GUESTS.filter(({ id }) => lookups(id) > 0).length;
    assert.ok(asked >= 10 && asked <= 60, `${asked} guests were looked up`);
    await press(slack, ben, one.card, "greenlight:approve");
    await program.until(one.id, "done");
    slack.faults.heal(INFO);
    slack.faults.perMinute(INFO, 0);
    assert.match(
      await answerTo(slack, ben, two.card, "greenlight:approve"),
      approvedAs("who-may-act/unanswered"),
    );
    await press(slack, ben, two.card, "greenlight:reject");
    await program.until(two.id, "rejected");
    await press(slack, ana, three.card, "greenlight:cancel");
    await program.until(three.id, "cancelled");
  });
});
