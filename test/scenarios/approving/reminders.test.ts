import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { approvedAs } from "#test/support/approved.ts";
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
  /** The replies that are this notice, as the sender keeps them by name. */
  const repliesOf = async (card: Message, notice: string) => {
    const { rows } = await program.app.database.query<{ ts: string }>(
      "select ts from messages where change_id = $1 and name like $2 and ts is not null",
      [await changeIdOf(slack, card), `${notice}:%`],
    );
    return replies(slack, card).filter(({ ts }) => rows.some((row) => row.ts === ts));
  };
  const reply = (card: Message, notice: string) =>
    soon(`the ${notice}`, async () => (await repliesOf(card, notice))[0]);

  it("is reminded of, escalated and warned of in the thread, and one who was asked late approves", async () => {
    const { ana, ben, cleo } = slack.users;
    const card = await waitingCard(slack, "scale payment-api to 5 replicas in production");
    const id = await changeIdOf(slack, card);
    assert.match(
      await answerTo(slack, cleo, card, "greenlight:approve"),
      approvedAs("approvals/not-an-approver"),
    );

    await move(
      id,
      "asked_at = now() - interval '30 minutes', expires_at = clock_timestamp() + interval '30 minutes'",
    );
    const reminder = await reply(card, "reminder");
    assert.match(reminder.text, new RegExp(`<@${ben}> .*<!date\\^\\d+.*\\b30 min`));
    assert.doesNotMatch(textOf(reminder), new RegExp(`${ana}|${cleo}|!here|!channel|everyone`));
    assert.match(textOf(reminder.blocks), new RegExp(`"type":"user","user_id":"${ben}"`));
    assert.match(
      textOf(reminder.blocks),
      new RegExp(`/archives/${card.channel}/p${card.ts.replace(".", "")}"`),
    );
    assert.equal(reminder.broadcast, false);

    await move(id, "escalates_at = clock_timestamp()");
    const escalation = await reply(card, "escalation");
    assert.match(escalation.text, new RegExp(`<!subteam\\^${SRE}> `));
    assert.doesNotMatch(textOf(escalation), new RegExp(ben));
    await waitFor(
      () => (textOf(now(slack, card)).includes(` <!subteam^${SRE}> <!date^`) ? true : undefined),
      "the escalation on the card",
    );
    assert.match(
      textOf(now(slack, card)),
      new RegExp(`Waiting for .*"user_id":"${ben}"[^]*"usergroup_id":"${SRE}"`),
    );

    await move(id, "expires_at = clock_timestamp() + interval '5 minutes'");
    const warning = await reply(card, "warning");
    assert.match(warning.text, new RegExp(`<@${ben}> <!subteam\\^${SRE}> .*\\b5 min`));

    assert.match(await answerTo(slack, cleo, card, "greenlight:approve"), approvedAs("clicks/approved"));
    await program.until(id, "done");
    for (const notice of ["reminder", "escalation", "warning"])
      assert.equal((await repliesOf(card, notice)).length, 1, notice);
  });

  it("of the Planner's question whoever asked is reminded, once, and never after the answer", async () => {
    const { ana, ben } = slack.users;
    const card = await askFor(slack, "restart checkout");
    await waitFor(() => hasButton(now(slack, card), "greenlight:choose_0"), "the choices");
    const id = await changeIdOf(slack, card);
    const half =
      "asked_at = now() - interval '30 minutes', expires_at = clock_timestamp() + interval '30 minutes'";
    await move(id, half);
    const reminder = await reply(card, "unanswered");
    assert.match(reminder.text, new RegExp(`<@${ana}> .*<!date\\^\\d+.*\\b30 min`));
    assert.doesNotMatch(textOf(reminder), new RegExp(`${ben}|!here|!channel`));
    assert.equal(reminder.broadcast, false);
    // Close to its end nothing more is said of it.
    await move(id, "expires_at = clock_timestamp() + interval '1 minute'");
    assert.match(await answerTo(slack, ana, card, "greenlight:choose_0"), approvedAs("clicks/answered"));
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    // The approval of the same revision has a reminder of its own.
    await program.app.database.query(
      `update decisions set ${half} where change_id = $1 and gate = 'approval'`,
      [id],
    );
    await reply(card, "reminder");
    assert.equal((await repliesOf(card, "unanswered")).length, 1);
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
    assert.deepEqual(await repliesOf(card, "reminder"), []);
  });
});
