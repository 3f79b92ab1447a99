import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "../../src/playground/slack.ts";
import { type Program, planOf, startProgram } from "../support/program.ts";
import {
  askFor,
  callAsBot,
  changeIdOf,
  hasButton,
  now,
  press,
  standIn,
  textOf,
  waitFor,
} from "../support/slack.ts";

const APPROVE = "greenlight:home_approve";

describe("App Home", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
  });
  after(() => program.close());

  const homeOf = (userId: string) => textOf(slack.home(userId)?.given.blocks ?? []);
  const shows = (userId: string, what: RegExp) =>
    waitFor(() => (what.test(homeOf(userId)) ? true : undefined), `${what} on the Home of ${userId}`);
  const lacks = (userId: string, what: RegExp) =>
    waitFor(() => (what.test(homeOf(userId)) ? undefined : true), `no ${what} on the Home of ${userId}`);
  /** Presses a button on somebody's Home. */
  const click = async (as: string, action_id: string) => {
    const view = slack.home(as);
    const block = view?.given.blocks.find((one) => textOf(one).includes(`"${action_id}"`));
    assert.ok(view && block, `no ${action_id} on the Home of ${as}`);
    const clicked = slack.click({ as, view_id: view.id, block_id: String(block["block_id"]), action_id });
    assert.equal(clicked.ok, true, clicked.error);
    await clicked.delivered;
  };
  const asked = async (request: string) => {
    const card = await askFor(slack, request);
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    return card;
  };

  it("is there when it is opened, says what waits for whom, and is decided on by who may approve", async () => {
    const { ana, ben, cleo } = slack.users;
    for (const user of [ana, ben, cleo]) await slack.openHome(user).delivered;
    for (const user of [ana, ben, cleo]) await shows(user, /Nothing waits for you/);
    const card = await asked("scale payment-api to 5 replicas in production");
    const id = await changeIdOf(slack, card);
    for (const user of [ben, cleo]) await shows(user, new RegExp(APPROVE));
    assert.match(homeOf(ben), /kubectl scale deployment\/payment-api --replicas=5 -n production/);
    assert.match(homeOf(ben), new RegExp(`archives/C0INFRA001/p\\d+","text":"${id.slice(0, 8)}"`));
    await shows(ana, /scale payment-api to 5 replicas/);
    assert.doesNotMatch(homeOf(ana), new RegExp(APPROVE));
    await click(cleo, APPROVE);
    await shows(cleo, /Your last click.*Approved\. It runs now/);
    await program.until(id, "done");
    for (const user of [ana, ben, cleo]) {
      await lacks(user, new RegExp(APPROVE));
      await shows(user, /Done/);
    }
    await waitFor(
      () => (/Approved by <@U0CLEO0001>/.test(textOf(now(slack, card))) ? true : undefined),
      "the card",
    );
  });

  it("takes no click of who may not approve, of a Home that is old, or from a message", async () => {
    const { ana, ben } = slack.users;
    const card = await asked("restart checkout in production");
    const id = await changeIdOf(slack, card);
    await shows(ben, new RegExp(`${id}:1:1`));
    // The requester's Home, as somebody with the bot's token could forge it.
    const view = { type: "home", blocks: slack.home(ben)?.given.blocks };
    assert.equal((await callAsBot(slack, "views.publish", { user_id: ana, view })).ok, true);
    await click(ana, APPROVE);
    await shows(ana, /Your last click.*You asked for this change/);
    const actions = view.blocks?.filter((block) => block["type"] === "actions");
    const { ts = "" } = await callAsBot(slack, "chat.postMessage", {
      channel: "D0BEN00001",
      text: "x",
      blocks: actions,
    });
    const forged = slack.messages("D0BEN00001").find((message) => message.ts === ts);
    assert.ok(forged);
    const before = slack.ephemerals(ben).length;
    await press(slack, ben, forged, APPROVE);
    const answer = await waitFor(() => slack.ephemerals(ben)[before], "a private answer");
    assert.match(textOf(answer), /older Home/);
    assert.equal((await program.app.changes.get(id))?.status, "waiting");
    await click(ben, "greenlight:home_reject");
    await shows(ben, /Your last click.*Rejected/);
    await program.until(id, "rejected");
    assert.deepEqual(await program.ran(id), []);
  });

  it("says who holds what and what waits for it", async () => {
    const { ana, ben } = slack.users;
    const line = "scale deployment/web --replicas=3 -n staging";
    program.model.script([
      { agent: "planner", json: planOf([[line, null]]) },
      { agent: "reviewer", json: { result: "needs_human", notes: "Look at it." } },
      { agent: "planner", json: planOf([[line, null]]) },
    ]);
    const card = await askFor(slack, "first in staging");
    const id = await changeIdOf(slack, card);
    await program.until(id, "needs_person");
    const second = await askFor(slack, "second in staging");
    await program.until(await changeIdOf(slack, second), "blocked");
    for (const user of [ana, ben])
      await shows(
        user,
        /deployments\.apps\/web in staging.*1 change waits for it|web in staging.*1 change waits for it/,
      );
    await press(slack, ben, card, "greenlight:accept").catch(() => undefined);
  });

  it("shows a guest nothing, and is published at most once in 2 s while much happens", async () => {
    const { ana, gus } = slack.users;
    await slack.openHome(gus).delivered;
    await shows(gus, /Guests cannot/);
    assert.doesNotMatch(homeOf(gus), /payment-api/);
    const from = slack.calls.length;
    for (const number of [1, 2, 3, 4]) await askFor(slack, `show the pods in staging ${number}`);
    await shows(ana, /pods in staging 4/);
    const times = slack.calls
      .slice(from)
      .filter(({ method, args }) => method === "views.publish" && args["user_id"] === ana)
      .map(({ at }) => at);
    for (const [index, at] of times.slice(1).entries()) {
      const gap = at - (times[index] ?? 0);
      assert.ok(gap > 1_900, `published again after ${gap} ms`);
    }
  });
});
