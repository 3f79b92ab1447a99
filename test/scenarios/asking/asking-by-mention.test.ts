import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { approvedAs } from "#test/support/approved.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import {
  askFor,
  cards,
  changeIdOf,
  hasButton,
  mrkdwnOf,
  now,
  press,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

const SCALE = "scale payment-api to 5 replicas in production";

describe("asking by a mention", { timeout: 300_000 }, () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
  });
  after(() => program.close());

  async function mention(text: string, more: { as?: string; in?: Message; channel?: string } = {}) {
    const { as = slack.users.ana, channel = slack.channels.infra } = more;
    const before = slack.ephemerals(as).length;
    const thread = more.in === undefined ? {} : { thread_ts: more.in.ts };
    // Slack shows a card a moment before its row knows where it stands, and nobody types within that moment.
    if (more.in !== undefined && cards(slack).some(({ ts }) => ts === more.in?.ts))
      await soon("the card's place", () => isKnown(more.in?.ts));
    const said = slack.say({ as, channel, text: `@greenlight ${text}`, ...thread });
    assert.equal(await said.delivered, "acked");
    return waitFor(() => slack.ephemerals(as)[before], `an answer to ${text}`);
  }

  async function isKnown(ts: string | undefined): Promise<boolean> {
    const { rowCount } = await program.app.database.query("select 1 from messages where ts = $1", [ts]);
    return rowCount === 1;
  }

  async function askByMention(text: string): Promise<Message> {
    const known = new Set(cards(slack).map((card) => card.ts));
    await mention(text);
    return waitFor(() => cards(slack).find((card) => !known.has(card.ts)), `the card of ${text}`);
  }

  async function waiting(card: Message): Promise<void> {
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the approval");
  }

  it("is a request like a typed one, from the words to the verdict, with a link to the message on its card", async () => {
    const card = await askByMention(SCALE);
    await waiting(card);
    const change = await program.app.changes.get(await changeIdOf(slack, card));
    assert.equal(change?.request, SCALE);
    assert.equal(change?.requester.kind === "slack" && change.requester.userId, slack.users.ana);
    assert.match(textOf(now(slack, card).blocks), /archives\/C0INFRA001\/p\d+\|/);
    await press(slack, slack.users.ben, card, "greenlight:approve");
    await program.until(change?.id ?? "", "done");
  });

  it("reads the same words as the command, and answers only whoever asked, in the thread where it was said", async () => {
    const help = await mention("help");
    assert.match(textOf(help.blocks), /@greenlight list/);
    assert.match(textOf(await mention("")), /@greenlight list/);
    assert.match(textOf(await mention("lsit")), /"@greenlight list"/);
    const root = slack.say({ as: slack.users.ana, channel: slack.channels.infra, text: "a talk of ours" });
    const parent = slack.messages(slack.channels.infra).find(({ ts }) => ts === root.ts);
    const listed = await mention("list all", parent === undefined ? {} : { in: parent });
    assert.equal(listed.threadTs, root.ts);
  });

  it("is one change, however often Slack delivers the message", async () => {
    const known = cards(slack).length;
    slack.faults.duplicateEnvelope(2);
    await askByMention("restart checkout in production");
    // What comes after it has its card, so whatever the second delivery did would stand there.
    await askByMention("show the pods in staging");
    assert.equal(cards(slack).length, known + 2);
  });

  it("refuses guests, and hears neither other apps nor itself", async () => {
    const { gus, otherBot } = slack.users;
    const known = cards(slack).length;
    assert.match(textOf(await mention(SCALE, { as: gus })), approvedAs("who-may-act/guest"));
    assert.equal(
      slack.say({ as: otherBot, channel: slack.channels.infra, text: `@greenlight ${SCALE}` }).ok,
      false,
    );
    assert.equal(cards(slack).length, known);
  });

  it("in the thread of a change that waits is a wish for changes, by whoever has a say in it", async () => {
    const card = await askFor(slack, "scale web to 3 replicas in production");
    await waiting(card);
    const id = await changeIdOf(slack, card);
    const decided = await mention("approve it please", { as: slack.users.ben, in: card });
    assert.match(textOf(decided), approvedAs("follow-ups/words-decide-nothing"));
    assert.match(textOf(await mention(`status`, { in: card })), new RegExp(id.slice(0, 8)));
    assert.match(textOf(await mention("smaller", { in: card })), approvedAs("follow-ups/one-word"));
    assert.equal((await program.app.changes.get(id))?.revision, 1);
    await mention("use 4 instead", { in: card });
    const again = await soon("the second revision", async () => {
      const change = await program.app.changes.get(id);
      return change?.revision === 2 && change.status === "waiting" && change;
    });
    assert.match(textOf(again.plan), /--replicas=4/);
    const [wish] = again.decisions;
    assert.equal(wish?.answer, "request_changes");
    assert.equal(wish?.reason, "use 4 instead");
  });

  it("answers the Planner's question there, and asks anew after the end", async () => {
    const card = await askFor(slack, "restart checkout");
    const id = await changeIdOf(slack, card);
    await program.until(id, "asking");
    await mention("staging", { in: card });
    await program.until(id, "done");
    const known = cards(slack).length;
    await mention("also restart it", { in: card });
    await waitFor(() => (cards(slack).length > known ? true : undefined), "a card of its own");
    const last = cards(slack).at(-1);
    assert.ok(last !== undefined);
    const next = await program.app.changes.get(await changeIdOf(slack, last));
    assert.match(
      next?.request ?? "",
      new RegExp(`${id.slice(0, 8)}: restart checkout; .*: also restart it$`),
    );
    assert.equal(next?.home?.channelId, slack.channels.infra);
  });

  it("of hostile text makes data", async () => {
    const card = await askByMention("restart <!channel> <https://evil.example|x> *checkout* in production");
    await waitFor(() => /`[0-9a-f]{8}`/.exec(textOf(now(slack, card))) ?? undefined, "the card");
    for (const message of [...slack.messages(slack.channels.infra), ...slack.ephemerals(slack.users.ana)])
      if (message.botId !== null)
        for (const text of [message.text, ...mrkdwnOf(message.blocks)])
          assert.doesNotMatch(text, /<!channel>|<https:\/\/evil/);
  });
});
