import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { webApi } from "@slack/bolt";
import pino from "pino";
import type { DueMessage } from "#change/outbox-port.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { sendingOptions } from "#slack/client/clients.ts";
import { createDoor } from "#slack/client/door.ts";
import { findIdentity } from "#slack/client/identity.ts";
import { deliver } from "#slack/sender/deliver.ts";
import type { SenderDeps } from "#slack/sender/deps.ts";
import { createFindPosted } from "#slack/sender/find-posted.ts";
import type { Shown } from "#slack/sender/render.ts";
import { createRichKinds } from "#slack/text/rich-kinds.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aChange } from "#test/support/changes.ts";
import { startOwnSlack } from "#test/support/own-slack.ts";
import { slackDeps } from "#test/support/slack-deps.ts";
import { BEN } from "#test/support/stages.ts";

const log = pino({ level: "silent" });
const CHANGE = "01890000-0000-7000-8000-000000000001";
const OTHER = "01890000-0000-7000-8000-000000000002";
const NOWHERE = "01890000-0000-7000-8000-000000000009";
const THIRD = "01890000-0000-7000-8000-000000000003";

describe("bringing one message to Slack", () => {
  const approved = approvedIn("sender");
  let slack: SlackStandIn;
  let deps: SenderDeps;
  let client: webApi.WebClient;
  let shown: Shown;
  let mayRead = true;
  before(async () => {
    slack = await startOwnSlack();
    client = new webApi.WebClient(slack.tokens.bot, sendingOptions(slack.apiUrl, log));
    const identity = await findIdentity(client);
    deps = {
      ...slackDeps({
        ...{ log, identity, door: createDoor(client) },
        outbox: { isHeld: () => true },
        known: () => (mayRead ? { ok: true, person: BEN } : { ok: false, reason: "a guest" }),
        changes: { find: async () => ({ kind: "one", change: aChange(), cardTs: null }) },
      }),
      richKinds: createRichKinds(),
      findPosted: createFindPosted(client, identity, log),
      modelPrices: { in: 1, out: 1, cacheWrite: 1, cacheRead: 1 },
    };
  });
  after(() => slack.stop());

  const bring = (message: Partial<DueMessage>) => {
    const due = { ...dueIn(slack.channels.infra), ...message };
    return deliver(deps, due, new AbortController().signal, async (_deps, _id, _key, { isTheirs }) =>
      isTheirs ? shown : { ...shown, text: "nothing for them" },
    );
  };
  const place = async (message: Partial<DueMessage>) => {
    const delivery = await bring(message);
    assert.ok(delivery.kind === "sent" && delivery.ts !== null, JSON.stringify(delivery));
    return delivery.ts;
  };
  const remove = (ts: string) => client.chat.delete({ channel: slack.channels.infra, ts });
  const saying = (text: string) =>
    slack.messages(slack.channels.infra).filter((message) => message.text === text);

  it("puts replies into the card's thread, a verdict in the channel too, and no card with a person in any", async () => {
    shown = { text: "the card", blocks: [] };
    const cardTs = await place({ name: "card" });
    const { ben } = slack.users;
    const direct = { person: ben, channelId: `D${ben.slice(1)}`, cardTs };
    shown = { text: "a reply", blocks: [] };
    const [step, verdict, card] = [
      await place({ name: "step:1:1:forward:1", cardTs }),
      await place({ name: "verdict:ended", cardTs }),
      await place({ name: `card:dm:${ben}`, ...direct }),
    ];
    const where = (ts: string, channel = slack.channels.infra) =>
      slack.messages(channel).flatMap((one) => (one.ts === ts ? [one.threadTs, one.broadcast] : []));
    assert.deepEqual(where(step), [cardTs, false]);
    assert.deepEqual(where(verdict), [cardTs, true]);
    assert.deepEqual(where(card, direct.channelId), [null, false]);
    mayRead = false;
    await place({ name: `card:dm:${ben}`, ...direct, ts: card });
    assert.equal(slack.messages(direct.channelId).at(-1)?.text, "nothing for them");
    mayRead = true;
  });

  it("finds what stands without its knowing: its own message of this change, of this name, and nobody else's", async () => {
    shown = { text: "once", blocks: [] };
    const ts = await place({ name: "card" });
    assert.equal(await place({ name: "card", failures: 1 }), ts);
    assert.notEqual(await place({ name: "card", failures: 1, changeId: OTHER }), ts);
    const { ben } = slack.users;
    const direct = { person: ben, channelId: `D${ben.slice(1)}`, cardTs: ts };
    const card = await place({ name: `card:dm:${ben}`, ...direct });
    assert.equal(await place({ name: `card:dm:${ben}`, ...direct, failures: 1 }), card);
    assert.notEqual(await place({ name: "card", failures: 1, channelId: direct.channelId }), card);
    // Another app may say that its message is ours.
    const [forged] = (await client.conversations.history({ channel: slack.channels.infra })).messages ?? [];
    const payload = { change_id: THIRD, name: "card" };
    const metadata = { event_type: "greenlight_message", event_payload: payload };
    const history = async () => ({
      ok: true,
      messages: [{ ...forged, bot_id: "B0OTHER001", user: "U0OTHER001", metadata }],
    });
    const find = createFindPosted(
      { conversations: { history } } as unknown as webApi.WebClient,
      await findIdentity(client),
      log,
    );
    assert.equal(
      await find({ ...dueIn(slack.channels.infra), changeId: THIRD, channelId: slack.channels.infra }),
      null,
    );
  });

  it("ends for what is refused for its own content, after its text and then a few fixed words were tried", async () => {
    shown = { text: "what Slack does not like", blocks: [{ type: "divider" }] };
    const posts = () => slack.calls.filter(({ method }) => method === "chat.postMessage").length;
    for (const code of ["invalid_arguments", "no_text", "invalid_metadata_format", "msg_too_long"]) {
      const before = posts();
      slack.faults.errorOn(3, code, "chat.postMessage");
      assert.deepEqual(await bring({ name: "card" }), { kind: "never", why: code });
      assert.equal(posts() - before, 3, code);
    }
    slack.faults.errorOn(2, "invalid_arguments", "chat.postMessage");
    await place({ name: "card" });
    const simplest = slack.messages(slack.channels.infra).filter(({ text }) => text.includes(CHANGE));
    assert.equal(simplest.length, 1);
    approved("not-taken-in-full", simplest[0]?.text);
  });

  it("is refused with the whole app where Slack refuses its token, and is tried rarely where nobody knows the code", async () => {
    shown = { text: "a card", blocks: [] };
    for (const code of [
      "invalid_auth",
      "token_revoked",
      "account_inactive",
      "token_expired",
      "not_allowed_token_type",
      "missing_scope",
    ]) {
      slack.faults.errorOn(1, code, "chat.postMessage");
      assert.equal((await bring({ name: "card" })).kind, "refused", code);
    }
    const kindsOf = async (code: string, failures: number) => {
      slack.faults.errorOn(1, code, "chat.postMessage");
      const { kind, isShut } = { isShut: undefined, ...(await bring({ changeId: NOWHERE, failures })) };
      return [kind, isShut];
    };
    assert.deepEqual(await kindsOf("something_new", 3), ["later", undefined]);
    assert.deepEqual(await kindsOf("something_new", 12), ["never", true]);
    assert.deepEqual(await kindsOf("internal_error", 500), ["later", undefined]);
  });

  it("does not post what is over where it stands nowhere", async () => {
    shown = { text: "over", blocks: [], isOver: true };
    const { kind } = await bring({ name: "card" });
    assert.deepEqual([kind, saying("over")], ["needless", []]);
  });

  it("tells a verdict in the channel when its card is gone, also where an earlier try failed", async () => {
    shown = { text: "the card", blocks: [] };
    const changeId = crypto.randomUUID();
    const cardTs = await place({ name: "card", changeId });
    await remove(cardTs);
    shown = { text: "the verdict", blocks: [] };
    const step = await bring({ name: "step:1:1:forward:1", changeId, cardTs });
    assert.equal(step.kind, "later", "a step belongs to its card");
    const tenth = await bring({ name: "step:1:1:forward:1", changeId, cardTs, failures: 10 });
    assert.ok(tenth.kind === "never" && tenth.isShut, "which may never come again");
    const ts = await place({ name: "verdict:ended", changeId, cardTs, failures: 1 });
    assert.equal(await place({ name: "verdict:ended", changeId, cardTs, failures: 2 }), ts, "and only once");
    assert.deepEqual(
      saying("the verdict").map((message) => [message.ts, message.threadTs]),
      [[ts, null]],
    );
  });
});

function dueIn(channelId: string): DueMessage {
  return {
    ...{ changeId: CHANGE, name: "card", wanted: 1, ts: null, person: null, cardTs: null },
    ...{ channelId, lane: channelId, teamId: "T1", failures: 0, pagesStand: true },
    since: new Date(Date.now() - 60_000),
  };
}
