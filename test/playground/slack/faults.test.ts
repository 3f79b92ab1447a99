import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { WebAPIHTTPError, WebAPIRateLimitedError, WebClient } from "@slack/web-api";
import { WebSocket } from "ws";
import { type SlackOptions, type SlackStandIn, startSlack } from "#playground/slack/slack.ts";
import { actionsBlock, eventually, refusalOf, startSocketApp, startWithClient, until } from "./support.ts";

const SHORT_MS = 60;

describe("deliveries that go wrong", () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const start = async (options: SlackOptions = {}) => {
    const slack = await startSlack(options);
    closing.push(slack.stop);
    return slack;
  };
  const command = (slack: SlackStandIn) =>
    slack.say({ as: slack.users.ana, channel: slack.channels.infra, text: "/infra scale" });
  const told = (slack: SlackStandIn) => slack.notices(slack.users.ana).map((one) => one.text);

  test("nobody connected: dispatch_failed", async () => {
    const slack = await start();
    assert.equal(await command(slack).delivered, "failed");
    assert.deepEqual(told(slack), ['/infra failed with the error "dispatch_failed"']);
  });

  test("no ack within three seconds: operation_timeout, and the command comes once more with the same id", async () => {
    const slack = await start();
    const peer = await connect(slack, () => null);
    closing.push(peer.stop);
    const began = Date.now();
    assert.equal(await command(slack).delivered, "timeout");
    const took = Date.now() - began;
    assert.ok(took >= 2_990 && took < 20_000, `${took} ms`);
    assert.deepEqual(told(slack), ['/infra failed with the error "operation_timeout"']);
    const again = await eventually(() => peer.envelopes[1]);
    assert.equal(again["envelope_id"], peer.envelopes[0]?.["envelope_id"]);
    assert.equal(peer.envelopes[0]?.["retry_attempt"], undefined);
    assert.equal(again["retry_attempt"], 1);
  });

  test("a click that is not acked warns the person who clicked", async () => {
    const slack = await start({ ackMs: SHORT_MS });
    const peer = await connect(slack, () => null);
    closing.push(peer.stop);
    const client = new WebClient(slack.tokens.bot, { slackApiUrl: slack.apiUrl });
    const blocks = [actionsBlock("go", "1")];
    const { ts = "" } = await client.chat.postMessage({
      channel: slack.channels.infra,
      text: "card",
      blocks,
    });
    const press = { channel: slack.channels.infra, ts, block_id: "with_go", action_id: "go" };
    assert.equal(await slack.click({ as: slack.users.ana, ...press }).delivered, "timeout");
    assert.match(told(slack)[0] ?? "", /operation_timeout/);
    assert.deepEqual(slack.notices(slack.users.ben), []);
  });

  test("an event that is not acked comes again at once, marked as a retry", async () => {
    // The second one has to be acked within this time, also on a busy machine: else there is a third.
    const ackMs = 600;
    const slack = await start({ ackMs });
    const peer = await connect(slack, (envelope) => (envelope["retry_attempt"] === 0 ? null : {}));
    closing.push(peer.stop);
    const said = slack.say({ as: slack.users.ana, channel: slack.channels.infra, text: "@greenlight hi" });
    assert.equal(await said.delivered, "timeout");
    const again = await eventually(() => peer.envelopes[1]);
    assert.equal(again["retry_attempt"], 1);
    assert.equal(again["retry_reason"], "timeout");
    await wait(ackMs * 2);
    assert.equal(peer.envelopes.length, 2);
  });

  test("each payload goes to one of the connections; what a closed one had not acked goes to another", async () => {
    const slack = await start({ ackMs: 20_000 });
    const silent = await connect(slack, () => null);
    const good = await connect(slack, () => ({}));
    closing.push(good.stop, silent.stop);
    const outcomes = [command(slack).delivered, command(slack).delivered];
    await until(() => silent.envelopes.length === 1 && good.envelopes.length === 1);
    await silent.stop();
    assert.deepEqual(await Promise.all(outcomes), ["acked", "acked"]);
    assert.equal(good.envelopes.length, 2);
    assert.equal(good.envelopes[1]?.["retry_attempt"], 1);
  });

  test("ten connections are taken, the eleventh is told why not, and a ticket admits once", async () => {
    const slack = await start();
    for (let index = 0; index < 10; index += 1) closing.push((await connect(slack, () => ({}))).stop);
    const eleventh = await connect(slack, () => ({}));
    closing.push(eleventh.stop);
    assert.equal(eleventh.first["reason"], "too_many_websockets");
    assert.equal(slack.connections(), 10);
    const again = new WebSocket(eleventh.url);
    const [error] = await new Promise<Error[]>((resolve) => again.once("error", (fault) => resolve([fault])));
    assert.match(String(error), /401/);
  });

  test("refresh_requested brings a Bolt app back with a new connection", async () => {
    const slack = await start();
    const app = await startSocketApp(slack, (bolt) => bolt.command("/infra", async ({ ack }) => await ack()));
    closing.push(app.stop);
    slack.faults.disconnectRefresh();
    await until(() => slack.connections() === 0);
    await until(() => slack.connections() === 1);
    assert.equal(await command(slack).delivered, "acked");
  });

  test("duplicateEnvelope: a Bolt handler runs twice", async () => {
    const slack = await start();
    let runs = 0;
    const app = await startSocketApp(slack, (bolt) =>
      bolt.command("/infra", async ({ ack }) => {
        runs += 1;
        await ack();
      }),
    );
    closing.push(app.stop);
    slack.faults.duplicateEnvelope(1);
    await command(slack).delivered;
    await until(() => runs === 2);
    await command(slack).delivered;
    assert.equal(runs, 3);
  });

  test("offline: calls and commands fail, and afterwards all is as it was", async () => {
    const { slack, client } = await startWithClient();
    closing.push(slack.stop);
    const awayMs = 3_000;
    slack.faults.offline(awayMs);
    await assert.rejects(client.auth.test());
    assert.equal(await command(slack).delivered, "failed");
    await wait(awayMs + 10);
    assert.equal((await client.auth.test()).ok, true);
  });

  test("calls: 429 with Retry-After, a status, an error code, and a connection that drops after the post", async () => {
    const { slack, client } = await startWithClient();
    closing.push(slack.stop);
    const { infra } = slack.channels;
    const post = () => client.chat.postMessage({ channel: infra, text: "x" });
    slack.faults.rateLimit(1, 7, "chat.postMessage");
    await client.auth.test();
    await assert.rejects(
      post(),
      (fault) => fault instanceof WebAPIRateLimitedError && fault.retryAfter === 7,
    );
    slack.faults.fail(1, 503);
    await assert.rejects(post(), (fault) => fault instanceof WebAPIHTTPError && fault.statusCode === 503);
    slack.faults.errorOn(1, "fatal_error");
    assert.equal((await refusalOf(post())).error, "fatal_error");
    assert.deepEqual(slack.messages(infra), []);
    slack.faults.dropAfterAccept(1);
    await assert.rejects(post());
    assert.equal(slack.messages(infra).length, 1);
    await post();
    assert.deepEqual(
      slack.calls.map((one) => [one.method, one.status]),
      [
        ["auth.test", 200],
        ["chat.postMessage", 429],
        ["chat.postMessage", 503],
        ["chat.postMessage", 200],
        ["chat.postMessage", 200],
        ["chat.postMessage", 200],
      ],
    );
    assert.equal("token" in (slack.calls[1]?.args ?? {}), false);
  });
});

describe("what people cannot do", () => {
  test("commands in threads, unknown commands, and who may not speak", async (t) => {
    const slack = await startSlack();
    t.after(slack.stop);
    const { ana, dora, gus, otherBot } = slack.users;
    const { infra, opsPrivate } = slack.channels;
    const say = (as: string, text: string, thread_ts?: string, channel = infra) =>
      slack.say({ as, channel, text, thread_ts });
    const { ts } = say(ana, "hello");
    assert.equal(say(ana, "/infra scale", ts).ok, true);
    assert.equal(say(ana, "/nonsense").ok, true);
    assert.deepEqual(
      slack.notices(ana).map((one) => one.text),
      ["/infra is not supported in threads. Sorry!", "/nonsense is not a valid command."],
    );
    assert.match(say(dora, "x").error ?? "", /deactivated/);
    assert.match(say(otherBot, "x").error ?? "", /an app/);
    assert.match(say(gus, "x", undefined, opsPrivate).error ?? "", /no such channel/);
    assert.equal(say(gus, "x", undefined, slack.channels.general).ok, true);
  });
});

type Envelope = Record<string, unknown>;

/** A bare Socket Mode peer: `answer` gives the ack's payload, or null for silence. */
async function connect(slack: SlackStandIn, answer: (envelope: Envelope) => object | null) {
  const web = new WebClient(slack.tokens.app, { slackApiUrl: slack.apiUrl });
  const { url = "" } = await web.apps.connections.open();
  const socket = new WebSocket(url);
  const envelopes: Envelope[] = [];
  const first = await new Promise<Envelope>((resolve) => {
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as Envelope;
      if (message["envelope_id"] === undefined) return resolve(message);
      envelopes.push(message);
      const payload = answer(message);
      if (payload !== null) socket.send(JSON.stringify({ envelope_id: message["envelope_id"], payload }));
    });
  });
  return {
    url,
    first,
    envelopes,
    stop: async () => {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.terminate();
      await closed;
    },
  };
}
