import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readMessageToBot } from "#slack/asking/message-to-bot.ts";

const event = {
  type: "app_mention",
  user: "U1",
  text: "<@UBOT> restart checkout",
  ts: "1700000000.000100",
  channel: "C1",
};
const read = (over: object) => readMessageToBot({ team_id: "T1", event: { ...event, ...over } }, "UBOT");

describe("a message to the bot", () => {
  it("is read without the bot's name, wherever it stands", () => {
    assert.equal(read({})?.text, "restart checkout");
    assert.equal(read({ text: "<@UBOT|greenlight>: restart it" })?.text, "restart it");
    assert.equal(read({ text: "please <@UBOT> restart it" })?.text, "please   restart it");
    assert.equal(read({ text: "<@UOTHER> restart it" })?.text, "<@UOTHER> restart it");
  });

  it("is none when an app or the bot wrote it, or it was changed, or it is no message of now", () => {
    const none = [
      { bot_id: "B1" },
      { app_id: "A1" },
      { user: "UBOT" },
      { edited: { user: "U1", ts: "1700000001.000100" } },
      { subtype: "bot_message" },
      { subtype: "message_changed" },
      { subtype: "channel_join" },
      { user: undefined },
      { ts: "1700000000.000100; drop" },
      { channel: "C1|evil" },
      { type: "message" },
      { channel: "D1" },
      { type: "reaction_added" },
    ];
    for (const over of none) assert.equal(read(over), null, JSON.stringify(over));
    for (const body of [null, {}, { team_id: "T1" }, { team_id: "T1", event: "x" }])
      assert.equal(readMessageToBot(body, "UBOT"), null);
  });

  it("says whose workspace its author is of, where it is another one", () => {
    assert.equal(read({})?.where.userTeamId, "T1");
    assert.equal(read({ user_team: "T2" })?.where.userTeamId, "T2");
    assert.equal(read({ user_team: "T2" })?.where.teamId, "T1");
  });

  it("stands in a thread only as a reply", () => {
    assert.equal(read({ thread_ts: event.ts })?.threadTs, null);
    assert.equal(read({ thread_ts: "1600000000.000100" })?.threadTs, "1600000000.000100");
    assert.notEqual(read({ type: "message", channel: "D1" }), null);
  });
});
