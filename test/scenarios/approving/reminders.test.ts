import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { verdictOf, waitingCard } from "#test/support/cards.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  askFor,
  changeIdOf,
  hasButton,
  now,
  replies,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

const SRE = "S0SRE00001";
const BEN = "U0BEN00001";
const POLICY = `
version: 1
environments:
  production: { namespaces: [production] }
approvals:
  - environments: [production]
    users: [${BEN}]
    escalate: { after_minutes: 20, groups: [${SRE}] }
`;

describe("an approval that is long in coming", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram({}, { policy: POLICY });
    slack = standIn(program);
  });
  after(() => program.close());

  const move = (id: string, set: string) =>
    program.app.database.query(`update decisions set ${set} where change_id = $1`, [id]);
  const reply = (card: Message, what: RegExp) =>
    waitFor(() => replies(slack, card).find(({ text }) => what.test(text)), `the reply ${what}`);

  it("is reminded of, escalated and warned of in the thread, and one who was asked late approves", async () => {
    const { ana, ben, cleo } = slack.users;
    const card = await waitingCard(slack, "scale payment-api to 5 replicas in production");
    const id = await changeIdOf(slack, card);
    assert.match(await answerTo(slack, cleo, card, "greenlight:approve"), /not one of the approvers/);

    await move(
      id,
      "asked_at = now() - interval '30 minutes', expires_at = clock_timestamp() + interval '30 minutes'",
    );
    const reminder = await reply(card, /^Still waiting for an approval/);
    assert.match(reminder.text, new RegExp(`<@${ben}> open until <!date\\^\\d+.*, 30 minutes from now`));
    assert.doesNotMatch(textOf(reminder), new RegExp(`${ana}|${cleo}|!here|!channel|everyone`));
    assert.match(textOf(reminder.blocks), new RegExp(`"type":"user","user_id":"${ben}"`));
    assert.match(
      textOf(reminder.blocks),
      new RegExp(`/archives/${card.channel}/p${card.ts.replace(".", "")}"`),
    );
    assert.equal(reminder.broadcast, false);

    await move(id, "escalates_at = clock_timestamp()");
    const escalation = await reply(card, /^Nobody has answered, so more people are asked/);
    assert.match(escalation.text, new RegExp(`<!subteam\\^${SRE}> open until`));
    assert.doesNotMatch(textOf(escalation), new RegExp(ben));
    await waitFor(
      () => (textOf(now(slack, card)).includes(`Escalated to <!subteam^${SRE}> <!date^`) ? true : undefined),
      "the escalation on the card",
    );
    assert.match(textOf(now(slack, card)), new RegExp(`Can approve: <@${ben}>, <!subteam\\^${SRE}>`));

    await move(id, "expires_at = clock_timestamp() + interval '5 minutes'");
    const warning = await reply(card, /^This expires soon/);
    assert.match(warning.text, new RegExp(`<@${ben}> <!subteam\\^${SRE}> open until .*, 5 minutes from now`));

    assert.match(await answerTo(slack, cleo, card, "greenlight:approve"), /Approved/);
    await program.until(id, "done");
    const texts = replies(slack, card).map(({ text }) => text);
    for (const what of [/^Still waiting/, /^Nobody has answered/, /^This expires soon/])
      assert.equal(texts.filter((text) => what.test(text)).length, 1, String(what));
  });

  it("of the Planner's question whoever asked is reminded, once, and never after the answer", async () => {
    const { ana, ben } = slack.users;
    const card = await askFor(slack, "restart checkout");
    await waitFor(() => hasButton(now(slack, card), "greenlight:choose_0"), "the choices");
    const id = await changeIdOf(slack, card);
    const half =
      "asked_at = now() - interval '30 minutes', expires_at = clock_timestamp() + interval '30 minutes'";
    await move(id, half);
    const reminder = await reply(card, /^Still waiting for an answer/);
    assert.match(reminder.text, new RegExp(`<@${ana}> open until <!date\\^\\d+.*, 30 minutes from now`));
    assert.match(textOf(reminder.blocks), /Answer on the card/);
    assert.doesNotMatch(textOf(reminder), new RegExp(`${ben}|!here|!channel`));
    assert.equal(reminder.broadcast, false);
    // Close to its end nothing more is said of it.
    await move(id, "expires_at = clock_timestamp() + interval '1 minute'");
    assert.match(await answerTo(slack, ana, card, "greenlight:choose_0"), /Answered/);
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    // The approval of the same revision has a reminder of its own.
    await program.app.database.query(
      `update decisions set ${half} where change_id = $1 and gate = 'approval'`,
      [id],
    );
    await reply(card, /^Still waiting for an approval/);
    const texts = replies(slack, card).map(({ text }) => text);
    assert.equal(texts.filter((text) => /^Still waiting for an answer/.test(text)).length, 1);
    await answerTo(slack, ben, card, "greenlight:reject");
  });

  it("is not spoken of once it is answered, also where the reply was not sent yet", async () => {
    const card = await waitingCard(slack, "scale payment-api to 6 replicas in production");
    const id = await changeIdOf(slack, card);
    // Its sender is held off; the answer comes first.
    await program.app.database.query(
      "insert into messages (change_id, name, rank, due_at) values ($1, 'reminder:1:1:0', 2, now() + interval '1 hour')",
      [id],
    );
    await move(id, "asked_at = now() - interval '30 minutes', expires_at = now() + interval '30 minutes'");
    await answerTo(slack, slack.users.ben, card, "greenlight:approve");
    await program.until(id, "done");
    await program.app.database.query(
      "update messages set due_at = now() where change_id = $1 and name like 'reminder%'",
      [id],
    );
    await verdictOf(slack, card);
    await soon("the reminder to be given up", async () => {
      const given =
        "select 1 from messages where change_id = $1 and name like 'reminder%' and abandoned is not null";
      return (await program.app.database.query(given, [id])).rowCount === 1;
    });
    assert.ok(!replies(slack, card).some(({ text }) => /Still waiting/.test(text)));
  });
});
