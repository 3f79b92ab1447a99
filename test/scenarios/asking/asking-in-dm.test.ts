import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CHANNELS } from "#playground/slack/people.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { approvedAs } from "#test/support/approved.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  askFor,
  cards,
  changeIdOf,
  directCards,
  hasButton,
  now,
  standIn,
  textOf,
  typed,
  waitFor,
} from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

const RESTART = "restart checkout in production";
const ASK_IN = "greenlight:ask_in";

describe("asking in a direct message", { timeout: 300_000 }, () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
  });
  after(() => program.close());

  const direct = (as: string) => `D${as.slice(1)}`;

  async function write(text: string, as = slack.users.ana, thread_ts?: string): Promise<Message> {
    const known = new Set(directCards(slack, as).map(({ ts }) => ts));
    const said = slack.say({ as, channel: direct(as), text, thread_ts });
    assert.equal(await said.delivered, "acked");
    return waitFor(() => directCards(slack, as).find(({ ts }) => !known.has(ts)), `an answer to ${text}`);
  }

  async function choose(message: Message, channel: string, as = slack.users.ana): Promise<string> {
    const before = slack.ephemerals(as).length;
    const block = message.blocks?.find((one) => textOf(one).includes(ASK_IN));
    const where = { as, channel: message.channel, ts: message.ts };
    const picked = { block_id: String(block?.["block_id"]), action_id: ASK_IN, selected: channel };
    const clicked = slack.click({ ...where, ...picked });
    assert.equal(clicked.ok, true, clicked.error);
    await clicked.delivered;
    return textOf(await waitFor(() => slack.ephemerals(as)[before], "an answer to the choice"));
  }

  it("asks in which channel, and asks for the change there: one, however often it is chosen", async () => {
    const known = cards(slack).length;
    const question = await write(RESTART);
    assert.ok(textOf(question.blocks).includes(ASK_IN));
    assert.match(await choose(question, CHANNELS.general), approvedAs("who-may-act/not-in-channel"));
    assert.match(await choose(question, CHANNELS.infra), /restart checkout/);
    assert.match(await choose(question, CHANNELS.infra), approvedAs("asking/repeated-elsewhere"));
    await waitFor(() => (cards(slack).length > known ? true : undefined), "the card");
    const [card] = cards(slack).slice(-1);
    assert.ok(card !== undefined);
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the approval");
    assert.equal(cards(slack).length, known + 1);
    assert.doesNotMatch(textOf(now(slack, card).blocks), /archives\/D/);
    await answerTo(slack, slack.users.ben, card, "greenlight:reject");
  });

  it("plans only where that is what was written", async () => {
    const known = cards(slack).length;
    const question = await write("plan restart web in production");
    assert.match(await choose(question, CHANNELS.infra), /restart web in production/);
    const card = await waitFor(() => cards(slack)[known], "the card");
    await program.until(await changeIdOf(slack, card), "planned");
  });

  it("answers words right there, and refuses a guest", async () => {
    assert.match(textOf((await write("help")).blocks), /@greenlight status ID/);
    assert.match((await write("list mine")).text, /./);
    assert.match((await write(RESTART, slack.users.gus)).text, approvedAs("who-may-act/guest"));
  });

  it("keeps what is asked as it was read there, whatever it would like to be", async () => {
    const words = "restart <!channel> *checkout* `x` <https://evil.example|here> in production";
    const question = await write(words);
    assert.match(textOf(question.blocks), /restart @channel|restart <!channel>/);
    assert.doesNotMatch(question.text, /<!channel>/);
  });

  it("tells a command typed there how to go on", async () => {
    const told = await typed(slack, `/infra ${RESTART}`, { channel: direct(slack.users.ana) });
    assert.match(told.text, approvedAs("asking/in-a-direct-message"));
  });

  it("is a wish for changes in the thread of the card that an approver has there", async () => {
    const card = await askFor(slack, "scale web to 3 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the approval");
    const { ben } = slack.users;
    const mine = await waitFor(
      () =>
        directCards(slack, ben).find(
          (one) => hasButton(one, "greenlight:approve") && textOf(one).includes("web"),
        ),
      "the direct card",
    );
    const known = "select 1 from messages where ts = $1";
    await soon("its row", async () => (await program.app.database.query(known, [mine.ts])).rowCount === 1);
    await write("use 4 instead", ben, mine.ts);
    const id = /"change_id":"([0-9a-f-]{36})"/.exec(textOf(mine))?.[1] ?? "";
    await soon("the second revision", async () => (await program.app.changes.get(id))?.revision === 2);
  });
});

describe("asking in a direct message, with one channel configured", { timeout: 120_000 }, () => {
  it("asks there at once", async () => {
    const program = await startProgram({ GREENLIGHT_CHANNELS: CHANNELS.infra });
    try {
      const slack = standIn(program);
      await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
      const { ana } = slack.users;
      await slack.say({ as: ana, channel: `D${ana.slice(1)}`, text: RESTART }).delivered;
      await waitFor(() => cards(slack)[0], "the card");
      const answer = await waitFor(() => directCards(slack, ana)[0], "the answer");
      assert.match(answer.text, /<#C0INFRA001>/);
    } finally {
      await program.close();
    }
  });
});
