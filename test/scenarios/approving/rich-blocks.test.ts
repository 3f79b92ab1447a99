import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { approvedAs } from "#test/support/approved.ts";
import { inState } from "#test/support/cards.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { askFor, hasButton, now, press, replies, standIn, textOf, waitFor } from "#test/support/slack.ts";

const RICH = ["container", "data_table", "plan", "context_actions"];

describe("a workspace that has not got the rich blocks", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
  });
  after(() => program.close());

  it("gets the classic form at once, once each kind was refused, and never a shortened one", async () => {
    slack.faults.refuseBlocks(...RICH);
    const card = await askFor(slack, "scale payment-api to 5 replicas in production");
    await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
    const text = textOf(now(slack, card));
    assert.match(text, /kubectl scale deployment\/payment-api --replicas=5 -n production/);
    assert.match(text, /Scale payment-api 3 → 5/);
    await press(slack, slack.users.ben, card, "greenlight:approve");
    await waitFor(() => replies(slack, card).find((reply) => reply.broadcast), "the verdict");
    await waitFor(() => (inState("done").test(textOf(now(slack, card))) ? true : undefined), "the end");
    for (const message of [now(slack, card), ...replies(slack, card)]) {
      assert.doesNotMatch(message.text, approvedAs("sender/not-taken-in-full"));
      for (const kind of RICH) assert.doesNotMatch(textOf(message.blocks), new RegExp(`"type":"${kind}"`));
    }
    const refused = slack.calls.filter(({ answer }) => answer?.ok === false);
    assert.ok(refused.length >= 1, "nothing was refused");
    // Channel and direct messages go side by side: what one of them is told of in this moment, another one may be too.
    for (const calls of Map.groupBy(refused, ({ args }) => args["channel"]).values())
      assert.ok(calls.length <= RICH.length, `${calls.length} refusals in one channel`);
  });

  it("gets them where it takes them", async () => {
    const other = await startProgram();
    try {
      const theirs = standIn(other);
      theirs.faults.refuseBlocks("data_table");
      const card = await askFor(theirs, "scale payment-api to 6 replicas in production");
      await waitFor(() => hasButton(now(theirs, card), "greenlight:approve"), "the buttons");
      await press(theirs, theirs.users.ben, card, "greenlight:approve");
      const verdict = await waitFor(() => replies(theirs, card).find((one) => one.broadcast), "the verdict");
      const text = textOf(verdict.blocks);
      assert.match(text, /"type":"context_actions"/);
      assert.doesNotMatch(text, /"type":"data_table"/);
    } finally {
      await other.close();
    }
  });
});
