import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { startOwnSlack } from "#test/support/own-slack.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { askFor, click, directCards, hasButton, now, standIn, textOf, waitFor } from "#test/support/slack.ts";

const EPHEMERAL = "chat.postEphemeral";
const OPEN = "views.open";

describe("answers for one person and forms, when Slack limits or fails", { timeout: 180_000 }, () => {
  let program: Program;
  let slack: SlackStandIn;
  let card: Message;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
    card = await askFor(slack, "scale web to 5 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:reject"), "the buttons");
  });
  after(() => program.close());

  const calls = (method: string) => slack.calls.filter((call) => call.method === method).length;
  const mention = (as: string, words: string) =>
    slack.say({ as, channel: slack.channels.infra, text: `@greenlight ${words}` }).delivered;
  /** What only this person was told since, in the channel or directly. */
  const toldSince = (as: string) => {
    const known = { ephemerals: slack.ephemerals(as).length, direct: directCards(slack, as).length };
    return {
      inChannel: () => slack.ephemerals(as)[known.ephemerals]?.text,
      directly: () => directCards(slack, as)[known.direct]?.text,
    };
  };
  const formOf = async (as: string, action: string, ready: RegExp) => {
    await click(slack, as, card, action);
    await waitFor(
      () => (ready.test(textOf(slack.modal(as)?.given)) ? true : undefined),
      `the form of ${action}`,
    );
  };
  const closeForm = async (as: string) => {
    await slack.close({ as, view_id: slack.modal(as)?.id ?? "" }).delivered;
  };

  it("an answer that goes no other way waits for as long as Slack asks", async () => {
    const { gus } = slack.users;
    const told = toldSince(gus);
    slack.faults.rateLimit(2, 1, EPHEMERAL);
    slack.faults.errorOn(9, "cannot_dm_bot", "conversations.open");
    await mention(gus, "status 76543210");
    await waitFor(told.inChannel, "an answer in the channel");
    slack.faults.heal("conversations.open");
    slack.faults.heal(EPHEMERAL);
  });

  it("a command whose response_url takes nothing is answered all the same", async () => {
    const { ana } = slack.users;
    const told = toldSince(ana);
    slack.faults.fail(9, 503, "response_url");
    await slack.say({ as: ana, channel: slack.channels.infra, text: "/infra help" }).delivered;
    assert.match(await waitFor(told.inChannel, "an answer in the channel"), /understands/);
    slack.faults.heal("response_url");
  });

  it("a form that Slack limits for less than its trigger lives opens a moment later", async () => {
    const { ben } = slack.users;
    const told = toldSince(ben);
    slack.faults.rateLimit(1, 1, OPEN);
    await formOf(ben, "greenlight:reject", /This ends the change/);
    await closeForm(ben);
    assert.deepEqual([told.inChannel(), told.directly()], [undefined, undefined]);
  });

  it("a form that Slack limits for longer is tried once, and they are told so at once", async () => {
    const { ben } = slack.users;
    const [told, before] = [toldSince(ben), calls(OPEN)];
    slack.faults.rateLimit(1, 30, OPEN);
    await click(slack, ben, card, "greenlight:reject");
    assert.match(await waitFor(told.inChannel, "an answer"), /did not open the form/);
    assert.equal(calls(OPEN) - before, 1);
    // The pause is Slack's word, so the next click asks nothing and is answered as well.
    const next = toldSince(ben);
    await click(slack, ben, card, "greenlight:reject");
    assert.match(await waitFor(next.inChannel, "an answer"), /did not open the form/);
    assert.equal(calls(OPEN) - before, 1);
  });

  it("an answer that the channel takes late or not is brought directly, and never lost", async () => {
    const { ana } = slack.users;
    const told = toldSince(ana);
    slack.faults.rateLimit(4, 30, EPHEMERAL);
    await mention(ana, "status 01234567");
    assert.match(await waitFor(told.directly, "a direct answer"), /01234567/);
    slack.faults.heal(EPHEMERAL);
  });
});

describe("forms, when an answer of Slack gets lost", { timeout: 180_000 }, () => {
  let program: Program;
  let slack: SlackStandIn;
  let card: Message;
  before(async () => {
    slack = await startOwnSlack();
    program = await startProgram({
      GREENLIGHT_MIX: "yes",
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.tokens.bot,
      SLACK_APP_TOKEN: slack.tokens.app,
      GREENLIGHT_APPROVERS: slack.users.ben,
    });
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
    card = await askFor(slack, "scale web to 5 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:reject"), "the buttons");
  });
  after(async () => {
    await program.close();
    await slack.stop();
  });

  it("nobody is told that a form did not open that stands before them", async () => {
    const { ben } = slack.users;
    const before = slack.ephemerals(ben).length;
    slack.faults.dropAfterAccept(1, OPEN);
    await click(slack, ben, card, "greenlight:reject");
    await waitFor(() => slack.modal(ben) ?? undefined, "the form");
    await click(slack, ben, card, "greenlight:details");
    await waitFor(
      () => (/Plan by the model/.test(textOf(slack.modal(ben)?.given)) ? true : undefined),
      "Details",
    );
    // As long as two more tries of the first form would take.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(slack.ephemerals(ben)[before], undefined);
  });

  it("a form that stands is filled once Slack takes it", async () => {
    const { gus } = slack.users;
    slack.faults.rateLimit(1, 1, "views.update");
    await click(slack, gus, card, "greenlight:details");
    await waitFor(
      () => (/Plan by the model/.test(textOf(slack.modal(gus)?.given)) ? true : undefined),
      "Details",
    );
  });

  it("an answer that still waits when the program is told to stop is brought before it ends", async () => {
    const { ana } = slack.users;
    const before = slack.ephemerals(ana).length;
    slack.faults.rateLimit(2, 1, EPHEMERAL);
    slack.faults.errorOn(9, "cannot_dm_bot", "conversations.open");
    const said = slack.calls.length;
    void slack.say({ as: ana, channel: slack.channels.infra, text: "@greenlight status 01234567" });
    await waitFor(
      () => (slack.calls.slice(said).some(({ method }) => method === EPHEMERAL) ? true : undefined),
      "the first try",
    );
    await program.app.stop();
    assert.notEqual(slack.ephemerals(ana)[before], undefined);
  });
});
