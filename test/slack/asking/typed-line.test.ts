import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerTyped } from "#slack/asking/typed-line.ts";
import { aChange } from "#test/support/changes.ts";
import { slackDeps } from "#test/support/slack-deps.ts";

const CHANGE = aChange({ status: "running" });
const WHERE = { userId: "U1", userTeamId: "T1", teamId: "T1", channelId: "C1" };

describe("what is typed to the bot", () => {
  it("tells the port when it was written, where Slack may deliver it late: a message, not a command", async () => {
    for (const word of ["cancel", "unlock"]) {
      const message = await type(`${word} ${CHANGE.id} somebody else does it`, "1700000000.000100");
      assert.deepEqual(message, [new Date(1_700_000_000_000)]);
      assert.deepEqual(await type(`${word} ${CHANGE.id} somebody else does it`, null), [undefined]);
    }
  });
});

async function type(text: string, ts: string | null): Promise<(Date | undefined)[]> {
  const written: (Date | undefined)[] = [];
  const deps = slackDeps({
    known: () => ({ ok: true, person: { kind: "slack", teamId: "T1", userId: "U1" } }),
    changes: {
      get: async () => CHANGE,
      find: async () => ({ kind: "one", change: CHANGE, cardTs: null }),
      cancel: async ({ writtenAt }) => {
        written.push(writtenAt);
        return { kind: "unknown" };
      },
      unlock: async ({ writtenAt }) => {
        written.push(writtenAt);
        return { kind: "unknown" };
      },
    },
  });
  const source = ts === null ? null : { channelId: "C1", ts };
  await answerTyped(deps, { command: "@greenlight", text, where: WHERE, key: "k", source });
  return written;
}
