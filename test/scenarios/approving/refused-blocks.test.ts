import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startOwnSlack } from "#test/support/own-slack.ts";
import { startProgram } from "#test/support/program.ts";
import { askFor, callAsBot, changeIdOf, standIn } from "#test/support/slack.ts";

const TOO_LONG = { type: "header", text: { type: "plain_text", text: "x".repeat(151) } };

describe("what Slack refuses for what is in it", () => {
  it("fails the test, also where the text was sent alone after it", async () => {
    const program = await startProgram();
    const slack = standIn(program);
    const channel = slack.channels.infra;
    await callAsBot(slack, "chat.postMessage", { channel, text: "A header", blocks: [TOO_LONG] });
    await assert.rejects(
      program.close(),
      /invalid_blocks[\s\S]*Slack refused|Slack refused[\s\S]*invalid_blocks/,
    );
  });

  it("fails the test with a Slack of its own too, unless it was the very thing tested", async () => {
    const slack = await startOwnSlack();
    const card = { channel: slack.channels.infra, text: "A header", blocks: [TOO_LONG] };
    await callAsBot(slack, "chat.postMessage", card);
    assert.equal(slack.takeRefused().length, 1);
    await callAsBot(slack, "chat.postMessage", card);
    await assert.rejects(slack.stop(), /Slack refused/);
  });

  it("is nothing in a change from request to verdict, and a kind of block a workspace has not got is no fault", async () => {
    const program = await startProgram();
    const slack = standIn(program);
    slack.faults.refuseBlocks("container", "plan");
    const card = await askFor(slack, "scale web to 3 replicas in staging");
    await program.until(await changeIdOf(slack, card), "done");
    await program.close();
  });

  it("is kept with the sentences Slack has for it; what a channel or an outage is the reason of is not", async () => {
    const program = await startProgram();
    const slack = standIn(program);
    const view = { type: "home", blocks: [TOO_LONG] };
    await callAsBot(slack, "views.publish", { user_id: slack.users.ana, view });
    await callAsBot(slack, "chat.postMessage", {
      channel: "C0NOWHERE1",
      text: "No content is at fault here",
    });
    const [taken, ...more] = slack.takeRefused();
    assert.equal(taken?.to, "views.publish");
    assert.match(taken?.faults.join() ?? "", /less than 151 characters/);
    assert.deepEqual([...more, ...slack.takeRefused()], []);
    await program.close();
  });
});
