import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { untilSent } from "#test/support/cards.ts";
import { type Program, startProgram } from "#test/support/program.ts";
import { askFor, now, replies, standIn, textOf, waitFor } from "#test/support/slack.ts";

const POLICY = `version: 1
environments: { staging: { namespaces: [staging] }, production: { namespaces: [production] } }
`;

describe("a question", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram({}, { policy: POLICY, looks: true });
    slack = standIn(program);
  });
  after(() => program.close());

  test("ends as answered, from looks, with nothing planned, run or approved", async () => {
    const ended = await program.ask("why is flaky-worker restarting in staging?");
    assert.equal(ended.status, "answered", JSON.stringify(ended.error));
    assert.match(ended.answer?.text ?? "", /flaky-worker has restarted \d+ times.*no queue/);
    assert.ok((ended.answer?.restsOn.length ?? 0) >= 2);
    assert.ok(ended.answer?.restsOn.every(([tool]) => tool === "kubectl"));
    assert.deepEqual([ended.plan, ended.decisions, await program.ran(ended.id)], [null, [], []]);
  });

  test("is answered where it was asked, in one message with the looks it rests on", async () => {
    const before = slack.messages(slack.channels.infra).length;
    const card = await askFor(slack, "how many replicas of web are there in staging?");
    const shown = await waitFor(() => {
      const text = textOf(now(slack, card).blocks);
      return text.includes("web in staging has 2 replicas") ? text : undefined;
    }, "the answer");
    await untilSent(program);
    assert.ok(shown.includes("kubectl get deployments -n staging -o wide"));
    assert.deepEqual(replies(slack, card), []);
    assert.equal(slack.messages(slack.channels.infra).length, before + 1);
  });
});
