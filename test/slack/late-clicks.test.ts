import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CancelAsk } from "#change/changes.ts";
import { cancelAs } from "#slack/clicks/cancelling.ts";
import { readPressed } from "#slack/clicks/pressed.ts";
import type { Where } from "#slack/client/where.ts";
import { cancelForm } from "#slack/forms/cancel.ts";
import { openingOf, submissionOf } from "#slack/forms/forms.ts";
import { aChange } from "#test/support/changes.ts";
import { slackDeps } from "#test/support/slack-deps.ts";

const TS = "1795000000.000100";
const PRESSED = new Date(1_795_000_000_000.1);

describe("a click that Slack delivers late, or once more", () => {
  it("stops nothing that was ordered since it was made: the port is told when that was", async () => {
    const { id } = aChange();
    const stop = readPressed(clickOn("greenlight:stop", id));
    assert.ok(stop);
    const asked = await stopped(stop.where);
    assert.deepEqual(asked.writtenAt, PRESSED);
  });

  it("counts from when its form was opened, where it opens one", async () => {
    const { id } = aChange();
    const pressed = readPressed(clickOn("greenlight:cancel", id));
    assert.ok(pressed);
    const opening = openingOf([cancelForm], pressed);
    assert.ok(opening !== null && "view" in opening);
    const { callback_id, private_metadata } = opening.view;
    const state = { values: { "greenlight:why": { text: { value: "we do it by hand" } } } };
    const sent = submissionOf([cancelForm], {
      ...{ user: { id: "U1", team_id: "T1" }, team: { id: "T1" } },
      view: { callback_id, private_metadata, state },
    });
    assert.ok("where" in sent);
    assert.deepEqual((await stopped(sent.where)).writtenAt, PRESSED);
  });
});

function clickOn(action_id: string, value: string) {
  return {
    ...{ user: { id: "U1", team_id: "T1" }, team: { id: "T1" }, channel: { id: "C1" }, trigger_id: "1.2" },
    actions: [{ action_id, value, action_ts: TS }],
  };
}

async function stopped(where: Where): Promise<CancelAsk> {
  const asked: CancelAsk[] = [];
  const change = aChange();
  const deps = slackDeps({
    known: () => ({ ok: true, person: { kind: "slack", teamId: "T1", userId: "U1" } }),
    changes: {
      get: async () => change,
      cancel: async (given) => {
        asked.push(given);
        return { kind: "cancelled", change };
      },
    },
  });
  await cancelAs(deps, where, change.id, null);
  const [first] = asked;
  assert.ok(first);
  return first;
}
