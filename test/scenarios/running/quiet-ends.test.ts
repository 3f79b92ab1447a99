import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { untilSent } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import { askFor, changeIdOf, now, replies, standIn, textOf, waitFor } from "#test/support/slack.ts";

describe("an end at which nothing was run and nothing broke", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
  });
  after(() => program.close());

  /** The card and the one reply under it: no red, no thumbs, nothing in the channel, and whoever asked is called. */
  const quiet = async (request: string, why: RegExp): Promise<void> => {
    const card = await askFor(slack, request);
    await program.until(await changeIdOf(slack, card), "failed", "done");
    await untilSent(program);
    const [reply, ...more] = await waitFor(() => {
      const all = replies(slack, card);
      return all.length === 0 ? undefined : all;
    }, "the reply");
    assert.deepEqual([reply?.broadcast, more], [false, []]);
    assert.match(reply?.text ?? "", new RegExp(`<@${slack.users.ana}>`));
    assert.match(reply?.text ?? "", why);
    for (const shown of [now(slack, card).blocks, reply?.blocks]) {
      assert.match(textOf(shown), why);
      assert.doesNotMatch(textOf(shown), /🔴|feedback/);
    }
  };

  it("is a request that no plan was made for", async () => {
    program.model.script({
      agent: "planner",
      json: { ...planOf([]), summary: "Greenlight bakes no bread.", questions: [] },
    });
    await quiet("bake a loaf of bread", /bakes no bread/);
  });

  it("is a plan that the policy refuses", async () => {
    const plan = planOf([["exec deployment/web -n production -- rm -rf /", null]]);
    program.model.script([plan, plan].map((json) => ({ agent: "planner" as const, json })));
    await quiet("clean up web", /exec/);
  });

  it("is a plan with nothing to do", async () => {
    const line = "scale deployment/payment-api --replicas=3 -n production";
    program.model.script({ agent: "planner", json: planOf([[line, null]]) });
    await quiet("have three payment-api", /there already/);
  });
});
