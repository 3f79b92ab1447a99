import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, describe, it } from "node:test";
import type { SlackOptions, SlackStandIn } from "#playground/slack/slack.ts";
import { approvedAs } from "#test/support/approved.ts";
import { startOwnSlack } from "#test/support/own-slack.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  askFor,
  cards,
  hasButton,
  now,
  press,
  replies,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

const FULL_PLAN_STEPS = 20;
/** Long enough that twenty of them fill several pages, each of which takes a second. */
const LONG = 700;

describe("Slack, when it is not simple", () => {
  const closing: (() => Promise<void>)[] = [];
  after(async () => {
    for (const close of closing.toReversed()) await close();
  });
  const start = async (env: { [name: string]: string } = {}, policy?: string): Promise<Program> => {
    const program = await startProgram(env, policy === undefined ? {} : { policy });
    closing.push(() => program.close());
    return program;
  };

  it("serves HTTP mode, signatures checked, from /infra to the verdict", async () => {
    const slack = await ownSlack({});
    const program = await start({ ...realSlack(slack), SLACK_SIGNING_SECRET: slack.tokens.signingSecret });
    slack.setDelivery({ mode: "http", url: `${program.app.address}/slack/events` });
    const card = await askFor(slack, "scale payment-api to 4 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    await press(slack, slack.users.ben, card, "greenlight:approve");
    await waitFor(() => replies(slack, card).find((reply) => reply.broadcast), "the verdict");
    const body = "command=%2Finfra&text=scale+web+to+9+replicas+in+staging";
    const { signingSecret } = slack.tokens;
    const post = async (laterBy: number, secret: string) => {
      const at = String(Math.floor(Date.now() / 1_000) + laterBy);
      const signature = createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex");
      const answer = await fetch(`${program.app.address}/slack/events`, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "x-slack-request-timestamp": at,
          "x-slack-signature": `v0=${signature}`,
        },
        body,
      });
      return answer.status;
    };
    assert.equal(await post(0, signingSecret), 200, "as Slack signs it");
    assert.equal(await post(0, `${signingSecret}x`), 401);
    assert.equal(await post(-600, signingSecret), 401, "heard long ago");
    assert.equal(await post(600, signingSecret), 401, "good for longer than Slack would make it");
  });

  it("says privately which scope is missing, and starts nothing", async () => {
    const slack = await ownSlack({ scopes: ["commands", "chat:write", "users:read"] });
    await start({ ...realSlack(slack), SLACK_APP_TOKEN: slack.tokens.app });
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
    const { ana } = slack.users;
    await slack.say({ as: ana, channel: slack.channels.infra, text: "/infra restart web in staging" })
      .delivered;
    const answer = await waitFor(() => slack.ephemerals(ana).at(-1), "a private answer");
    assert.match(textOf(answer), /channels:read|scope/);
    assert.equal(slack.messages(slack.channels.infra).length, 0);
  });

  it("says at the start that approvers by group cannot be looked up without the scope, and refuses them", async () => {
    const policy = "{ version: 1, approvals: [{ groups: [S0SRE00001] }] }";
    const slack = await ownSlack({ scopes: ["commands", "chat:write", "users:read", "channels:read"] });
    const program = await start({ ...realSlack(slack), SLACK_APP_TOKEN: slack.tokens.app }, policy);
    assert.match(program.app.lines.join("\n"), /S0SRE00001.*usergroups:read/);
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
    const card = await askFor(slack, "restart web in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    const answer = await answerTo(slack, slack.users.ben, card, "greenlight:approve");
    assert.match(answer, approvedAs("who-may-act/group-scope"));
  });

  it("tells people that nobody can approve when nobody is configured", async () => {
    const slack = await ownSlack({});
    const { GREENLIGHT_APPROVERS: _, ...env } = realSlack(slack);
    await start({ ...env, SLACK_APP_TOKEN: slack.tokens.app });
    await waitFor(() => (slack.connections() >= 2 ? true : undefined), "the sockets");
    const card = await askFor(slack, "restart web in production");
    const words = /GREENLIGHT_APPROVERS/;
    await waitFor(() => (words.test(textOf(now(slack, card).blocks)) ? true : undefined), "what to do");
  });

  it("goes on in the thread with a plan that no message holds, and cuts nothing", async () => {
    const program = await start();
    const slack = standIn(program);
    const lines = Array.from({ length: FULL_PLAN_STEPS }, (_, index): [string, string] => [
      `get pods -n production --selector=part=${index + 2},app=${"x".repeat(LONG)}`,
      `get pods -n production --selector=part=2,app=${"y".repeat(LONG)}`,
    ]);
    program.model.script({ agent: "planner", json: planOf(lines, "high") });
    const card = await askFor(slack, "a plan of twenty long steps");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    // Nobody can press a button before all of it can be read.
    const all = textOf(slack.thread(card.channel, card.ts));
    assert.ok(all.includes("part=21,"), "the buttons came before the last page of the plan");
    const squeezed = all.replaceAll(/[^-=\w/]/g, "");
    for (const [index] of lines.entries())
      assert.ok(squeezed.includes(`part=${index + 2}app`), `step ${index + 1}`);
    assert.ok((squeezed.match(/x/g)?.length ?? 0) >= FULL_PLAN_STEPS * LONG, "a command was cut");
    assert.ok((squeezed.match(/y/g)?.length ?? 0) >= FULL_PLAN_STEPS * LONG, "a rollback was cut");
  });

  it("shows no button before the last page of the plan stands", async () => {
    const program = await start();
    const slack = standIn(program);
    const line = (number: number): [string, null] => [
      `get pods -n production --selector=part=${number},app=${"x".repeat(3_500)}`,
      null,
    ];
    program.model.script({ agent: "planner", json: planOf([line(2), line(3), line(4)], "high") });
    const card = await askFor(slack, "a plan of three very long steps");
    // A page comes late.
    slack.faults.fail(1, 500, "chat.postMessage");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    assert.ok(textOf(slack.thread(card.channel, card.ts)).includes("part=4"));
    const held = now(slack, card).pastBlocks.filter((blocks) =>
      approvedAs("cards/held-actions").test(textOf(blocks)),
    );
    assert.ok(held.length > 0, "the card never waited for its pages");
  });

  it("keeps everything over an outage, and shows it when Slack is back", async () => {
    const program = await start();
    const slack = standIn(program);
    const card = await askFor(slack, "scale checkout to 4 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    slack.faults.offline(4_000);
    const [id] = (await program.app.database.query<{ id: string }>("select id from changes")).rows.map(
      (row) => row.id,
    );
    const change = await program.until(id ?? "", "waiting");
    assert.equal((await program.decide(change, "approve")).kind, "decided");
    await program.until(change.id, "done");
    await waitFor(() => replies(slack, card).find((reply) => reply.broadcast), "the verdict");
    await waitFor(
      () => (hasButton(now(slack, card), "greenlight:approve") ? undefined : true),
      "no button left",
    );
  });

  it("says how it ended once the channel takes messages again, and shows that on the card", async () => {
    // Direct messages would take the faults that are meant for the channel.
    const program = await start({}, "{ version: 1, notify: { direct_messages: false } }");
    const slack = standIn(program);
    const card = await askFor(slack, "scale checkout to 4 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    slack.faults.errorOn(1, "is_archived", "chat.update");
    slack.faults.errorOn(1, "not_in_channel", "chat.postMessage");
    await press(slack, slack.users.ben, card, "greenlight:reject");
    const shut = "select 1 from messages where wanted > sent and due_at > now() + interval '1 minute'";
    const { database } = program.app;
    const tried = async () => (await database.query(shut)).rowCount === 2;
    await soon("both to be put off", tried);
    await database.query("update messages set due_at = now()");
    await waitFor(() => replies(slack, card).find((reply) => reply.broadcast), "the verdict");
    await waitFor(() => /Rejected/.test(textOf(now(slack, card))) || undefined, "the card that says so");
  });

  it("finds a card whose answer was lost behind all that a busy channel said before it could look", async () => {
    const program = await start();
    const slack = standIn(program);
    slack.faults.dropAfterAccept(1, "chat.postMessage");
    slack.faults.fail(2, 500, "conversations.history");
    const card = await askFor(slack, "scale checkout to 4 replicas in production");
    for (let line = 0; line < 230; line += 1)
      slack.say({
        as: slack.users.ben,
        channel: slack.channels.infra,
        text: `about something else, ${line}`,
      });
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons of the first card");
    assert.equal(cards(slack).length, 1);
  });

  async function ownSlack(options: SlackOptions): Promise<SlackStandIn> {
    const slack = await startOwnSlack(options);
    closing.push(() => slack.stop());
    return slack;
  }
});

/** What makes a program serve this Slack as the real one. */
function realSlack(slack: SlackStandIn): { [name: string]: string } {
  return {
    SLACK_BOT_TOKEN: slack.tokens.bot,
    SLACK_API_URL: slack.apiUrl,
    GREENLIGHT_MIX: "yes",
    GREENLIGHT_APPROVERS: slack.users.ben,
  };
}
