import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import { startWithClient, takeCommands } from "./support.ts";

describe("a response_url", () => {
  let slack: SlackStandIn;
  let now = 1_800_000_000_000;
  let taken: { stop(): Promise<void> };
  let url = "";
  before(async () => {
    ({ slack } = await startWithClient({ clock: () => now }));
    taken = await takeCommands(slack, (body) => {
      url = body.get("response_url") ?? "";
    });
  });
  after(async () => {
    await taken.stop();
    await slack.stop();
  });

  const respond = async (body: object) => {
    const answer = await fetch(url, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    return { status: answer.status, text: await answer.text() };
  };
  const command = async (channel: string) =>
    await slack.say({ as: slack.users.ana, channel, text: "/infra" }).delivered;

  test("is good for five posts", async () => {
    await command(slack.channels.infra);
    for (const text of ["1", "2", "3", "4", "5"])
      assert.deepEqual(await respond({ text }), { status: 200, text: "ok" });
    const sixth = await respond({ text: "6" });
    assert.equal(sixth.status, 404);
    assert.match(sixth.text, /used_url/);
    assert.equal(slack.ephemerals(slack.users.ana).length, 5);
  });

  test("is good for thirty minutes", async () => {
    await command(slack.channels.infra);
    now += 30 * 60_000;
    assert.equal((await respond({ text: "just in time" })).status, 200);
    now += 1;
    assert.match((await respond({ text: "too late" })).text, /expired_url/);
  });

  test("reaches a private channel the bot is not in, and may speak to everybody there", async () => {
    const { opsPrivate } = slack.channels;
    await command(opsPrivate);
    assert.equal((await respond({ text: "all", response_type: "in_channel" })).status, 200);
    assert.deepEqual(
      slack.messages(opsPrivate).map((one) => one.text),
      ["all"],
    );
    const faulty = await respond({ blocks: [{ type: "nonsense" }] });
    assert.equal(faulty.status, 400);
    assert.match(faulty.text, /invalid_blocks/);
  });
});
