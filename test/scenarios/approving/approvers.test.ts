import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ChangeEvent } from "#change/events.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { approvedAs } from "#test/support/approved.ts";
import { shows, untilSent, verdictOf, waitingCard } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  askFor,
  cards,
  changeIdOf,
  filledForm,
  hasButton,
  mrkdwnOf,
  now,
  press,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

const SRE = "S0SRE00001";
const ANA = "U0ANA00001";
const BEN = "U0BEN00001";
const POLICY = `
version: 1
environments:
  production: { namespaces: [production] }
  staging: { namespaces: [staging] }
  sandbox: { namespaces: [default] }
approvals:
  - { environments: [production], groups: [${SRE}], quorum: 2, open_minutes: 30 }
  - { environments: [staging], users: [${ANA}, ${BEN}], requester_may_approve: true }
asking:
  - { users: [${ANA}, ana] }
freezes:
  - { from: "2020-01-01T00:00:00Z", until: "2099-01-01T00:00:00Z", environments: [sandbox], reason: The big sale }
break_glass: [${ANA}, "U0CLEO0001"]
`;

describe("who approves, in Slack", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram({}, { policy: POLICY });
    slack = standIn(program);
  });
  after(() => program.close());

  const waiting = (request: string): Promise<Message> => waitingCard(slack, request);
  const inFreeze = async (replicas: number): Promise<Message> => {
    const line = `scale deployment/web --replicas=${replicas} -n default`;
    program.model.script({ agent: "planner", json: planOf([[line, null]], "high") });
    const card = await askFor(slack, `give web ${replicas} replicas in the sandbox`);
    await waitFor(() => hasButton(now(slack, card), "greenlight:reject"), "the buttons");
    return card;
  };
  const idOf = (card: Message): Promise<string> => changeIdOf(slack, card);

  it("counts two members of a group, tells the first what is missing, and runs once", async () => {
    const { ben, cleo } = slack.users;
    const card = await waiting("delete the deployment legacy-report in production");
    await shows(slack, card, new RegExp(`for 2 of .*"usergroup_id":"${SRE}"`));
    await shows(slack, card, /until "},{"type":"date"/);
    assert.match(await answerTo(slack, ben, card, "greenlight:approve"), approvedAs("clicks/counted"));
    await shows(slack, card, /\b1 \S+ 2\b.*"user_id":"U0BEN00001"/);
    assert.match(await answerTo(slack, ben, card, "greenlight:approve"), approvedAs("clicks/counted-before"));
    const id = await idOf(card);
    assert.deepEqual(await program.ran(id), []);
    assert.match(await answerTo(slack, cleo, card, "greenlight:approve"), approvedAs("clicks/approved"));
    const verdict = await verdictOf(slack, card);
    assert.match(textOf(verdict), /<@U0BEN00001> [^"<]*<@U0CLEO0001>/);
    assert.deepEqual(await program.ran(id), ["forward 1 done"]);
    const decision = (await program.app.changes.get(id))?.decisions[0];
    assert.equal(decision?.approvals.length, 2);
    assert.deepEqual((await eventsOf(program, id)).slice(-20).filter(isApproval), [
      "approved 1/2",
      "decided",
    ]);
  });

  it("ends at once with one Reject, whatever was approved before", async () => {
    const card = await waiting("restart checkout in production");
    await answerTo(slack, slack.users.ben, card, "greenlight:approve");
    assert.match(
      await answerTo(slack, slack.users.cleo, card, "greenlight:reject"),
      approvedAs("clicks/rejected"),
    );
    const rejected = await program.until(await idOf(card), "rejected");
    assert.equal(rejected.decisions[0]?.answer, "reject");
  });

  it("asks Slack at the click who is in a group, and refuses when there is no answer", async (t) => {
    const { cleo } = slack.users;
    const group = slack.usergroups.get(SRE);
    assert.ok(group);
    const users = [...group.users];
    t.after(() => Object.assign(group, { users, isDisabled: false }));
    const card = await waiting("restart web in production");
    // Who gets a card of their own is asked of Slack too, and that would take a fault that is meant for a click.
    await untilSent(program);
    const click = () => answerTo(slack, cleo, card, "greenlight:approve");
    const method = "usergroups.users.list";
    const unknown = approvedAs("who-may-act/group-unclear");
    slack.faults.errorOn(1, "internal_error", method);
    assert.match(await click(), unknown);
    slack.faults.rateLimit(1, 30, method);
    assert.match(await click(), unknown);
    slack.faults.errorOn(1, "missing_scope", method);
    assert.match(await click(), approvedAs("who-may-act/group-scope"));
    slack.faults.errorOn(1, "fatal_error", "users.info");
    assert.match(await click(), approvedAs("who-may-act/unanswered"));
    group.isDisabled = true;
    assert.match(await click(), approvedAs("who-may-act/group-gone"));
    group.isDisabled = false;
    group.users = [BEN];
    const refused = await click();
    assert.match(refused, approvedAs("approvals/not-an-approver"));
    assert.match(refused, new RegExp(`: <!subteam\\^${SRE}>`));
    assert.match(
      await answerTo(slack, cleo, card, "greenlight:reject"),
      approvedAs("approvals/not-an-approver"),
    );
    const change = await program.app.changes.get(await idOf(card));
    assert.equal(change?.status, "waiting");
    assert.deepEqual(change?.decisions[0]?.approvals, []);
    group.users = users;
    assert.match(await click(), /1 of 2/);
  });

  it("takes no guest even from the group, and not the requester", async (t) => {
    const group = slack.usergroups.get(SRE);
    assert.ok(group);
    t.after(() => Object.assign(group, { users: [slack.users.ben, slack.users.cleo] }));
    group.users = [slack.users.gus, slack.users.ana];
    const card = await waiting("scale web to 4 replicas in production");
    assert.match(
      await answerTo(slack, slack.users.gus, card, "greenlight:approve"),
      approvedAs("who-may-act/guest"),
    );
    assert.match(
      await answerTo(slack, slack.users.ana, card, "greenlight:approve"),
      approvedAs("approvals/own-change"),
    );
    assert.deepEqual(await program.ran(await idOf(card)), []);
  });

  it("lets the requester approve where the rule says so", async () => {
    const card = await waiting("delete the deployment legacy-report in staging");
    assert.match(
      await answerTo(slack, slack.users.ana, card, "greenlight:approve"),
      approvedAs("clicks/approved"),
    );
    await program.until(await idOf(card), "done");
  });

  it("refuses the last approval when it comes too late, and says how many there were", async () => {
    const { ben } = slack.users;
    const card = await waiting("scale web to 5 replicas in production");
    const id = await idOf(card);
    const opened = (await program.app.changes.get(id))?.decisions[0];
    const minutes = ((opened?.expiresAt?.getTime() ?? 0) - (opened?.askedAt.getTime() ?? 0)) / 60_000;
    assert.ok(Math.abs(minutes - 30) < 0.5, `open for ${minutes} minutes`);
    await answerTo(slack, ben, card, "greenlight:approve");
    await program.app.database.query(
      "update decisions set expires_at = now() - interval '1 second' where change_id = $1",
      [id],
    );
    assert.match(await answerTo(slack, slack.users.cleo, card, "greenlight:approve", true), /xpired/);
    const expired = await program.until(id, "expired");
    assert.match(expired.error ?? "", /\b1\b/);
    assert.deepEqual(await program.ran(id), []);
  });

  it("approves nothing in a freeze, and says until when and why", async () => {
    const card = await inFreeze(6);
    await shows(slack, card, /Frozen until .*"type":"date".*The big sale/);
    assert.equal(hasButton(now(slack, card), "greenlight:approve"), undefined);
    const change = await program.app.changes.get(await idOf(card));
    assert.ok(change?.status === "waiting");
    const refused = await program.decide(change, "approve");
    assert.ok(refused.kind === "refused");
    assert.match(refused.reason, / sandbox .*2099-01-01 00:.*The big sale/);
  });

  it("breaks the glass for who is named: alone, in a freeze, their own change, with a reason that stays", async () => {
    const { ana, ben } = slack.users;
    const card = await inFreeze(7);
    assert.match(
      await answerTo(slack, ben, card, "greenlight:break_glass"),
      approvedAs("approvals/no-glass"),
    );
    assert.equal(slack.modal(ben), null);
    await press(slack, ana, card, "greenlight:break_glass");
    const form = await filledForm(slack, ana);
    const send = (reason: string) =>
      slack.submit({ as: ana, view_id: form.id, values: { "greenlight:reason": { reason } } });
    await send("          x").delivered;
    assert.match(textOf(slack.modal(ana)?.errors), approvedAs("forms/break-glass-errors"));
    await send("Checkout is down, the sale loses orders <!channel>").delivered;
    await waitFor(() => (slack.modal(ana) === null ? true : undefined), "the form's end");
    const id = await idOf(card);
    const done = await program.until(id, "done", "failed");
    assert.equal(done.status, "done");
    assert.equal(done.decisions[0]?.brokeGlass, true);
    const verdict = await verdictOf(slack, card);
    await shows(slack, card, /Done/);
    for (const shown of [now(slack, card), verdict]) {
      assert.match(textOf(shown), /\*[^"*]+\*: [^"<]*<@U0ANA00001>[^"]*Checkout is down/);
      for (const mrkdwn of mrkdwnOf(shown)) assert.doesNotMatch(mrkdwn, /<!channel>/);
    }
    assert.ok((await eventsOf(program, id)).includes("broke glass"));
    assert.match(
      await answerTo(slack, ben, card, "greenlight:reject", true),
      approvedAs("clicks/already-by-glass"),
    );
  });

  it("lets nobody break the glass of a plan that is not the one on the card any more", async () => {
    const { ana } = slack.users;
    const card = await inFreeze(8);
    const id = await idOf(card);
    await press(slack, ana, card, "greenlight:break_glass");
    const form = await filledForm(slack, ana);
    await program.app.database.query("update changes set digest = $2 where id = $1", [id, "f".repeat(64)]);
    const before = slack.ephemerals(ana).length;
    const values = { "greenlight:reason": { reason: "It cannot wait until then" } };
    await slack.submit({ as: ana, view_id: form.id, values }).delivered;
    const answer = await waitFor(() => slack.ephemerals(ana)[before], "a private answer");
    assert.match(textOf(answer), approvedAs("clicks/stale"));
    assert.match(textOf(slack.modal(ana)?.errors), /stays here/);
    assert.notEqual(slack.modal(ana), null, "what was written is lost");
    assert.deepEqual(await program.ran(id), []);
  });

  it("says privately who may not ask at all, and starts nothing", async () => {
    const { ben } = slack.users;
    const known = cards(slack).length;
    const before = slack.ephemerals(ben).length;
    const text = "/infra restart web in staging";
    await slack.say({ as: ben, channel: slack.channels.infra, text }).delivered;
    const answer = await waitFor(() => slack.ephemerals(ben)[before], "a private answer");
    assert.match(textOf(answer), approvedAs("approvals/ask-nobody"));
    assert.equal(cards(slack).length, known);
  });
});

async function eventsOf(program: Program, id: string): Promise<string[]> {
  const { rows } = await program.app.database.query<{ event: unknown }>(
    "select event from events where change_id = $1 order by seq",
    [id],
  );
  return rows.map((row) => {
    const event = ChangeEvent.parse(row.event);
    if (event.type === "approved") return `approved ${event.count}/${event.quorum}`;
    return event.type === "decided" && event.brokeGlass ? "broke glass" : event.type;
  });
}

function isApproval(event: string): boolean {
  return event.startsWith("approved") || event === "decided";
}
