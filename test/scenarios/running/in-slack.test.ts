import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { approvedAs } from "#test/support/approved.ts";
import { inState } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  askFor,
  cards,
  hasButton,
  mrkdwnOf,
  now,
  press,
  replies,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

describe("a change asked for in Slack", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
  });
  after(() => program.close());

  it("runs from /infra over Approve to logs in the thread and the verdict in the channel", async () => {
    const card = await askFor(slack, "scale payment-api to 5 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    assert.match(
      textOf(now(slack, card)),
      /kubectl scale deployment\/payment-api --replicas=5 -n production/,
    );
    await press(slack, slack.users.ben, card, "greenlight:approve");
    const verdict = await waitFor(() => replies(slack, card).find((reply) => reply.broadcast), "the verdict");
    assert.match(textOf(verdict), /done/i);
    await waitFor(() => (/scaled/.test(textOf(replies(slack, card))) ? true : undefined), "the log");
    await waitFor(
      () => (hasButton(now(slack, card), "greenlight:approve") ? undefined : true),
      "no button left",
    );
    await waitFor(
      () => (textOf(now(slack, card)).includes(slack.users.ben) ? true : undefined),
      "who decided",
    );
  });

  it("answers the requester, a guest and a stranger to approving privately, and runs nothing for them", async () => {
    const card = await askFor(slack, "delete the deployment legacy-report in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    const { ana, gus } = slack.users;
    assert.match(await answerTo(slack, ana, card, "greenlight:approve"), approvedAs("approvals/own-change"));
    assert.match(await answerTo(slack, gus, card, "greenlight:approve"), approvedAs("who-may-act/guest"));
    assert.ok(hasButton(now(slack, card), "greenlight:approve"));
    await press(slack, slack.users.cleo, card, "greenlight:reject");
    await waitFor(
      () => replies(slack, card).find((reply) => reply.broadcast && inState("rejected").test(textOf(reply))),
      "no",
    );
    const late = await answerTo(slack, slack.users.ben, card, "greenlight:approve", true);
    assert.match(late, approvedAs("clicks/already-rejected"));
    assert.equal(
      replies(slack, card).filter((reply) => /step/i.test(textOf(reply)) && !reply.broadcast).length,
      0,
    );
  });

  it("asks a person when a step failed, and takes back what ran when told to", async () => {
    program.model.script([
      {
        agent: "planner",
        json: planOf([
          ["scale deployment/web --replicas=4 -n staging", "scale deployment/web --replicas=2 -n staging"],
          ["rollout status deployment/not-there --timeout=5s -n staging", null],
        ]),
      },
      { agent: "reviewer", json: { result: "needs_human", notes: "Look at it." } },
    ]);
    const card = await askFor(slack, "scale two things in staging");
    await waitFor(() => hasButton(now(slack, card), "greenlight:roll_back"), "the operator's buttons");
    await press(slack, slack.users.ben, card, "greenlight:roll_back");
    await waitFor(
      () => replies(slack, card).find((one) => one.broadcast && inState("rolled_back").test(textOf(one))),
      "it",
    );
  });

  it("starts a command typed twice once", async () => {
    const before = cards(slack).length;
    const text = "/infra restart checkout in production";
    const said = [1, 2].map(() => slack.say({ as: slack.users.ana, channel: slack.channels.infra, text }));
    await Promise.all(said.map((one) => one.delivered));
    await waitFor(() => (cards(slack).length > before ? true : undefined), "the card");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(cards(slack).length, before + 1);
  });

  it("answers help, nothing, a later word and a channel it is not in privately, and starts nothing", async () => {
    const before = cards(slack).length;
    for (const [channel, text] of [
      [slack.channels.infra, "/infra help"],
      [slack.channels.infra, "/infra"],
      [slack.channels.infra, "/infra status"],
      [slack.channels.general, "/infra scale web to 3 replicas in staging"],
    ] as const) {
      const answers = slack.ephemerals(slack.users.ana).length;
      await slack.say({ as: slack.users.ana, channel, text }).delivered;
      await waitFor(() => (slack.ephemerals(slack.users.ana).length > answers ? true : undefined), text);
    }
    const { gus } = slack.users;
    await slack.say({ as: gus, channel: slack.channels.infra, text: "/infra restart web in staging" })
      .delivered;
    const refusal = await waitFor(() => slack.ephemerals(gus).at(-1), "a guest's answer");
    assert.match(textOf(refusal), /guest|member/i);
    assert.equal(cards(slack).length, before);
  });

  it("brings the verdict through rate limits, faults and an accepted call whose answer got lost", async () => {
    slack.faults.rateLimit(2, 1, "chat.postMessage");
    slack.faults.fail(2, 500, "chat.update");
    slack.faults.dropAfterAccept(1, "chat.postMessage");
    const card = await askFor(slack, "scale web to 6 replicas in staging");
    await waitFor(() => replies(slack, card).find((reply) => reply.broadcast), "the verdict");
  });

  it("lets no text of a person or a model mention, link or format", async () => {
    const hostile = "<!channel> <@U0BEN00001> *bold* https://evil.example <https://evil.example|click>";
    program.model.script({ agent: "planner", json: { ...planOf([]), summary: hostile } });
    const card = await askFor(slack, `do ${hostile}`);
    const verdict = await waitFor(() => replies(slack, card)[0], "the reply");
    for (const message of [now(slack, card), verdict]) {
      for (const mrkdwn of mrkdwnOf(message)) {
        assert.doesNotMatch(mrkdwn, /<!channel>|<@U0BEN00001>|<https:|(?<!\w)https:\/\/evil/);
      }
    }
  });

  it("moves the place in the queue up when somebody ahead is through", async () => {
    program.model.script(
      [1, 2, 3, 4, 5].map(() => ({
        agent: "planner" as const,
        delayMs: 1_500,
        json: planOf([["version", null]], "low"),
      })),
    );
    const before = cards(slack).length;
    const said = [1, 2, 3, 4, 5, 6, 7].map((number) =>
      slack.say({
        as: slack.users.ana,
        channel: slack.channels.infra,
        text: `/infra show the pods in staging ${number}`,
      }),
    );
    await Promise.all(said.map((one) => one.delivered));
    await waitFor(() => (cards(slack).length === before + 7 ? true : undefined), "seven cards");
    const mine = (): string[] =>
      cards(slack)
        .slice(before)
        .map((card) => JSON.stringify(card.blocks));
    await waitFor(
      () => (mine().some((card) => /Queued|line/.test(card)) ? true : undefined),
      "a queued card",
    );
    await waitFor(
      () => (mine().every((card) => !/Queued/.test(card)) ? true : undefined),
      "no queued card left",
    );
  });
});
