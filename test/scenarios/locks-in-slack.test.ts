import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "../../src/playground/slack.ts";
import { type Program, planOf, startProgram } from "../support/program.ts";
import { askFor, now, press, standIn, textOf, waitFor } from "../support/slack.ts";

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
});
