import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { approvedAs } from "#test/support/approved.ts";
import { inState } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  askFor,
  changeIdOf,
  now,
  press,
  replies,
  standIn,
  textOf,
  typed,
  waitFor,
} from "#test/support/slack.ts";

const WEB = planOf([["rollout restart deployment/web -n staging", null]]);

describe("a card that waits for another change", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
  });
  after(() => program.close());

  it("says what is held, by whom and since when, with a link to that one's card, until it goes on", async () => {
    program.model.script([
      { agent: "planner", json: WEB },
      { agent: "reviewer", json: { result: "needs_human", notes: "Look at it." } },
    ]);
    const first = await askFor(slack, "restart web in staging, first");
    const seen = (card: typeof first, what: RegExp) =>
      waitFor(() => (what.test(textOf(now(slack, card).blocks)) ? true : undefined), String(what));
    await seen(first, inState("needs_person"));
    program.model.script({ agent: "planner", json: WEB });
    const second = await askFor(slack, "restart web in staging, second");
    await seen(second, inState("blocked"));
    const text = textOf(now(slack, second).blocks);
    assert.match(text, / deployments\/web in staging, /);
    assert.match(text, new RegExp(`archives/${first.channel}/p${first.ts.replace(".", "")}"`));
    assert.match(text, new RegExp(`"user_id":"${slack.users.ana}"`));
    await press(slack, slack.users.ben, first, "greenlight:accept");
    await seen(second, inState("done"));
    assert.doesNotMatch(textOf(now(slack, second).blocks), new RegExp(first.ts.replace(".", "")));
  });

  it("goes on when an approver unlocks the other one: that one's card and thread say who and why", async () => {
    const { ana, ben, gus } = slack.users;
    program.model.script([
      { agent: "planner", json: WEB },
      { agent: "reviewer", json: { result: "needs_human", notes: "Look at it." } },
    ]);
    const first = await askFor(slack, "restart web in staging, third");
    const id = await changeIdOf(slack, first);
    await program.until(id, "needs_person");
    program.model.script({ agent: "planner", json: WEB });
    const second = await askFor(slack, "restart web in staging, fourth");
    await program.until(await changeIdOf(slack, second), "blocked");
    const unlock = unlockOf(slack);
    assert.match(await unlock(gus, id, "nobody looks at it"), approvedAs("who-may-act/guest"));
    assert.match(await unlock(ana, id, "nobody looks at it"), approvedAs("approvals/own-change"));
    assert.match(await unlock(ben, id, "why"), /\b10\b.*\b1000\b/);
    assert.match(await unlock(ben, id.slice(0, 8), ""), approvedAs("words/unlock-no-reason"));
    assert.match(await unlock(ben, "no-id", "nobody looks at it"), approvedAs("words/unlock-usage"));
    assert.match(await unlock(ben, "0123456789", "nobody looks at it"), approvedAs("words/id-unknown"));
    const told = await unlock(ben, id.slice(0, 8), "nobody looks at *it* <!here>");
    assert.match(told, / deployments\/web in staging\./);
    await program.until(await changeIdOf(slack, second), "done");
    const line = new RegExp(`<@${ben}>, <!date\\^.*: deployments/web in staging`);
    await waitFor(() => (line.test(textOf(now(slack, first).blocks)) ? true : undefined), "the card");
    const said = await waitFor(() => replies(slack, first).find(({ text }) => line.test(text)), "the reply");
    assert.match(said.text, /nobody looks at .*it/s);
    assert.doesNotMatch(said.text, /<!here>/);
    assert.match(await unlock(ben, id, "nobody looks at it"), approvedAs("clicks/unlock-nothing"));
    await press(slack, ben, first, "greenlight:accept");
    await program.until(id, "accepted");
  });
});

/** What `/infra unlock` answers somebody in #infra. */
function unlockOf(slack: SlackStandIn) {
  return async (as: string, id: string, reason: string) =>
    (await typed(slack, `/infra unlock ${id} ${reason}`, { as })).text;
}
