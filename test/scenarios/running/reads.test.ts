import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { answerOf, untilSent } from "#test/support/cards.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import {
  askFor,
  cards,
  hasButton,
  now,
  press,
  replies,
  standIn,
  textOf,
  waitFor,
} from "#test/support/slack.ts";

describe("a change that only reads", () => {
  let program: Program;
  let slack: SlackStandIn;
  before(async () => {
    program = await startProgram();
    slack = standIn(program);
  });
  after(() => program.close());
  const read = async (...lines: string[]): Promise<Message> => {
    program.model.script({
      agent: "planner",
      json: planOf(
        lines.map((line) => [line, null]),
        "low",
      ),
    });
    return askFor(slack, `look at ${lines.join(", ")}`);
  };

  it("is one message in the channel, which holds what was printed", async () => {
    const before = slack.messages(slack.channels.infra).length;
    const card = await read("get deployments -n production", "get pods -n staging");
    const answer = await answerOf(slack, card);
    await untilSent(program);
    const shown = textOf(answer.blocks);
    for (const part of ["NAME", "payment-api", "kubectl get pods -n staging"])
      assert.ok(shown.includes(part), `${part} in ${shown}`);
    assert.ok(answer.text.includes("payment-api"), "where Slack takes no blocks");
    assert.deepEqual(
      replies(slack, card).map(({ text }) => text),
      [],
    );
    assert.equal(slack.messages(slack.channels.infra).length, before + 1);
    assert.equal(hasButton(answer, "greenlight:feedback"), undefined);
  });

  it("counts the lines that have no room, and has them all in a file", async () => {
    const card = await read("get deployments -n staging -o yaml");
    const answer = await answerOf(slack, card);
    assert.match(textOf(answer.blocks), /… [\d,]+ lines left out …/);
    assert.match(textOf(answer.blocks), /All [\d,]+ lines come as a file in this thread/);
    const [file] = await waitFor(() => {
      const files = replies(slack, card).flatMap((reply) => reply.files);
      return files.length === 0 ? undefined : files;
    }, "the file");
    const content = slack
      .files()
      .find(({ name }) => name === file?.["name"])
      ?.content?.toString("utf8");
    assert.ok((content?.split("\n").length ?? 0) > 60);
    assert.equal(replies(slack, card).length, 1);
  });

  it("says in that message what failed", async () => {
    const card = await read("get deployment no-such -n staging");
    await waitFor(() => hasButton(now(slack, card), "greenlight:plan_again"), "the end");
    await untilSent(program);
    assert.match(textOf(now(slack, card).blocks), /no-such/);
    assert.deepEqual(
      replies(slack, card).map(({ text }) => text),
      [],
    );
  });

  it("stands once, also when the answer to its post got lost", async () => {
    slack.faults.dropAfterAccept(1, "chat.postMessage");
    const before = cards(slack).length;
    const card = await read("get namespaces");
    await answerOf(slack, card);
    await untilSent(program);
    assert.equal(cards(slack).length, before + 1);
  });

  it("runs anew when it is typed again after its answer, at once", async () => {
    const first = await read("get namespaces -o name");
    await answerOf(slack, first);
    const second = await read("get namespaces -o name");
    await answerOf(slack, second);
    assert.notEqual(second.ts, first.ts);
  });

  it("runs anew at Run again", async () => {
    const card = await read("get nodes");
    await answerOf(slack, card);
    program.model.script({ agent: "planner", json: planOf([["get nodes", null]], "low") });
    const before = cards(slack).length;
    await press(slack, slack.users.ana, card, "greenlight:run_again");
    const again = await waitFor(() => cards(slack)[before], "the second card");
    await answerOf(slack, again);
  });
});
