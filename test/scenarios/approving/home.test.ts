import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { checkView } from "#playground/slack/view-check.ts";
import { approvedAs } from "#test/support/approved.ts";
import { untilSent } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  askFor,
  callAsBot,
  changeIdOf,
  clickInForm,
  clickOnHome,
  hasButton,
  now,
  press,
  send,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";
import { soon } from "#test/support/soon.ts";

const APPROVE = "greenlight:approve";

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
  const click = (as: string, action: string, id?: string) => clickOnHome(slack, as, action, id);
  /** Publishes a Home in our name; one of ours that is still to come would take its place before anybody clicks. */
  const forge = async (user_id: string, view: object) => {
    await soon("our own Homes", async () => {
      const due = "select 1 from homes where wanted > sent union all select 1 from home_marks";
      return (await program.app.database.query(due)).rowCount === 0;
    });
    assert.equal((await callAsBot(slack, "views.publish", { user_id, view })).ok, true);
  };
  const formShows = (as: string, what: RegExp) =>
    waitFor(() => {
      const shown = textOf(slack.modal(as)?.given ?? "");
      return what.test(shown) ? shown : undefined;
    }, `${what} in the form of ${as}`);
  const asked = async (request: string) => {
    const card = await askFor(slack, request);
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    return card;
  };

  it("is there when it is opened, says what waits for whom, and is decided on by who may approve", async () => {
    const { ana, ben, cleo } = slack.users;
    for (const user of [ana, ben, cleo]) await slack.openHome(user).delivered;
    for (const user of [ana, ben, cleo]) await shows(user, approvedAs("home/empty"));
    const card = await asked("scale payment-api to 5 replicas in production");
    const id = await changeIdOf(slack, card);
    for (const user of [ben, cleo]) await shows(user, new RegExp(APPROVE));
    assert.match(homeOf(ben), /kubectl scale deployment\/payment-api --replicas=5 -n production/);
    assert.match(homeOf(ben), new RegExp(`archives/C0INFRA001/p\\d+","text":"${id.slice(0, 8)}"`));
    await shows(ana, /Scale payment-api 3 → 5/);
    assert.doesNotMatch(homeOf(ana), new RegExp(APPROVE));
    await click(cleo, APPROVE);
    await shows(cleo, approvedAs("clicks/approved"));
    await program.until(id, "done");
    for (const user of [ana, ben, cleo]) {
      await lacks(user, new RegExp(APPROVE));
      await shows(user, /Done/);
    }
    await waitFor(
      () => (/<@U0CLEO0001>, <!date/.test(textOf(now(slack, card))) ? true : undefined),
      "the card",
    );
  });

  it("takes no click of who may not approve, of who may not see the change any more, or of a Home that is old", async () => {
    const { ana, ben, gus } = slack.users;
    for (const user of [ana, ben]) await slack.openHome(user).delivered;
    const card = await asked("restart checkout in production");
    const id = await changeIdOf(slack, card);
    await shows(ben, new RegExp(`${id}:1:1`));
    // The Homes of others, as somebody with the bot's token could forge them.
    const view = { type: "home", blocks: slack.home(ben)?.given.blocks };
    await forge(ana, view);
    await click(ana, APPROVE, id);
    await shows(ana, approvedAs("approvals/own-change"));
    await slack.openHome(gus).delivered;
    await shows(gus, approvedAs("who-may-act/guest"));
    await forge(gus, view);
    await click(gus, APPROVE, id);
    await shows(gus, approvedAs("clicks/not-a-member"));
    const old = JSON.parse(textOf(view).replaceAll(APPROVE, "greenlight:home_approve"));
    await forge(ben, old);
    await click(ben, "greenlight:home_approve", id);
    await shows(ben, approvedAs("clicks/older-home"));
    assert.equal((await program.app.changes.get(id))?.status, "waiting");
    await press(slack, ben, card, "greenlight:reject");
    await program.until(id, "rejected");
    assert.deepEqual(await program.ran(id), []);
  });

  it("has a form where words are asked for: a reason, a wish, a name; and what was clicked must still be what is asked", async () => {
    const { ben, cleo } = slack.users;
    for (const user of [ben, cleo]) await slack.openHome(user).delivered;
    const card = await asked("delete the deployment legacy-report in production");
    const id = await changeIdOf(slack, card);
    for (const user of [ben, cleo]) await shows(user, new RegExp(`${id}:1:1`));
    // Both have the form of the first revision open when the second one is made.
    await click(ben, APPROVE, id);
    await formShows(ben, /legacy-report/);
    await click(cleo, "greenlight:request_changes", id);
    await formShows(cleo, /"greenlight:request_changes"/);
    program.model.script({
      agent: "planner",
      json: planOf([["delete deployment/legacy-report -n staging", null]], "high"),
    });
    await send(slack, cleo, { "greenlight:words": "in staging instead" });
    await shows(cleo, approvedAs("clicks/changes-asked-for"));
    await send(slack, ben, { "greenlight:target": "legacy" });
    assert.match(textOf(slack.modal(ben)?.errors), approvedAs("forms/approve-typed-errors"));
    await send(slack, ben, { "greenlight:target": "legacy-report" });
    await shows(ben, /\brevision 2\b/);
    await shows(ben, new RegExp(`${id}:2:1`));
    assert.deepEqual(await program.ran(id), []);
    await click(ben, "greenlight:reject", id);
    await formShows(ben, /"greenlight:reject"/);
    await send(slack, ben, { "greenlight:words": "not this week" });
    await shows(ben, approvedAs("clicks/rejected"));
    await program.until(id, "rejected");
    const { decisions } = (await program.app.changes.get(id)) ?? { decisions: [] };
    assert.equal(decisions.at(-1)?.reason, "not this week");
  });

  it("approves what destroys once its name is typed there", async () => {
    const { ben } = slack.users;
    await slack.openHome(ben).delivered;
    const card = await asked("delete the service web in production");
    const id = await changeIdOf(slack, card);
    await shows(ben, new RegExp(`${id}:1:1`));
    await click(ben, APPROVE, id);
    await formShows(ben, /"greenlight:target"/);
    await send(slack, ben, { "greenlight:target": "web" });
    await shows(ben, approvedAs("clicks/approved"));
    await program.until(id, "done", "failed", "needs_person");
  });

  it("shows Details with every command, and decides in them; who may not see the change sees nothing of it", async () => {
    const { ana, ben, cleo } = slack.users;
    for (const user of [ana, ben]) await slack.openHome(user).delivered;
    const card = await askFor(slack, "scale web to 6 replicas in production", cleo);
    const id = await changeIdOf(slack, card);
    await shows(ben, new RegExp(`${id}:1:1`));
    const view = { type: "home", blocks: slack.home(ben)?.given.blocks };
    await forge(ana, view);
    await click(ana, "greenlight:details", id);
    assert.doesNotMatch(await formShows(ana, approvedAs("forms/not-yours-on-home")), /replicas=6/);
    await slack.close({ as: ana, view_id: slack.modal(ana)?.id ?? "" }).delivered;
    for (const action of ["greenlight:reject", "greenlight:cancel"]) {
      await forge(ana, view);
      await click(ana, action, id);
      await send(slack, ana, {});
      const answer = action === "greenlight:cancel" ? "cancel-not-yours-on-home" : "not-yours-on-home";
      await shows(ana, approvedAs(`clicks/${answer}`));
      // Words that were refused stay in their form.
      const left = slack.modal(ana);
      assert.equal(left !== null, action === "greenlight:reject");
      if (left !== null) await slack.close({ as: ana, view_id: left.id }).delivered;
    }
    await click(ben, "greenlight:details", id);
    assert.match(await formShows(ben, /--replicas=6 -n production/), /"greenlight:approve"/);
    assert.deepEqual(checkView(slack.modal(ben)?.given, "modal"), []);
    await clickInForm(slack, ben, APPROVE);
    await formShows(ben, approvedAs("clicks/approved"));
    await program.until(id, "done");
  });

  it("cancels what waits and stops what runs, with a reason, by a menu", async () => {
    const { ana, cleo } = slack.users;
    for (const user of [ana, cleo]) await slack.openHome(user).delivered;
    const card = await asked("scale checkout to 6 replicas in production");
    const id = await changeIdOf(slack, card);
    await shows(ana, new RegExp(`cancel ${id}`));
    await click(ana, "greenlight:cancel", id);
    await formShows(ana, /"greenlight:cancel"/);
    await send(slack, ana, { "greenlight:why": "wrong <!channel> one" });
    await shows(ana, approvedAs("clicks/cancelled"));
    await program.until(id, "cancelled");
    await waitFor(
      () => (/Cancelled by <@U0ANA00001>.*wrong/.test(textOf(now(slack, card))) ? true : undefined),
      "the reason on the card",
    );
    assert.doesNotMatch(
      textOf(now(slack, card).blocks).replaceAll(/"text":"[^"]*wrong <!channel> one"/g, ""),
      /<!channel>/,
    );

    program.model.script([
      { agent: "planner", json: planOf([["rollout restart deployment/web -n production", null]]) },
      { agent: "reviewer", hang: true },
    ]);
    const second = await asked("restart web in production, to be stopped");
    const running = await changeIdOf(slack, second);
    const planned = program.model.requests.length;
    await press(slack, cleo, second, APPROVE);
    await program.until(running, "reviewing");
    // Asked, and hanging: the answer would be the next change's otherwise.
    await waitFor(() => program.model.requests.length > planned || undefined, "the Reviewer to be asked");
    await shows(cleo, new RegExp(`cancel ${running} runs`));
    await click(cleo, "greenlight:details", running);
    await formShows(cleo, /"greenlight:stop"/);
    await clickInForm(slack, cleo, "greenlight:stop");
    await formShows(cleo, approvedAs("clicks/stopping"));
    await program.until(running, "needs_person");
    await shows(cleo, /"greenlight:accept"/);
    await click(cleo, "greenlight:accept", running);
    await shows(cleo, approvedAs("clicks/accepted"));
    await program.until(running, "accepted");
  });

  it("says who holds what and what waits for it", async () => {
    const { ana, ben } = slack.users;
    const line = "scale deployment/web --replicas=3 -n staging";
    program.model.script([
      { agent: "planner", json: planOf([[line, null]]) },
      { agent: "reviewer", json: { result: "needs_human", notes: "Look at it." } },
      { agent: "planner", json: planOf([[line.replace("=3", "=4"), null]]) },
    ]);
    const card = await askFor(slack, "first in staging");
    const id = await changeIdOf(slack, card);
    await program.until(id, "needs_person");
    const second = await askFor(slack, "second in staging");
    await program.until(await changeIdOf(slack, second), "blocked");
    for (const user of [ana, ben]) await shows(user, /web in staging.*\b1 /);
    await press(slack, ben, card, "greenlight:accept").catch(() => undefined);
  });

  it("shows a guest nothing, and is published at most once in 2 s while much happens", async () => {
    const { ana, gus } = slack.users;
    await slack.openHome(gus).delivered;
    await shows(gus, approvedAs("who-may-act/guest"));
    assert.doesNotMatch(homeOf(gus), /payment-api/);
    const from = slack.calls.length;
    for (const number of [1, 2, 3, 4]) await askFor(slack, `show the pods in staging ${number}`);
    await shows(ana, /pods in staging 4|Look at pods/);
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

describe("App Home where a group approves", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram({}, { policy: "{ version: 1, approvals: [{ groups: [S0SRE00001] }] }" });
    slack = standIn(program);
  });
  after(() => program.close());

  it("says nothing of what waits before Slack has said who is in the group, and takes the next click then", async () => {
    const { cleo } = slack.users;
    const card = await askFor(slack, "scale payment-api to 5 replicas in production");
    await waitFor(() => hasButton(now(slack, card), APPROVE), "the buttons");
    const id = await changeIdOf(slack, card);
    await untilSent(program);
    const homeOf = () => textOf(slack.home(cleo)?.given.blocks ?? []);
    const shows = (what: RegExp) => waitFor(() => what.test(homeOf()) || undefined, `${what} on the Home`);
    slack.faults.errorOn(1, "internal_error", "usergroups.users.list");
    await slack.openHome(cleo).delivered;
    await shows(/"type"/);
    assert.match(homeOf(), /greenlight:approve/);
    slack.faults.errorOn(1, "internal_error", "usergroups.users.list");
    await clickOnHome(slack, cleo, APPROVE, id);
    await shows(approvedAs("clicks/not-yours-on-home"));
    await clickOnHome(slack, cleo, APPROVE, id);
    await shows(approvedAs("clicks/approved"));
    await program.until(id, "done");
  });
});
