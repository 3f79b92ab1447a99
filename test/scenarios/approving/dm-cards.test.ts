import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { approvedAs } from "#test/support/approved.ts";
import { directOf, inState, shows, untilSent, verdictOf, waitingCard } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import { callsForPace } from "#test/support/quiet.ts";
import {
  answerTo,
  askFor,
  callAsBot,
  changeIdOf,
  click,
  clickInForm,
  directCards,
  hasButton,
  now,
  press,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

const APPROVE = "greenlight:approve";
/** For a quiet change of three steps; with an approver it is asked, decided, and how it ended. */
const MOST_CALLS = { channel: 8, direct: 3 };

const QUORUM = `
version: 1
environments:
  production: { namespaces: [production] }
approvals:
  - { environments: [production], groups: [S0SRE00001], users: [U0ANA00001, U0GUS00001, U0DORA0001], quorum: 2 }
`;

describe("the card as a direct message to those who may approve", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
  });
  after(() => program.close());

  it("is decided there, loses its buttons everywhere, and the requester gets none", async () => {
    const { ana, ben, cleo } = slack.users;
    const card = await waitingCard(slack, "scale payment-api to 5 replicas in production");
    const [bens, cleos] = await Promise.all([directOf(slack, ben, card), directOf(slack, cleo, card)]);
    // Slack shows a card before its place is written down, and a click in between is told to go elsewhere.
    await untilSent(program);
    assert.match(textOf(bens.blocks), /kubectl scale deployment\/payment-api --replicas=5 -n production/);
    assert.match(textOf(bens.blocks), /archives\/C0INFRA001\/p\d+","text":"/);
    assert.match(await answerTo(slack, cleo, cleos, APPROVE), approvedAs("clicks/approved"));
    const all = [card, bens, cleos];
    await waitFor(
      () => (all.some((one) => hasButton(now(slack, one), APPROVE)) ? undefined : true),
      "no button",
    );
    for (const one of [bens, cleos]) await shows(slack, one, /<@U0CLEO0001>, <!date/);
    for (const one of [card, bens, cleos]) await shows(slack, one, inState("done"));
    await answerTo(slack, ben, bens, APPROVE, true).then((late) =>
      assert.match(late, approvedAs("clicks/already")),
    );
    assert.deepEqual(directCards(slack, ana), []);
    assert.deepEqual(directCards(slack, slack.users.gus), []);
    assert.deepEqual(await program.ran(await changeIdOf(slack, card)), ["forward 1 done", "forward 2 done"]);
  });

  it("has no button left 2 s after the decision, in the best of a few: a machine may be busy", async () => {
    const { ben, cleo } = slack.users;
    let quickest = Number.POSITIVE_INFINITY;
    for (const replicas of [4, 5, 6, 7]) {
      if (quickest < 2_000) break;
      const card = await waitingCard(slack, `scale checkout to ${replicas} replicas in production`);
      const all = [card, ...(await Promise.all([ben, cleo].map((one) => directOf(slack, one, card))))];
      await press(slack, ben, card, "greenlight:reject");
      await program.until(await changeIdOf(slack, card), "rejected");
      const decidedAt = Date.now();
      const isLeft = () => all.some((one) => hasButton(now(slack, one), APPROVE));
      await waitFor(() => (isLeft() ? undefined : true), "no button");
      quickest = Math.min(quickest, Date.now() - decidedAt);
    }
    assert.ok(quickest < 2_000, `the buttons stood for ${quickest} ms after the decision`);
  });

  it("takes at most 8 calls in the channel and 3 for each approver over a quiet change of three steps", async () => {
    program.model.script({
      agent: "planner",
      json: planOf([
        ["scale deployment/web --replicas=4 -n production", null],
        ["scale deployment/checkout --replicas=3 -n production", null],
        ["scale deployment/payment-api --replicas=5 -n production", null],
      ]),
    });
    const from = slack.calls.length;
    const card = await waitingCard(slack, "scale three things in production");
    await directOf(slack, slack.users.ben, card);
    await press(slack, slack.users.ben, card, APPROVE);
    await verdictOf(slack, card);
    await shows(slack, card, /🟢 Done/);
    await untilSent(program);
    const calls = slack.calls
      .slice(from)
      .filter(({ method }) => /^chat\.(?!postEphemeral)|open$/u.test(method));
    const of = (channel: string) => calls.filter(({ args }) => args["channel"] === channel).length;
    // A machine that is slow makes a change that is not quiet: what lasts is shown while it lasts.
    const most = MOST_CALLS.channel + (await callsForPace(program, await changeIdOf(slack, card)));
    assert.ok(
      of(slack.channels.infra) <= most,
      `${of(slack.channels.infra)} in the channel, ${most} at most`,
    );
    // That it is approved and that it is decided are one edit, or two where the machine is slow.
    for (const direct of ["D0BEN00001", "D0CLEO0001"])
      assert.ok([0, 1].includes(of(direct) - MOST_CALLS.direct), `${of(direct)} in ${direct}`);
    // Where their direct channels are is known from the change before.
    assert.equal(calls.filter(({ method }) => method === "conversations.open").length, 0);
  });

  it("decides by no click in another place, nor in a direct channel where the card does not stand", async () => {
    const { ben, cleo } = slack.users;
    const card = await waitingCard(slack, "restart checkout in production");
    const id = await changeIdOf(slack, card);
    const [bens, cleos] = await Promise.all([directOf(slack, ben, card), directOf(slack, cleo, card)]);
    await untilSent(program);
    const copy = { text: "Nothing of ours", blocks: now(slack, bens).blocks };
    // The direct channel of somebody who got no card, and the one of an approver whose card stands elsewhere.
    const places: [string, string][] = [["D0ANA00001", slack.users.ana]];
    await program.app.database.query(
      "update messages set channel_id = 'D0SOMEELSE' where change_id = $1 and person = $2",
      [id, cleo],
    );
    places.push(["D0CLEO0001", cleo]);
    for (const [channel, as] of places) {
      const { ts = "" } = await callAsBot(slack, "chat.postMessage", { channel, ...copy });
      const forged = slack.messages(channel).find((message) => message.ts === ts);
      assert.ok(forged, "the copy was not posted");
      assert.match(await answerTo(slack, as, forged, APPROVE), approvedAs("clicks/elsewhere"));
    }
    assert.match(await answerTo(slack, cleo, cleos, APPROVE), approvedAs("clicks/elsewhere"));
    assert.equal((await program.app.changes.get(id))?.status, "waiting");
    await program.app.database.query(
      "update messages set channel_id = 'D0CLEO0001' where change_id = $1 and person = $2",
      [id, cleo],
    );
    assert.match(await answerTo(slack, ben, bens, "greenlight:reject"), approvedAs("clicks/rejected"));
    await program.until(id, "rejected");
  });

  it("takes a click that comes before the card's place is written down, and still none in another place", async () => {
    const { ana, cleo } = slack.users;
    const card = await waitingCard(slack, "scale checkout to 9 replicas in production");
    const id = await changeIdOf(slack, card);
    const cleos = await directOf(slack, cleo, card);
    await untilSent(program);
    // As it stands between Slack's answer to the post and its record.
    const { rowCount } = await program.app.database.query(
      `update messages set ts = null, sent = 0, failures = 1, claimed_until = now() + interval '1 minute'
       where change_id = $1 and person = $2`,
      [id, cleo],
    );
    assert.equal(rowCount, 1);
    const copy = { text: "Nothing of ours", blocks: now(slack, cleos).blocks };
    const { ts = "" } = await callAsBot(slack, "chat.postMessage", { channel: "D0ANA00001", ...copy });
    const forged = slack.messages("D0ANA00001").find((message) => message.ts === ts);
    assert.ok(forged, "the copy was not posted");
    assert.match(await answerTo(slack, ana, forged, APPROVE), approvedAs("clicks/elsewhere"));
    assert.equal((await program.app.changes.get(id))?.status, "waiting");
    assert.match(await answerTo(slack, cleo, cleos, APPROVE), approvedAs("clicks/approved"));
    // Whoever had it at hand is gone, and the next one finds it where it stands.
    const free = "update messages set claimed_until = null where change_id = $1 and person = $2";
    await program.app.database.query(free, [id, cleo]);
    await program.until(id, "done");
    await untilSent(program);
    const stand = directCards(slack, cleo).filter(({ blocks }) => textOf(blocks).includes(id.slice(0, 8)));
    assert.deepEqual(
      stand.map(({ ts: at }) => at),
      [cleos.ts],
    );
  });

  it("has Stop in its Details while the change runs, and asks an operator what the channel asks, who may answer there", async () => {
    const { ben, cleo } = slack.users;
    program.model.script([
      { agent: "planner", json: planOf([["rollout restart deployment/web -n production", null]]) },
      { agent: "reviewer", hang: true },
    ]);
    const card = await waitingCard(slack, "restart web in production, to be stopped");
    const id = await changeIdOf(slack, card);
    const [bens, cleos] = await Promise.all([directOf(slack, ben, card), directOf(slack, cleo, card)]);
    await untilSent(program);
    const planned = program.model.requests.length;
    await press(slack, ben, bens, APPROVE);
    await program.until(id, "reviewing");
    // Asked, and hanging: the answer would be the next change's otherwise.
    await waitFor(() => program.model.requests.length > planned || undefined, "the Reviewer to be asked");
    await shows(slack, cleos, /<@U0BEN00001>, <!date/);
    await click(slack, cleo, cleos, "greenlight:details");
    await waitFor(() => (/greenlight:stop/.test(textOf(slack.modal(cleo))) ? true : undefined), "Stop");
    await clickInForm(slack, cleo, "greenlight:stop");
    await waitFor(
      () => (approvedAs("clicks/stopping").test(textOf(slack.modal(cleo))) ? true : undefined),
      "the answer",
    );
    for (const one of [bens, cleos])
      await waitFor(() => hasButton(now(slack, one), "greenlight:accept"), "the operator's buttons");
    // An edit pushes nothing, so whoever may answer is called by a message of its own, once.
    const calls = (user: string) =>
      directCards(slack, user).filter(({ text }) => /^A person is needed: /.test(text));
    for (const user of [ben, cleo])
      await waitFor(() => calls(user).length === 1 || undefined, `the call of ${user}`);
    assert.match(
      textOf(now(slack, bens).blocks),
      new RegExp(`${inState("needs_person").source}.*greenlight:roll_back`),
    );
    assert.match(await answerTo(slack, ben, bens, "greenlight:accept"), approvedAs("clicks/accepted"));
    for (const one of [bens, cleos]) {
      await shows(slack, one, inState("accepted"));
      await waitFor(() => (hasButton(now(slack, one), "greenlight:accept") ? undefined : true), "no button");
    }
    await program.until(id, "accepted");
    await untilSent(program);
    for (const user of [ben, cleo]) {
      const left = directCards(slack, user).filter(({ text }) => /^Answered: /.test(text));
      assert.equal(left.length, 1, "the call says that it is answered");
      assert.equal(calls(user).length, 0);
    }
  });

  it("answers a click in its Details also where the change cannot be shown in them any more", async () => {
    const { ben } = slack.users;
    const card = await waitingCard(slack, "scale web to 6 replicas in production");
    await click(slack, ben, await directOf(slack, ben, card), "greenlight:details");
    const formShows = (what: RegExp) =>
      waitFor(() => what.test(textOf(slack.modal(ben)?.given ?? "")) || undefined, `${what} in the form`);
    await formShows(/greenlight:approve/);
    // The sender of the other cards asks Slack the same, and would take a fault that is meant for the click.
    await untilSent(program);
    slack.faults.errorOn(2, "internal_error", "users.info");
    await clickInForm(slack, ben, APPROVE);
    await formShows(/Elsewhere/);
    const told = () =>
      slack.ephemerals(ben).some(({ text }) => approvedAs("who-may-act/unanswered").test(text));
    await waitFor(() => told() || undefined, "the answer");
    await press(slack, ben, card, "greenlight:reject");
    await program.until(await changeIdOf(slack, card), "rejected");
  });

  it("says nothing more of the change to who is no member of the workspace any more", async () => {
    const { ben, cleo } = slack.users;
    const card = await waitingCard(slack, "scale web to 8 replicas in production");
    const both = await Promise.all([directOf(slack, ben, card), directOf(slack, cleo, card)]);
    await untilSent(program);
    await untilSent(program);
    const id = await changeIdOf(slack, card);
    const change = await program.until(id, "waiting");
    slack.faults.errorOn(2, "user_not_found", "users.info");
    assert.equal((await program.decide(change, "reject")).kind, "decided");
    for (const one of both)
      await shows(
        slack,
        one,
        new RegExp(`${approvedAs("direct/not-theirs").source}|${inState("rejected").source}`),
      );
    for (const one of both) assert.doesNotMatch(textOf(now(slack, one).blocks), /Rejected|scale web/);
  });

  it("holds up nobody else where Slack limits the rate of one direct channel", async () => {
    const { ben, cleo } = slack.users;
    slack.faults.rateLimit(1, 12, "chat.postMessage", "D0BEN00001");
    const known = directCards(slack, ben).length;
    const card = await waitingCard(slack, "scale checkout to 8 replicas in production");
    const cleos = await directOf(slack, cleo, card);
    await answerTo(slack, cleo, cleos, APPROVE);
    await verdictOf(slack, card);
    assert.equal(directCards(slack, ben).length, known, "Ben's message came in spite of the pause");
    // What is decided by the time it could be posted is not posted any more.
    await untilSent(program);
    assert.equal(directCards(slack, ben).length, known);
  });

  it("comes to everybody though Slack did not say at first who one of them is", async () => {
    const { ben, cleo } = slack.users;
    const json = planOf([["rollout restart deployment/checkout -n production", null]]);
    program.model.script({ agent: "planner", delayMs: 1_500, json });
    const before = [ben, cleo].map((one) => directCards(slack, one).length);
    const card = await askFor(slack, "restart checkout in production, please");
    slack.faults.rateLimit(1, 1, "users.info");
    await waitFor(() => hasButton(now(slack, card), APPROVE), "the buttons");
    const came = () =>
      [ben, cleo].map((one, index) => directCards(slack, one).length - (before[index] ?? 0)).join();
    await waitFor(() => (came() === "1,1" ? true : undefined), "the card with both");
    await press(slack, ben, card, "greenlight:reject");
    await program.until(await changeIdOf(slack, card), "rejected");
    await untilSent(program);
    assert.equal(came(), "1,1");
  });

  it("stands once though the answer to its posting got lost, and is given up for who cannot be written to", async () => {
    const { ben, cleo } = slack.users;
    const delayed = { agent: "planner" as const, delayMs: 1_500 };
    const line = "rollout restart deployment/web -n production";
    program.model.script({ ...delayed, json: planOf([[line, null]]) });
    const before = [ben, cleo].map((one) => directCards(slack, one).length);
    const card = await askFor(slack, "restart web in production");
    slack.faults.dropAfterAccept(1, "chat.postMessage");
    await waitFor(() => hasButton(now(slack, card), APPROVE), "the buttons");
    await untilSent(program);
    assert.deepEqual(
      [ben, cleo].map((one, index) => directCards(slack, one).length - (before[index] ?? 0)),
      [1, 1],
    );
    await press(slack, ben, card, "greenlight:reject");
    await program.until(await changeIdOf(slack, card), "rejected");
    await untilSent(program);

    await program.app.database.query("update messages set channel_id = null where person is not null");
    // For all: what is still due of the change before asks for its channel anew too.
    slack.faults.errorOn(1_000, "cannot_dm_bot", "conversations.open");
    const next = await waitingCard(slack, "scale checkout to 4 replicas in production");
    await untilSent(program);
    slack.faults.heal("conversations.open");
    const { rows } = await program.app.database.query<{ abandoned: string }>(
      "select abandoned from messages where change_id = $1 and abandoned is not null",
      [await changeIdOf(slack, next)],
    );
    assert.deepEqual(rows, [{ abandoned: "cannot_dm_bot" }, { abandoned: "cannot_dm_bot" }]);
    await press(slack, ben, next, "greenlight:reject");
  });
});

describe("direct messages where two of a group have to approve", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram({}, { policy: QUORUM });
    slack = standIn(program);
  });
  after(() => program.close());

  it("go to the group's members, count along, and come again when they were deleted", async () => {
    const { ben, cleo } = slack.users;
    const card = await waitingCard(slack, "restart web in production");
    const [bens, cleos] = await Promise.all([directOf(slack, ben, card), directOf(slack, cleo, card)]);
    await untilSent(program);
    for (const nobody of [slack.users.ana, slack.users.gus]) assert.deepEqual(directCards(slack, nobody), []);
    await callAsBot(slack, "chat.delete", { channel: cleos.channel, ts: cleos.ts });
    assert.match(await answerTo(slack, ben, bens, APPROVE), approvedAs("clicks/counted"));
    await shows(slack, bens, /1 of 2 approvals given\b.*U0BEN00001/);
    const again = await waitFor(
      () => directCards(slack, cleo).find((one) => one.ts !== cleos.ts),
      "the card once more",
    );
    // What is deleted after its time does not come again.
    await callAsBot(slack, "chat.delete", { channel: bens.channel, ts: bens.ts });
    assert.match(await answerTo(slack, cleo, again, APPROVE), approvedAs("clicks/approved"));
    await shows(slack, again, /<@U0BEN00001> [^"<]*<@U0CLEO0001>/);
    await shows(slack, card, /Done/);
    await untilSent(program);
    assert.deepEqual(directCards(slack, ben), []);
  });

  it("lead to the card, without buttons, where the plan goes on in its thread", async () => {
    const line = (number: number): [string, null] => [
      `get pods -n production --selector=part=${number},app=${"x".repeat(3_500)}`,
      null,
    ];
    program.model.script({ agent: "planner", json: planOf([line(2), line(3), line(4)], "high") });
    const card = await waitingCard(slack, "a plan of three very long steps");
    const cleos = await directOf(slack, slack.users.cleo, card);
    await untilSent(program);
    assert.equal(hasButton(cleos, APPROVE), undefined);
    await click(slack, slack.users.cleo, cleos, "greenlight:details");
    await waitFor(
      () => (/part=4/.test(textOf(slack.modal(slack.users.cleo))) ? true : undefined),
      "all of it",
    );
    assert.match(textOf(slack.modal(slack.users.cleo)), /"greenlight:approve"/);
    await press(slack, slack.users.ben, card, "greenlight:reject");
  });
});

describe("direct messages where the policy wants none", () => {
  it("are not sent", async (t) => {
    const policy = "{ version: 1, notify: { direct_messages: false } }";
    const program = await startProgram({}, { policy });
    t.after(() => program.close());
    const slack = standIn(program);
    const card = await waitingCard(slack, "restart web in production");
    await untilSent(program);
    assert.deepEqual(directCards(slack, slack.users.ben), []);
    await press(slack, slack.users.ben, card, APPROVE);
    await shows(slack, card, /Done/);
  });
});

/** This change's card with this person, once it stands and asks. */
