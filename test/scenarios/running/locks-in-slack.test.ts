import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
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
    await seen(first, /A person has to look at this/);
    program.model.script({ agent: "planner", json: WEB });
    const second = await askFor(slack, "restart web in staging, second");
    await seen(second, /Waiting for a target that another change holds/);
    const text = textOf(now(slack, second).blocks);
    assert.match(text, /another change holds deployments\/web in staging, since /);
    assert.match(text, new RegExp(`archives/${first.channel}/p${first.ts.replace(".", "")}"`));
    assert.match(text, new RegExp(`"user_id":"${slack.users.ana}"`));
    await press(slack, slack.users.ben, first, "greenlight:accept");
    await seen(second, /🟢 Done/);
    assert.doesNotMatch(textOf(now(slack, second).blocks), /another change holds/);
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
    assert.match(await unlock(gus, id, "nobody looks at it"), /Guests cannot/);
    assert.match(await unlock(ana, id, "nobody looks at it"), /You asked for this change/);
    assert.match(await unlock(ben, id, "why"), /a reason of 10 to 1000 characters/);
    assert.match(await unlock(ben, id.slice(0, 8), ""), /takes a reason/);
    assert.match(await unlock(ben, "no-id", "nobody looks at it"), /takes a change.s id/);
    assert.match(await unlock(ben, "0123456789", "nobody looks at it"), /There is no change/);
    const told = await unlock(ben, id.slice(0, 8), "nobody looks at *it* <!here>");
    assert.match(told, /^Unlocked: deployments\/web in staging\./);
    await program.until(await changeIdOf(slack, second), "done");
    const line = new RegExp(`Unlocked by <@${ben}>, <!date\\^.*: deployments/web in staging`);
    await waitFor(() => (line.test(textOf(now(slack, first).blocks)) ? true : undefined), "the card");
    const said = await waitFor(() => replies(slack, first).find(({ text }) => line.test(text)), "the reply");
    assert.match(said.text, /nobody looks at .*it.*has to take it again/s);
    assert.doesNotMatch(said.text, /<!here>/);
    assert.match(await unlock(ben, id, "nobody looks at it"), /holds no targets/);
    await press(slack, ben, first, "greenlight:accept");
    await program.until(id, "accepted");
  });
});

/** What `/infra unlock` answers somebody in #infra. */
function unlockOf(slack: SlackStandIn) {
  return async (as: string, id: string, reason: string) =>
    (await typed(slack, `/infra unlock ${id} ${reason}`, { as })).text;
}
