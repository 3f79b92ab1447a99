import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Change, ChangeStatus, Decision, Gate } from "#change/change.ts";
import { MAX_REQUEST_LENGTH } from "#change/changes.ts";
import { readFollowUp } from "#slack/asking/follow-up.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aChange } from "#test/support/changes.ts";

const ASKED = new Date("2026-11-23T03:00:00Z");
const LATER = new Date("2026-11-23T03:00:10Z");
const EARLIER = new Date("2026-11-23T02:59:50Z");

describe("what is said in a change's thread", () => {
  const approved = approvedIn("follow-ups");
  it("is a wish while it waits, for the question that stood there when it was written", () => {
    const change = inStatus("waiting", "approval");
    const said = say(change, "also restart it");
    assert.deepEqual(
      said.decided.map(({ answer, reason, digest }) => [answer, reason, digest]),
      [["request_changes", "also restart it", "d".repeat(64)]],
    );
    const late = say(change, "also restart it", EARLIER);
    assert.deepEqual([late.decided, late.typed], [[], []]);
    approved("moved-on", late.answer);
    approved("one-word", say(change, "smaller").answer);
  });

  it("decides nothing by words", () => {
    for (const words of [
      "approve",
      "Approved!",
      "lgtm",
      "looks good to me",
      "ok",
      "yes please",
      "ship it now",
      "reject this",
      "-1",
      "go ahead",
    ]) {
      const said = say(inStatus("waiting", "approval"), words);
      assert.deepEqual([said.decided, said.typed], [[], []], words);
      approved("words-decide-nothing", said.answer);
    }
  });

  it("answers a single question, also in one word or with what begins like one of the bot's own", () => {
    for (const words of ["production", "yes", "list all of them"]) {
      const { decided } = say(inStatus("asking", "answers", 1), words);
      assert.deepEqual(
        decided.map(({ answer, answers }) => [answer, answers]),
        [["answered", [words]]],
      );
    }
    // Whoever wants it ended, or names a change, answers no question; an answer may be the last thing before it runs.
    const change = inStatus("asking", "answers", 1);
    for (const [words, read] of [
      ["cancel, we do it by hand", `cancel ${change.id} we do it by hand`],
      ["Cancel it please", `cancel ${change.id} it please`],
      ["status 12345678", "status 12345678"],
      ["cancel 12345678 wrong one", "cancel 12345678 wrong one"],
      ["list mine", "list mine"],
      ["check kubectl get pods -n web", "check kubectl get pods -n web"],
    ] as const) {
      const { typed, decided } = say(change, words);
      assert.deepEqual([typed, decided], [[read], []], words);
    }
    const several = say(inStatus("asking", "answers", 2), "production");
    approved("several-questions", several.answer);
    assert.deepEqual(several.decided, []);
    assert.deepEqual(say(inStatus("asking", "answers", 1), "production", EARLIER).decided, []);
  });

  it("is a request that names what it follows once the change has ended, and not for what was written before", () => {
    const ended = { ...inStatus("done", null), endedAt: ASKED };
    const { typed } = say(ended, "also restart it");
    assert.equal(typed.length, 1);
    approved("request", typed[0]);
    assert.deepEqual(say(ended, "also restart it", EARLIER).typed, []);
    const long = say({ ...ended, request: "x".repeat(MAX_REQUEST_LENGTH) }, `also ${"y".repeat(2_000)}`);
    assert.ok((long.typed[0]?.length ?? 0) <= MAX_REQUEST_LENGTH);
  });

  it("adds nothing while it is under way", () => {
    for (const status of [
      "queued",
      "planning",
      "running",
      "blocked",
      "reviewing",
      "rolling_back",
      "needs_person",
    ] as const) {
      const said = say(inStatus(status, null), "also restart it");
      assert.deepEqual([said.decided, said.typed], [[], []], status);
      approved(status === "needs_person" ? "asks-a-person" : "under-way", said.answer);
    }
  });

  it("stops this change, at any state, when it says only that", () => {
    for (const status of ["asking", "waiting", "running", "rolling_back", "needs_person", "done"] as const) {
      const change = inStatus(status, null);
      for (const words of ["stop", "Stop it now!", "please abort", "halt, please"]) {
        const said = say(change, words);
        assert.deepEqual([said.typed, said.decided], [[`cancel ${change.id} ${words}`], []], status);
      }
    }
    const wish = say(inStatus("waiting", "approval"), "stop the old job first");
    assert.deepEqual(
      wish.decided.map(({ reason }) => reason),
      ["stop the old job first"],
    );
  });

  it("may be a word, which is about this change where it takes one and names none", () => {
    const change = inStatus("waiting", "approval");
    const { id } = change;
    for (const [words, read] of [
      ["status", `status ${id} `],
      ["logs 2", `logs ${id} 2`],
      ["status 12345678", "status 12345678"],
      ["list mine", "list mine"],
      ["help", "help"],
    ] as const)
      assert.deepEqual(say(change, words).typed, [read]);
  });
});

function say(change: Change, text: string, at = LATER) {
  const meant = readFollowUp(change, at, text);
  return {
    decided: meant.kind === "decide" ? [meant.given] : [],
    typed: meant.kind === "line" ? [meant.text] : [],
    answer: meant.kind === "say" ? meant.answer.text : undefined,
  };
}

function inStatus(status: ChangeStatus, gate: Gate | null, questions = 0): Change {
  const asked: Decision[] =
    gate === null
      ? []
      : aChange({
          decisions: [
            {
              gate,
              revision: 1,
              round: 1,
              digest: "d".repeat(64),
              answer: null,
              by: null,
              reason: null,
              questions: Array.from({ length: questions }, (_, index) => ({
                text: `${index}?`,
                choices: [],
              })),
              askedAt: ASKED,
              decidedAt: null,
            } as unknown as Decision,
          ],
        }).decisions;
  return aChange({ status, decisions: asked });
}
