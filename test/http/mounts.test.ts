import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type TestContext, test } from "node:test";
import { App, HTTPReceiver, LogLevel } from "@slack/bolt";
import type { Changes } from "#change/changes.ts";
import { refuseFuture } from "#http/future-timestamp.ts";
import type { Mount } from "#http/mounts.ts";
import { createServer } from "#http/server.ts";

const SIGNING_SECRET = "a-signing-secret";

async function unreachable(): Promise<never> {
  throw new Error("a mount does not reach the port");
}
const changes: Changes = {
  ask: unreachable,
  decide: unreachable,
  whyNotDecide: unreachable,
  unlock: unreachable,
  cancel: unreachable,
  get: unreachable,
  steps: unreachable,
  askRollback: unreachable,
  giveFeedback: unreachable,
  modelUse: unreachable,
  logs: unreachable,
  planTexts: unreachable,
  list: unreachable,
  find: unreachable,
  history: unreachable,
  locks: unreachable,
  check: unreachable,
};

async function serve(t: TestContext, mounts: Mount[]): Promise<{ base: string; faults: Error[] }> {
  const faults: Error[] = [];
  const onFault = (error: Error) => faults.push(error);
  const app = createServer({ changes, tokens: [], isReady: async () => true, onFault, mounts });
  t.after(() => app.close());
  return { base: await app.listen({ host: "127.0.0.1", port: 0 }), faults };
}

/** A real Bolt behind our server; `texts` is what reached its listener. */
async function serveBolt(t: TestContext): Promise<{ base: string; texts: string[] }> {
  const texts: string[] = [];
  const receiver = new HTTPReceiver({
    signingSecret: SIGNING_SECRET,
    endpoints: ["/slack/events"],
    logLevel: LogLevel.ERROR,
    logger: silent,
  });
  const bolt = new App({ receiver, logger: silent, authorize: async () => ({ botToken: "xoxb-0" }) });
  bolt.command("/infra", async ({ ack, command }) => {
    texts.push(command.text);
    await ack();
  });
  const listener = receiver.requestListener.bind(receiver);
  const { base } = await serve(t, [{ prefix: "/slack", listener, guard: refuseFuture(() => new Date()) }]);
  return { base, texts };
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

/** A request as Slack signs it; `aheadS` moves its date, `secret` its key. */
function signed(body: string, type: string, aheadS = 0, secret = SIGNING_SECRET): RequestInit {
  const stamp = String(Math.floor(Date.now() / 1_000) + aheadS);
  const signature = createHmac("sha256", secret).update(`v0:${stamp}:${body}`).digest("hex");
  return {
    method: "POST",
    body,
    headers: {
      "content-type": type,
      "x-slack-request-timestamp": stamp,
      "x-slack-signature": `v0=${signature}`,
    },
  };
}

const FORM = "application/x-www-form-urlencoded";
const command = new URLSearchParams({
  command: "/infra",
  text: "scale web to 2 & wait",
  team_id: "T1",
  user_id: "U1",
  channel_id: "C1",
}).toString();

test("Slack's commands and challenges reach a mounted Bolt with their signature intact", async (t) => {
  const { base, texts } = await serveBolt(t);
  const answered = await fetch(`${base}/slack/events`, signed(command, FORM));
  assert.equal(answered.status, 200);
  assert.deepEqual(texts, ["scale web to 2 & wait"]);
  const challenge = JSON.stringify({ type: "url_verification", challenge: "c-1" });
  const verified = await fetch(`${base}/slack/events`, signed(challenge, "application/json"));
  assert.equal(verified.status, 200);
  assert.deepEqual(await verified.json(), { challenge: "c-1" });
});

test("a wrong signature, an old date and a date ahead are all refused with 401", async (t) => {
  const { base, texts } = await serveBolt(t);
  const requests = {
    "a wrong key": signed(command, FORM, 0, "another-secret"),
    "10 minutes old": signed(command, FORM, -600),
    "an hour ahead": signed(command, FORM, 3_600),
    "6 minutes ahead": signed(command, FORM, 360),
  };
  for (const [what, request] of Object.entries(requests)) {
    assert.equal((await fetch(`${base}/slack/events`, request)).status, 401, what);
  }
  assert.deepEqual(texts, []);
  // A clock that differs a little is nobody's fault.
  assert.equal((await fetch(`${base}/slack/events`, signed(command, FORM, 200))).status, 200);
});

test("a mount at the root takes what is not ours, with every method and the whole path", async (t) => {
  const seen: string[] = [];
  const { base } = await serve(t, [
    {
      prefix: "",
      listener: (request, response) => {
        seen.push(`${request.method} ${request.url}`);
        response.end("theirs");
      },
    },
  ]);
  const answers: string[] = [];
  for (const [method, path] of [
    ["GET", "/"],
    ["PUT", "/page.css?x=1"],
    ["GET", "/healthz"],
  ]) {
    answers.push(await (await fetch(base + path, { method: method ?? "" })).text());
  }
  assert.deepEqual(answers, ["theirs", "theirs", '{"ok":true}']);
  assert.deepEqual(seen, ["GET /", "PUT /page.css?x=1"]);
  assert.equal((await fetch(`${base}/infra-change`, { method: "POST" })).status, 401);
});

test("a listener that throws is answered 500 without its words, and reported", async (t) => {
  const listener = async () => {
    throw new Error("password=hunter2");
  };
  const { base, faults } = await serve(t, [{ prefix: "/page", listener }]);
  const answered = await fetch(`${base}/page/x`);
  assert.equal(`${answered.status} ${await answered.text()}`, "500 ");
  assert.equal(faults[0]?.message, "password=hunter2");
});
