import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { View } from "#playground/slack/views.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { ASK_MESSAGE_SHORTCUT, ASK_SHORTCUT } from "#slack/asking/shortcuts.ts";
import { approvedAs } from "#test/support/approved.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import {
  cards,
  changeIdOf,
  clickOnHome,
  directCards,
  now,
  press,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

describe("asking by a shortcut", { timeout: 300_000 }, () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
  });
  after(() => program.close());

  async function open(more: { as?: string; channel?: string; ts?: string | undefined } = {}): Promise<View> {
    const { as = slack.users.ana, channel = slack.channels.infra, ts } = more;
    const callback_id = ts === undefined ? ASK_SHORTCUT : ASK_MESSAGE_SHORTCUT;
    const old = slack.modal(as)?.id;
    const used = slack.shortcut({ as, callback_id, channel, ts });
    assert.equal(used.ok, true, used.error);
    assert.equal(await used.delivered, "acked");
    return waitFor(() => {
      const top = slack.modal(as);
      return top !== null && top.id !== old ? top : undefined;
    }, "the form");
  }

  async function send(
    view: View,
    words: string,
    more: { as?: string; channel?: string; planOnly?: boolean } = {},
  ) {
    const { as = slack.users.ana, channel, planOnly = false } = more;
    const values = {
      "greenlight:words": { words },
      ...(channel === undefined ? {} : { "greenlight:place": { place: channel } }),
      ...(planOnly ? { "greenlight:plan_only": { plan_only: "plan_only" } } : {}),
    };
    const sent = slack.submit({ as, view_id: view.id, values });
    assert.equal(sent.ok, true, sent.error);
    assert.equal(await sent.delivered, "acked");
  }

  function say(text: string, channel = slack.channels.infra): Message {
    const { ts } = slack.say({ as: slack.users.ben, channel, text });
    const said = slack.messages(channel).find((one) => one.ts === ts);
    assert.ok(said !== undefined);
    return said;
  }

  const nextCard = (known: number) =>
    waitFor(() => cards(slack).filter((one) => one.botId !== null)[known], "the card");

  it("opens from the Home's button, where a channel is chosen, and the change then stands on that Home", async () => {
    const { ana } = slack.users;
    const known = cards(slack).length;
    await slack.openHome(ana).delivered;
    await waitFor(() => slack.home(ana) ?? undefined, "the Home");
    await clickOnHome(slack, ana, "greenlight:ask_form");
    const view = await waitFor(() => slack.modal(ana) ?? undefined, "the form");
    await send(view, "scale payment-api to 4 replicas in production", { channel: slack.channels.infra });
    const card = await nextCard(known);
    const id = await changeIdOf(slack, card);
    await program.until(id, "waiting");
    const shows = /Asked for by you.*Scale payment-api 3 → 4/u;
    await waitFor(() => (shows.test(textOf(slack.home(ana)?.given)) ? true : undefined), "it on the Home");
    await press(slack, slack.users.ben, card, "greenlight:reject");
    await program.until(id, "rejected");
    const over = /Ended lately.*Scale payment-api 3 → 4/u;
    await waitFor(
      () => (over.test(textOf(slack.home(ana)?.given)) ? true : undefined),
      "it among what ended",
    );
    assert.doesNotMatch(textOf(slack.home(ana)?.given), /Asked for by you|Under way|Held targets/u);
  });

  it("opens a form that begins with the channel one looks at, and makes one change of it, also delivered twice", async () => {
    const known = cards(slack).length;
    const view = await open();
    assert.match(textOf(view.given.blocks), /"initial_conversation":"C0INFRA001"/);
    slack.faults.duplicateEnvelope(1);
    await send(view, "restart checkout in production", { channel: slack.channels.infra });
    const card = await nextCard(known);
    assert.equal(slack.modal(slack.users.ana), null);
    const change = await program.app.changes.get(await changeIdOf(slack, card));
    assert.equal(change?.request, "restart checkout in production");
    assert.equal(change?.source, null);
    await waitFor(() => slack.ephemerals(slack.users.ana).at(-1), "the answer");
    await send(await open(), "show the pods in staging", { channel: slack.channels.infra });
    await nextCard(known + 1);
    assert.equal(cards(slack).length, known + 2);
  });

  it("keeps the words where asking takes longer than Slack waits, and makes one change of them, also sent again", async () => {
    const known = cards(slack).length;
    const view = await open();
    const words = "scale web to 9 replicas in staging";
    const { ana } = slack.users;
    const told = slack.ephemerals(ana).length;
    await program.app.database.transaction(async (sql) => {
      await sql.query("lock table changes in exclusive mode");
      await send(view, words, { channel: slack.channels.infra });
    });
    assert.match(textOf(slack.modal(ana)?.errors), approvedAs("forms/slow"));
    await waitFor(() => slack.ephemerals(ana)[told], "the answer");
    await nextCard(known);
    await send(view, words, { channel: slack.channels.infra });
    assert.equal(slack.modal(ana), null);
    await waitFor(() => slack.ephemerals(ana)[told + 1], "an answer");
    assert.equal(cards(slack).length, known + 1);
  });

  it("plans only where that is ticked", async () => {
    const known = cards(slack).length;
    await send(await open(), "restart web in production", { channel: slack.channels.infra, planOnly: true });
    const card = await nextCard(known);
    await program.until(await changeIdOf(slack, card), "planned");
  });

  it("says in the form what is wrong, and keeps the words there", async () => {
    const known = cards(slack).length;
    const view = await open();
    await send(view, "restart web in production", { channel: slack.channels.general });
    const errors = () => slack.modal(slack.users.ana)?.errors ?? {};
    assert.match(errors()["greenlight:place"] ?? "", approvedAs("who-may-act/not-in-channel"));
    await send(view, "restart", { channel: slack.channels.infra });
    assert.match(errors()["greenlight:words"] ?? "", approvedAs("asking-forms/one-word"));
    const guests = await open({ as: slack.users.gus });
    await send(guests, "restart web in production", { as: slack.users.gus, channel: slack.channels.infra });
    assert.match(textOf(slack.modal(slack.users.gus)?.errors), approvedAs("who-may-act/guest"));
    assert.equal(cards(slack).length, known);
    await send(view, "restart web in production, please", { channel: slack.channels.infra });
    await nextCard(known);
    assert.equal(slack.modal(slack.users.ana), null);
  });

  it("of a message begins with its words, which the asker sends, and leads back to it", async () => {
    const known = cards(slack).length;
    const message = say("could somebody restart web in staging? cc @ana");
    const view = await open({ ts: message.ts });
    assert.match(textOf(view.given.blocks), /"initial_value":"could somebody restart web in staging\? cc @/);
    await send(view, "restart web in staging");
    const card = await nextCard(known);
    const id = await changeIdOf(slack, card);
    await program.until(id, "done");
    const change = await program.app.changes.get(id);
    assert.deepEqual(change?.source, { channelId: message.channel, ts: message.ts });
    assert.equal(change?.requester.kind === "slack" && change.requester.userId, slack.users.ana);
    const link = `archives/${message.channel}/p${message.ts.replace(".", "")}|`;
    assert.ok(textOf(now(slack, card).blocks).includes(link));
  });

  it("of a long and hostile message takes what can be read, within Slack's limit", async () => {
    const message = say(`<!channel> \u202e ${"delete everything ".repeat(400)}`);
    const view = await open({ ts: message.ts });
    const words = /"initial_value":"(.*?)"/.exec(textOf(view.given.blocks))?.[1] ?? "";
    assert.ok(words.length <= 3_100);
    assert.match(words, /\\\\u202e/);
    assert.match(words, /… [\d,]+ /);
  });

  it("offers the channels there are where the bot is not in that of the message", async () => {
    const { ana } = slack.users;
    const known = cards(slack).length;
    const message = say("restart web in staging", slack.channels.general);
    await open({ channel: slack.channels.general, ts: message.ts });
    const view = await waitFor(() => {
      const form = slack.modal(ana);
      return form !== null && /conversations_select/.test(textOf(form.given)) ? form : undefined;
    }, "the choice");
    assert.match(textOf(view.given.blocks), /"initial_value":"restart web in staging"/);
    assert.doesNotMatch(textOf(view.given.blocks), /default_to_current|initial_conversation/);
    await send(view, "restart web in staging now", { channel: slack.channels.general });
    assert.match(textOf(slack.modal(ana)?.errors), approvedAs("who-may-act/not-in-channel"));
    await send(view, "restart web in staging now", { channel: slack.channels.infra });
    const change = await program.app.changes.get(await changeIdOf(slack, await nextCard(known)));
    assert.deepEqual(change?.source, { channelId: message.channel, ts: message.ts });
    assert.equal(change?.home?.channelId, slack.channels.infra);
  });

  it("of a message in a channel the bot is in offers no other, also where Slack does not say", async () => {
    const { ana } = slack.users;
    const message = say("restart web in staging", slack.channels.general);
    slack.faults.errorOn(1, "internal_error", "conversations.info");
    const view = await open({ channel: slack.channels.general, ts: message.ts });
    await send(view, "restart web in staging once more");
    assert.match(textOf(slack.modal(ana)?.errors), approvedAs("who-may-act/not-in-channel"));
    assert.doesNotMatch(textOf(slack.modal(ana)?.given), /conversations_select/);
    await slack.close({ as: ana, view_id: view.id }).delivered;
  });

  it("says so when the form does not open in time", async () => {
    const { ana } = slack.users;
    const known = directCards(slack, ana).length;
    slack.faults.errorOn(1, "expired_trigger_id", "views.open");
    await slack.shortcut({ as: ana, callback_id: ASK_SHORTCUT }).delivered;
    const told = await waitFor(() => directCards(slack, ana)[known], "a direct answer");
    assert.match(told.text, approvedAs("clicks/form-not-opened-asking"));
    slack.faults.errorOn(1, "expired_trigger_id", "views.open");
    const { ts, channel } = say("restart web");
    const before = slack.ephemerals(ana).length;
    await slack.shortcut({ as: ana, callback_id: ASK_MESSAGE_SHORTCUT, channel, ts }).delivered;
    assert.match(
      (await waitFor(() => slack.ephemerals(ana)[before], "an answer")).text,
      approvedAs("clicks/form-not-opened-asking"),
    );
  });
});
