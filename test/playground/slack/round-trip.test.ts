import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { App } from "@slack/bolt";
import { type SlackStandIn, startSlack } from "#playground/slack/slack.ts";
import { actionsBlock, eventually, plain, startHttpApp, startSocketApp, until } from "./support.ts";

type Heard = { kind: string; body: Record<string, unknown> };

for (const mode of ["socket", "http"] as const) {
  describe(`a real Bolt app and the playground's Slack, over ${mode}`, () => {
    let slack: SlackStandIn;
    let app: { stop(): Promise<void> };
    const heard: Heard[] = [];

    before(async () => {
      slack = await startSlack({ events: ["app_mention", "message.channels", "app_home_opened"] });
      app = await (mode === "socket" ? startSocketApp : startHttpApp)(slack, (bolt) => listen(bolt, heard));
    });
    after(async () => {
      await app.stop();
      await slack.stop();
    });
    afterEach(() => heard.splice(0));

    test("a command arrives with all its fields, is answered by ack and response_url, and posts a card", async () => {
      const { ana } = slack.users;
      const { infra } = slack.channels;
      const said = slack.say({ as: ana, channel: infra, text: "/infra scale a & b <now>" });
      assert.equal(await said.delivered, "acked");
      const { body } = await eventually(() => heard.find((one) => one.kind === "command"));
      assert.equal(body["text"], "scale a &amp; b &lt;now&gt;");
      assert.equal(body["channel_name"], "infra");
      assert.equal(body["user_id"], ana);
      assert.equal(body["team_id"], slack.team.id);
      assert.match(String(body["trigger_id"]), /^\d+\.\d+\.[0-9a-f]{32}$/);
      assert.equal("enterprise_id" in body, false);
      await until(() => slack.ephemerals(ana).length === 2);
      assert.deepEqual(
        slack.ephemerals(ana).map((one) => one.text),
        ["On it.", "By the address."],
      );
      assert.deepEqual(slack.ephemerals(slack.users.ben), []);
      assert.equal(slack.messages(infra).at(-1)?.text, "card");
    });

    test("a click arrives with message, state and response_url, and the card is changed in place", async () => {
      const { infra } = slack.channels;
      await slack.say({ as: slack.users.ana, channel: infra, text: "/infra scale" }).delivered;
      const card = await eventually(() => slack.messages(infra).find((one) => one.text === "card"));
      const press = { channel: infra, ts: card.ts, block_id: "with_approve", action_id: "approve" };
      assert.equal(await slack.click({ as: slack.users.ben, ...press }).delivered, "acked");
      const { body } = await eventually(() => heard.find((one) => one.kind === "action"));
      assert.deepEqual(body["container"], {
        type: "message",
        message_ts: card.ts,
        channel_id: infra,
        is_ephemeral: false,
      });
      const [action] = body["actions"] as Record<string, unknown>[];
      assert.equal(action?.["value"], "change-1");
      assert.match(String(action?.["action_ts"]), /^\d+\.\d{6}$/);
      assert.equal((body["message"] as { blocks: unknown[] }).blocks.length, 1);
      assert.deepEqual(body["user"], {
        id: slack.users.ben,
        username: "ben",
        name: "ben",
        team_id: slack.team.id,
      });
      await until(() => slack.messages(infra).some((one) => one.text === "approved"));
      assert.equal(slack.click({ as: slack.users.cleo, ...press }).error, "That button is no longer there.");
      const late = slack.click({ as: slack.users.cleo, ...press, stale: true });
      assert.equal(await late.delivered, "acked");
    });

    test("a modal opens, refuses with errors, and closes when it is accepted", async () => {
      const { ana } = slack.users;
      await slack.say({ as: ana, channel: slack.channels.infra, text: "/infra form" }).delivered;
      const view = await eventually(() => slack.modal(ana));
      const submit = (text: string) =>
        slack.submit({ as: ana, view_id: view.id, values: { reason: { text } } });
      assert.equal(submit("").error, '"Why" is required.');
      assert.equal(await submit("bad").delivered, "acked");
      assert.deepEqual(slack.modal(ana)?.errors, { reason: "Say more." });
      assert.equal(await submit("good enough").delivered, "acked");
      assert.equal(slack.modal(ana), null);
      const submission = heard.filter((one) => one.kind === "view").at(-1)?.body["view"] as {
        state: { values: unknown };
        private_metadata: string;
      };
      const value = { type: "plain_text_input", value: "good enough" };
      assert.deepEqual(submission.state.values, { reason: { text: value } });
      assert.equal(submission.private_metadata, "change-1");
    });

    test("errors of a form that was replaced while it was sent are about nothing any more", async () => {
      const { ana } = slack.users;
      await slack.say({ as: ana, channel: slack.channels.infra, text: "/infra form" }).delivered;
      const view = await eventually(() => slack.modal(ana));
      slack.takeRefused();
      const values = { reason: { text: "gone" } };
      assert.equal(await slack.submit({ as: ana, view_id: view.id, values }).delivered, "acked");
      assert.deepEqual(slack.takeRefused(), []);
      assert.match(JSON.stringify(slack.modal(ana)?.given), /Nothing to say any more/);
      await slack.close({ as: ana, view_id: view.id }).delivered;
    });

    test("a modal that wants to know hears that it was closed", async () => {
      const { ana } = slack.users;
      await slack.say({ as: ana, channel: slack.channels.infra, text: "/infra form" }).delivered;
      const view = await eventually(() => slack.modal(ana));
      assert.equal(await slack.close({ as: ana, view_id: view.id }).delivered, "acked");
      await until(() => heard.at(-1)?.kind === "closed");
      assert.equal(slack.modal(ana), null);
    });

    test("a mention in a thread arrives as app_mention and as message, and is answered there", async () => {
      const { infra } = slack.channels;
      const parent = slack.say({ as: slack.users.ana, channel: infra, text: "hello" });
      await parent.delivered;
      const thread_ts = parent.ts ?? "";
      const said = slack.say({ as: slack.users.ben, channel: infra, text: "@greenlight status?", thread_ts });
      assert.equal(await said.delivered, "acked");
      const { body } = await eventually(() => heard.find((one) => one.kind === "mention"));
      const event = body["event"] as Record<string, unknown>;
      assert.equal(event["text"], `<@${slack.botUserId}> status?`);
      assert.equal(event["thread_ts"], thread_ts);
      assert.match(String(body["event_id"]), /^Ev/);
      assert.equal((body["authorizations"] as unknown[]).length, 1);
      await until(() => slack.thread(infra, thread_ts).some((one) => one.text === "in the thread"));
    });

    test("an ack that clears the forms leaves one alone that was opened meanwhile", async () => {
      const { ana } = slack.users;
      await slack.say({ as: ana, channel: slack.channels.infra, text: "/infra form" }).delivered;
      const first = await eventually(() => slack.modal(ana));
      const values = { reason: { text: "clear all of it" } };
      assert.equal(await slack.submit({ as: ana, view_id: first.id, values }).delivered, "acked");
      const second = slack.modal(ana);
      assert.ok(second !== null && second.id !== first.id, "the other form is gone");
      slack.close({ as: ana, view_id: second.id });
    });

    test("whoever opens the Home is announced, and sees what is published", async () => {
      assert.equal(await slack.openHome(slack.users.ana).delivered, "acked");
      const home = await eventually(() => slack.home(slack.users.ana));
      assert.equal(home.given.blocks.length, 1);
    });
  });
}

test("a wrong signing secret lets nothing through, and the person is told", async (t) => {
  const slack = await startSlack();
  t.after(slack.stop);
  const heard: Heard[] = [];
  const app = await startHttpApp(slack, (bolt) => listen(bolt, heard), "another secret");
  t.after(app.stop);
  const { ana } = slack.users;
  const said = slack.say({ as: ana, channel: slack.channels.infra, text: "/infra scale" });
  assert.equal(await said.delivered, "failed");
  assert.deepEqual(
    slack.notices(ana).map((one) => one.text),
    ['/infra failed with the error "dispatch_failed"'],
  );
  assert.deepEqual(heard, []);
});

function listen(bolt: App, heard: Heard[]): void {
  const hear = (kind: string, body: unknown) => heard.push({ kind, body: body as Record<string, unknown> });
  bolt.command("/infra", async ({ ack, body, client, respond }) => {
    if (body.text === "form") {
      await client.views.open({ trigger_id: body.trigger_id, view: form });
      return await ack();
    }
    hear("command", body);
    await client.chat.postMessage({
      channel: body.channel_id,
      text: "card",
      blocks: [actionsBlock("approve", "change-1")],
    });
    await ack("On it.");
    await respond("By the address.");
  });
  bolt.action("approve", async ({ ack, body, client }) => {
    await ack();
    hear("action", body);
    if (body.type !== "block_actions") return;
    const { ts = "", channel_id = "" } = { ts: body.message?.ts, channel_id: body.channel?.id };
    await client.chat.update({ channel: channel_id, ts, text: "approved" });
  });
  bolt.view("form", async ({ ack, body, client, view }) => {
    hear("view", body);
    const text = view.state.values["reason"]?.["text"]?.value ?? "";
    if (text === "gone") {
      const blocks = [
        { type: "section" as const, text: { type: "plain_text" as const, text: "Nothing to say any more" } },
      ];
      const title = { type: "plain_text" as const, text: "Gone" };
      await client.views.update({ view_id: view.id, view: { type: "modal", title, blocks } });
      await ack({ response_action: "errors", errors: { reason: "Say more." } });
    } else if (text.startsWith("clear")) {
      if ("trigger_id" in body) await client.views.open({ trigger_id: String(body.trigger_id), view: form });
      await ack({ response_action: "clear" });
    } else if (text.length > 5) await ack();
    else await ack({ response_action: "errors", errors: { reason: "Say more." } });
  });
  bolt.view({ callback_id: "form", type: "view_closed" }, async ({ ack, body }) => {
    await ack();
    hear("closed", body);
  });
  bolt.event("app_mention", async ({ body, event, say }) => {
    hear("mention", body);
    await say({ text: "in the thread", thread_ts: event.thread_ts ?? event.ts });
  });
  bolt.event("app_home_opened", async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: { type: "home", blocks: [{ type: "divider" }] },
    });
  });
}

const form = {
  type: "modal" as const,
  callback_id: "form",
  private_metadata: "change-1",
  notify_on_close: true,
  title: plain("Reason"),
  submit: plain("Send"),
  blocks: [
    {
      type: "input" as const,
      block_id: "reason",
      label: plain("Why"),
      element: { type: "plain_text_input" as const, action_id: "text" },
    },
  ],
};
