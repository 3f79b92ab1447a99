import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { approvedAs } from "#test/support/approved.ts";
import { directOf, shows, untilSent, waitingCard } from "#test/support/cards.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import {
  answerTo,
  changeIdOf,
  directCards,
  hasButton,
  now,
  press,
  standIn,
  textOf,
} from "#test/support/slack.ts";

const APPROVE = "greenlight:approve";
const SRE = "S0SRE00001";
const POLICY = `
version: 1
environments:
  production: { namespaces: [production] }
approvals:
  - { environments: [production], groups: [${SRE}] }
`;
const MEMBERS = "usergroups.users.list";

describe("an approval that outlasts somebody's turn on call", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram({}, { policy: POLICY });
    slack = standIn(program);
  });
  after(() => program.close());

  const onCall = (users: string[]): void => {
    const group = slack.usergroups.get(SRE);
    assert.ok(group);
    group.users = users;
  };

  it("reaches by half time who is on call by then, and asks nothing more of who was", async () => {
    const { ben, cleo, dora } = slack.users;
    onCall([ben]);
    const card = await waitingCard(slack, "scale payment-api to 5 replicas in production");
    const id = await changeIdOf(slack, card);
    const bens = await directOf(slack, ben, card);
    onCall([cleo]);
    slack.faults.errorOn(2, "internal_error", MEMBERS);
    await program.app.database.query(
      "update decisions set asked_at = now() - interval '30 minutes', expires_at = clock_timestamp() + interval '30 minutes' where change_id = $1",
      [id],
    );
    const cleos = await directOf(slack, cleo, card);
    assert.ok(hasButton(cleos, APPROVE));
    await shows(slack, bens, approvedAs("direct/not-theirs"));
    assert.equal(hasButton(now(slack, bens), APPROVE), undefined);
    assert.doesNotMatch(textOf(now(slack, bens).blocks), /replicas/);
    assert.match(await answerTo(slack, ben, bens, APPROVE, true), approvedAs("approvals/not-an-approver"));
    await press(slack, cleo, cleos, APPROVE);
    await program.until(id, "done");
    await untilSent(program);
    assert.doesNotMatch(textOf(now(slack, bens).blocks), /Approved|U0CLEO/);
    assert.match(textOf(now(slack, cleos).blocks), /<@U0[A-Z0-9]+>, <!date/);
    assert.deepEqual(directCards(slack, dora), []);
  });
});
