import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { approvedAs, approvedIn } from "#test/support/approved.ts";
import { inState } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  askFor,
  changeIdOf,
  click,
  hasButton,
  mrkdwnOf,
  now,
  press,
  send,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

const WEB = planOf([["rollout restart deployment/web -n production", null]]);

describe("Cancel and Stop on a card", { timeout: 240_000 }, () => {
  const approved = approvedIn("stops");
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram({ GREENLIGHT_APPROVERS: "U0BEN00001" });
    slack = standIn(program);
  });
  after(() => program.close());

  const seen = (card: Awaited<ReturnType<typeof askFor>>, what: RegExp) =>
    waitFor(() => (what.test(textOf(now(slack, card).blocks)) ? true : undefined), String(what));

  it("are refused to whoever neither asked nor approves, with who may; the requester's click ends it", async () => {
    program.model.script({ agent: "planner", json: WEB });
    const card = await askFor(slack, "restart web in production, to be cancelled");
    await seen(card, inState("waiting"));
    await waitFor(() => hasButton(now(slack, card), "greenlight:cancel"), "the button");
    const refused = await answerTo(slack, slack.users.cleo, card, "greenlight:cancel");
    assert.match(refused, approvedAs("approvals/no-say"));
    await click(slack, slack.users.ana, card, "greenlight:cancel");
    await send(slack, slack.users.ana, { "greenlight:why": "The wrong <!channel> one" });
    await waitFor(
      () => slack.ephemerals(slack.users.ana).find(({ text }) => approvedAs("clicks/cancelled").test(text)),
      "the answer",
    );
    await seen(card, inState("cancelled"));
    await seen(card, / <@U0ANA00001>, <!date[^"]*The wrong .* one/);
    for (const text of mrkdwnOf(now(slack, card))) assert.doesNotMatch(text, /<!channel>/);
    assert.equal(hasButton(now(slack, card), "greenlight:cancel"), undefined);
    assert.equal(hasButton(now(slack, card), "greenlight:approve"), undefined);
  });

  it("stop it while the outcome is looked at, and then an operator is asked with who stopped it", async () => {
    program.model.script([
      { agent: "planner", json: WEB },
      { agent: "reviewer", hang: true },
    ]);
    const card = await askFor(slack, "restart web in production, to be stopped");
    await seen(card, inState("waiting"));
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "Approve");
    const planned = program.model.requests.length;
    await press(slack, slack.users.ben, card, "greenlight:approve");
    await seen(card, inState("reviewing"));
    // Asked, and hanging: the answer would be the next change's otherwise.
    await waitFor(() => program.model.requests.length > planned || undefined, "the Reviewer to be asked");
    await waitFor(() => hasButton(now(slack, card), "greenlight:stop"), "Stop");
    const told = await answerTo(slack, slack.users.ben, card, "greenlight:stop");
    assert.match(told, approvedAs("clicks/stopping"));
    await seen(card, inState("needs_person"));
    const { review } = await program.until(await changeIdOf(slack, card), "needs_person");
    assert.equal(review?.by, "greenlight");
    approved("stopped-after-a-step", review.notes);
    assert.ok(textOf(now(slack, card).blocks).includes(review.notes), "why a person is asked");
    await seen(card, / <@U0BEN00001>, <!date/);
    assert.equal(hasButton(now(slack, card), "greenlight:stop"), undefined);
    await press(slack, slack.users.ben, card, "greenlight:accept");
    await seen(card, inState("accepted"));
  });

  it("of what a person is asked about already shows on the question too, which stays as it is", async () => {
    program.model.script([
      { agent: "planner", json: WEB },
      { agent: "reviewer", json: { result: "needs_human", notes: "Look at it." } },
    ]);
    const card = await askFor(slack, "restart web in production, to be looked at");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "Approve");
    await press(slack, slack.users.ben, card, "greenlight:approve");
    await seen(card, inState("needs_person"));
    const asked = () => slack.thread(card.channel, card.ts).find((one) => one.broadcast);
    await waitFor(asked, "the question");
    const id = await changeIdOf(slack, card);
    const text = `/infra cancel ${id} not any more`;
    await slack.say({ as: slack.users.ana, channel: card.channel, text }).delivered;
    const shows = (one: Message | undefined) =>
      / <@U0ANA00001>, <!date[^"]*not any more/.test(textOf(one?.blocks)) || undefined;
    await waitFor(() => shows(asked()), "the question to say who stopped it");
    await waitFor(() => shows(now(slack, card)), "the card to say so");
    assert.match(textOf(now(slack, card).blocks), inState("needs_person"));
    await press(slack, slack.users.ben, card, "greenlight:accept");
    await seen(card, inState("accepted"));
  });
});
