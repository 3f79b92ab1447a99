import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAnswerMessage } from "#slack/asking/answer-message.ts";
import { askForm, readAskForm } from "#slack/asking/ask-form.ts";
import { askIn } from "#slack/asking/ask-where.ts";
import { readCommand } from "#slack/asking/listen-typed.ts";
import type { Identity } from "#slack/client/identity.ts";
import { slackDeps } from "#test/support/slack-deps.ts";

const TS = "1700000000.000100";
const WHERE = { userId: "U1", userTeamId: "T1", teamId: "T1", channelId: "D1" };

// The port takes the same words within a moment for one request, too; Slack may deliver it minutes later.
describe("the key of a request", () => {
  it("is the same for the same command, message, choice and form, and another one for another", async () => {
    for (const [what, keyOf] of Object.entries({ command, message, choice, form })) {
      const first = await keyOf("1");
      assert.ok(first.length > 5, what);
      assert.equal(await keyOf("1"), first, what);
      assert.notEqual(await keyOf("2"), first, what);
    }
  });

  it("of a message is the same in whichever event it comes, and one instance answers it once", async () => {
    const keys: string[] = [];
    const answer = createAnswerMessage(asking((key) => keys.push(key)));
    const event = { type: "app_mention", user: "U1", text: "<@UBOT> restart it", ts: TS, channel: "C1" };
    await answer({ team_id: "T1", event })?.answer();
    assert.equal(answer({ team_id: "T1", event }), null);
    await answer({ team_id: "T1", event: { ...event, channel: "C2" } })?.answer();
    assert.deepEqual(keys, [`slack:C1:${TS}`, `slack:C2:${TS}`]);
  });
});

async function command(which: string): Promise<string> {
  const ids = { user_id: "U1", team_id: "T1", channel_id: "C1", trigger_id: `1.2.${which}` };
  return readCommand({ command: "/infra", text: "restart web", ...ids })?.key ?? "";
}

async function message(which: string): Promise<string> {
  let key = "";
  const answer = createAnswerMessage(
    asking((asked) => {
      key = asked;
    }),
  );
  const event = { type: "app_mention", user: "U1", text: "restart it", ts: `${TS}${which}`, channel: "C1" };
  await answer({ team_id: "T1", event })?.answer();
  return key;
}

async function choice(which: string): Promise<string> {
  let key = "";
  const deps = asking((asked) => {
    key = asked;
  });
  const words = { block_id: "greenlight:request", elements: [{ type: "text", text: "restart web" }] };
  await askIn(deps, WHERE, undefined, {
    container: { message_ts: `${TS}${which}` },
    message: { blocks: [words] },
    actions: [{ block_id: "greenlight:where", selected_conversation: "C1" }],
  });
  return key;
}

async function form(which: string): Promise<string> {
  const { private_metadata = "" } = askForm({ words: "", channelId: "C1", source: null });
  const values = { "greenlight:words": { words: { value: "restart web" } } };
  const view = { id: `V000${which}`, private_metadata, state: { values } };
  const read = readAskForm({ user: { id: "U1", team_id: "T1" }, team: { id: "T1" }, view });
  assert.ok("asked" in read, JSON.stringify(read));
  return read.asked.key;
}

/** Somebody may ask, in no change's thread; `note` gets the key under which the port is asked. */
function asking(note: (key: string) => void) {
  return slackDeps({
    known: () => ({ ok: true, person: { kind: "slack", teamId: "T1", userId: "U1" } }),
    identity: { botUserId: "UBOT", botName: "greenlight" } as Identity,
    outbox: { changeAt: async () => null },
    changes: {
      ask: async ({ idempotencyKey }) => {
        note(idempotencyKey);
        return { kind: "refused", reason: "only asked" };
      },
    },
  });
}
