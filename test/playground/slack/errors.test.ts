import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { WebClient } from "@slack/web-api";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { actionsBlock, plain, refusalOf, startWithClient, takeCommands } from "./support.ts";

describe("what the playground's Slack refuses, in Slack's words", () => {
  let slack: SlackStandIn;
  let client: WebClient;
  let now = 1_800_000_000_000;

  before(async () => {
    ({ slack, client } = await startWithClient({ clock: () => now }));
  });
  after(() => slack.stop());

  const refused = async (method: string, args: Record<string, unknown>) =>
    (await refusalOf(client.apiCall(method, args))).error;
  const tsOf = async (args: Record<string, unknown> = {}) => {
    const message = { channel: slack.channels.infra, text: "x", ...args };
    const answer = await client.apiCall("chat.postMessage", message);
    return String((answer as { ts?: string }).ts);
  };

  test("no token, a wrong one, and the wrong kind", async () => {
    const as = (token: string) =>
      new WebClient(token, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
    const bare = await fetch(`${slack.apiUrl}auth.test`, { method: "POST" });
    assert.equal(((await bare.json()) as { error: string }).error, "not_authed");
    const form = new URLSearchParams({ token: slack.tokens.bot, extra: "1" });
    const inForm = await fetch(`${slack.apiUrl}auth.test`, { method: "POST", body: form });
    assert.equal(((await inForm.json()) as { ok: boolean }).ok, true);
    assert.deepEqual(slack.calls.at(-1)?.args, { extra: "1" });
    assert.equal((await refusalOf(as("xoxb-wrong").auth.test())).error, "invalid_auth");
    assert.equal((await refusalOf(as(slack.tokens.app).auth.test())).error, "not_allowed_token_type");
    const asBot = as(slack.tokens.bot).apps.connections.open();
    assert.equal((await refusalOf(asBot)).error, "not_allowed_token_type");
    assert.equal(await refused("chat.scribble", {}), "unknown_method");
  });

  test("channels: unknown, private and not in it, public and not in it, none given", async () => {
    const cases = {
      C0NOWHERE1: "channel_not_found",
      [slack.channels.opsPrivate]: "channel_not_found",
      [slack.channels.general]: "not_in_channel",
      "": "invalid_arguments",
    };
    for (const [channel, error] of Object.entries(cases))
      assert.equal(await refused("chat.postMessage", { channel, text: "x" }), error, channel);
    assert.equal(await refused("conversations.info", { channel: "C0NOWHERE1" }), "channel_not_found");
    const info = await client.conversations.info({ channel: slack.channels.general });
    assert.equal(info.channel?.is_member, false);
  });

  test("threads: gone, not a timestamp, a reply's own ts", async () => {
    const parent = await tsOf();
    const reply = await tsOf({ thread_ts: parent });
    assert.equal(
      await refused("chat.postMessage", {
        channel: slack.channels.infra,
        text: "x",
        thread_ts: "1700000000.000001",
      }),
      "thread_not_found",
    );
    assert.equal(
      await refused("chat.postMessage", {
        channel: slack.channels.infra,
        text: "x",
        thread_ts: "1700000000.12",
      }),
      "invalid_thread_ts",
    );
    assert.equal(
      await refused("chat.postMessage", { channel: slack.channels.infra, text: "x", thread_ts: reply }),
      "cannot_reply_to_message",
    );
    assert.equal(
      await refused("conversations.replies", { channel: slack.channels.infra, ts: "1700000000.000001" }),
      "thread_not_found",
    );
  });

  test("a message that is gone, another's, ephemeral, or empty", async () => {
    const { infra } = slack.channels;
    const gone = { channel: infra, ts: "1700000000.000001", text: "x" };
    assert.equal(await refused("chat.update", gone), "message_not_found");
    assert.equal(await refused("chat.delete", gone), "message_not_found");
    const others = slack.say({ as: slack.users.ana, channel: infra, text: "mine" }).ts;
    assert.equal(
      await refused("chat.update", { channel: infra, ts: others, text: "x" }),
      "cant_update_message",
    );
    assert.equal(await refused("chat.delete", { channel: infra, ts: others }), "cant_delete_message");
    const shown = await client.chat.postEphemeral({ channel: infra, user: slack.users.ana, text: "psst" });
    assert.equal(
      await refused("chat.update", { channel: infra, ts: shown.message_ts, text: "x" }),
      "message_not_found",
    );
    assert.equal(await refused("chat.postMessage", { channel: infra, text: "  " }), "no_text");
    assert.equal(
      await refused("chat.postMessage", { channel: infra, text: "x".repeat(40_001) }),
      "msg_too_long",
    );
    assert.equal(
      await refused("chat.postEphemeral", { channel: infra, text: "x", user: slack.users.dora }),
      "user_not_in_channel",
    );
  });

  test("an update counts bytes after escaping, and four thousand are the end", async () => {
    const ts = await tsOf();
    const update = (text: string) => client.chat.update({ channel: slack.channels.infra, ts, text });
    await update("x".repeat(4_000));
    assert.equal((await refusalOf(update("x".repeat(4_001)))).error, "msg_too_long");
    assert.equal((await refusalOf(update("ä".repeat(2_001)))).error, "msg_too_long");
    assert.equal((await refusalOf(update("<".repeat(1_001)))).error, "msg_too_long");
  });

  test("text alone takes the blocks away and marks the message, blocks keep it unmarked, neither keeps the blocks", async () => {
    const { infra } = slack.channels;
    const ts = await tsOf({ blocks: [actionsBlock("a", "1")] });
    const shown = () => slack.messages(infra).find((one) => one.ts === ts);
    await client.apiCall("chat.update", {
      channel: infra,
      ts,
      metadata: { event_type: "t", event_payload: {} },
    });
    assert.equal(shown()?.blocks?.length, 1);
    await client.chat.update({ channel: infra, ts, text: "b", blocks: [actionsBlock("b", "2")] });
    assert.equal(shown()?.edited, false);
    await client.chat.update({ channel: infra, ts, text: "only this" });
    assert.equal(shown()?.blocks, null);
    assert.equal(shown()?.edited, true);
  });

  test("what a block lacks Slack adds: block_id, action_id, emoji", async () => {
    const button = { type: "button", text: plain("Press") };
    const ts = await tsOf({ blocks: [{ type: "divider" }, { type: "actions", elements: [button] }] });
    const [divider, row] = slack.messages(slack.channels.infra).find((one) => one.ts === ts)?.blocks ?? [];
    const [pressed] = (row?.["elements"] ?? []) as Record<string, unknown>[];
    for (const id of [divider?.["block_id"], row?.["block_id"], pressed?.["action_id"]])
      assert.match(String(id), /^[\w-]{5}$/);
    assert.deepEqual(pressed?.["text"], { ...button.text, emoji: true });
  });

  test("metadata is kept, and given back only when asked for", async () => {
    const { infra: channel } = slack.channels;
    const metadata = { event_type: "card", event_payload: { change: "1" } };
    const ts = await tsOf({ metadata });
    const read = async (include_all_metadata: boolean) => {
      const answer = await client.conversations.history({ channel, include_all_metadata, limit: 1 });
      assert.equal(answer.has_more, true);
      return answer.messages?.[0]?.metadata;
    };
    assert.deepEqual(await read(true), metadata);
    assert.equal(await read(false), undefined);
    assert.equal(await refused("chat.update", { channel, ts, metadata: '"no"' }), "invalid_metadata_format");
    assert.equal(
      await refused("chat.update", { channel, ts, metadata: { event_type: 1 } }),
      "invalid_metadata_schema",
    );
  });

  test("people: who left, who is a guest, who is a bot, who is nobody", async () => {
    const about = async (user: string) => (await client.users.info({ user })).user;
    assert.equal((await about(slack.users.dora))?.deleted, true);
    assert.equal((await about(slack.users.gus))?.is_restricted, true);
    assert.equal((await about(slack.users.gus))?.is_ultra_restricted, false);
    assert.equal((await about(slack.users.otherBot))?.is_bot, true);
    assert.equal((await about(slack.users.ana))?.profile?.display_name, "ana");
    assert.equal(await refused("users.info", { user: "U0NOBODY01" }), "user_not_found");
    const group = await client.usergroups.users.list({ usergroup: "S0SRE00001" });
    assert.deepEqual(group.users, [slack.users.ben, slack.users.cleo]);
    assert.equal(await refused("usergroups.users.list", { usergroup: "S0NONE" }), "no_such_subteam");
    const old = { id: "S0OLD00001", handle: "old", users: [slack.users.ben], isDisabled: true };
    const other = await startWithClient({ usergroups: [old] });
    try {
      const disabled = await refusalOf(other.client.usergroups.users.list({ usergroup: old.id }));
      assert.equal(disabled.error, "no_such_subteam");
      const asked = { usergroup: old.id, include_disabled: true };
      assert.deepEqual((await other.client.usergroups.users.list(asked)).users, old.users);
    } finally {
      await other.slack.stop();
    }
  });

  test("a missing scope names what is needed and what there is", async (t) => {
    const poor = await startWithClient({ scopes: ["commands"] });
    t.after(poor.slack.stop);
    const answer = await refusalOf(
      poor.client.chat.postMessage({ channel: slack.channels.infra, text: "x" }),
    );
    assert.equal(answer.error, "missing_scope");
    assert.equal(answer.needed, "chat:write");
    assert.equal(answer.provided, "commands");
    const open = await startWithClient({ scopes: ["chat:write", "chat:write.public"] });
    t.after(open.slack.stop);
    await open.client.chat.postMessage({ channel: open.slack.channels.general, text: "x" });
  });

  test("a trigger is good for three seconds and for one view; a faulty view leaves it", async (t) => {
    const trigger = async () => {
      const bolt = slack.say({ as: slack.users.ana, channel: slack.channels.infra, text: "/infra" });
      await bolt.delivered;
      return triggers.at(-1) ?? "";
    };
    const triggers: string[] = [];
    const taken = await takeCommands(slack, (body) => triggers.push(body.get("trigger_id") ?? ""));
    t.after(taken.stop);
    const view = { type: "modal", title: plain("T"), blocks: [{ type: "divider" }] };
    const open = async (trigger_id: string, given: object = view) =>
      await refused("views.open", { trigger_id, view: given });
    const first = await trigger();
    assert.equal(await open(first, { ...view, title: plain("x".repeat(25)) }), "invalid_arguments");
    await client.apiCall("views.open", { trigger_id: first, view });
    assert.equal(await open(first), "exchanged_trigger_id");
    const second = await trigger();
    now += 3_001;
    assert.equal(await open(second), "expired_trigger_id");
    assert.equal(await open("1.2.abc"), "invalid_trigger_id");
    const id = slack.modal(slack.users.ana)?.id;
    assert.equal(await refused("views.update", { view_id: id, view, hash: "1.old" }), "hash_conflict");
    assert.equal(await refused("views.update", { view_id: "V0NONE", view }), "not_found");
    for (const _ of [1, 2]) await client.apiCall("views.push", { trigger_id: await trigger(), view });
    assert.equal(await refused("views.push", { trigger_id: await trigger(), view }), "push_limit_reached");
  });

  test("a file goes up in three steps and stands in the thread", async () => {
    const { infra } = slack.channels;
    const ts = await tsOf();
    await client.files.uploadV2({
      channel_id: infra,
      thread_ts: ts,
      filename: "apply.log",
      content: "line 1\nline 2",
      initial_comment: "The log",
    });
    const [file] = slack.files();
    assert.equal(file?.content?.toString(), "line 1\nline 2");
    const posted = slack.thread(infra, ts).at(-1);
    assert.equal(posted?.text, "The log");
    assert.equal(posted?.files[0]?.["name"], "apply.log");
    const files = [{ id: "F0NONE" }];
    assert.equal(
      await refused("files.completeUploadExternal", { files, channel_id: infra }),
      "file_not_found",
    );
  });
});
