import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decide } from "#change/changes.ts";
import { choose } from "#slack/clicks/choosing.ts";
import { approvedAs } from "#test/support/approved.ts";
import { aChange, aQuestion } from "#test/support/changes.ts";
import { slackDeps } from "#test/support/slack-deps.ts";

const asks = (round: number, choices: string[]) =>
  aQuestion({ gate: "answers", round, questions: [{ text: "Which?", choices }] });
const CHANGE = aChange({
  status: "asking",
  decisions: [asks(1, ["old", "older"]), asks(2, ["new", "newer"])],
});

describe("a click on a choice", () => {
  it("says the words of the question it stood under, and names that question: the port refuses an old one", async () => {
    assert.deepEqual(await press(2, "1"), [2, ["newer"]]);
    assert.deepEqual(await press(1, "1"), [1, ["older"]]);
  });

  it("is no answer where it names no choice, no question, another digest or no change", async () => {
    for (const [round, choice] of [
      [2, "2"],
      [2, "x"],
      [2, "-1"],
      [3, "0"],
    ] as const)
      assert.equal(await press(round, choice), null, `${round} ${choice}`);
    assert.equal(await press(2, "0", "b"), null);
    assert.equal(await press(2, "0", "a", null), null);
  });
});

/** Which round was answered with which words; null: nothing was. */
async function press(round: number, choice: string, digest = "a", change: typeof CHANGE | null = CHANGE) {
  const given: Decide[] = [];
  const deps = slackDeps({
    known: () => ({ ok: true, person: { kind: "slack", teamId: "T1", userId: "U1" } }),
    changes: {
      get: async () => change,
      decide: async (one) => {
        given.push(one);
        return { kind: "decided", change: CHANGE, decision: aQuestion({ answer: "answered" }) };
      },
    },
  });
  const where = { userId: "U1", userTeamId: "T1", teamId: "T1", channelId: "C1" };
  const text = await choose(deps, where, `${CHANGE.id}:1:${round}:${digest.repeat(12)} ${choice}`);
  assert.match(
    text,
    given.length === 0 ? approvedAs("clicks/choice-not-open") : approvedAs("clicks/answered"),
  );
  const [one] = given;
  return one === undefined ? null : [one.round, one.answers];
}
