import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import type { ChangeEvent } from "#change/events.ts";
import { createMessageRefs } from "#slack/sender/feed.ts";
import { aChange, aPlan, aQuestion, aStep } from "#test/support/changes.ts";

const BY = { kind: "slack", teamId: "T1", userId: "U2" } as const;
const asked = { revision: 1, round: 1 };
const approval = { gate: "approval", ...asked } as const;
const operator = { gate: "operator", ...asked } as const;
const answers = { gate: "answers", ...asked } as const;
const attempt = { revision: 1, step: 2, direction: "forward", attempt: 1 } as const;
const STEP = "step:1:2:forward:1";
const QUESTION = "verdict:needs_person:1:1";
const DIRECT = "every card:dm:";

const plain = aChange();
const read = aChange({ risk: "low", plan: aPlan([aStep("get pods -n staging", null)]) });
const waiting = aChange({ status: "waiting", decisions: [aQuestion()] });
const needsPerson = aChange({ status: "needs_person", decisions: [aQuestion({ gate: "operator" })] });
const wasAsked = aChange({ decisions: [aQuestion({ gate: "operator", answer: "accept", by: BY })] });

describe("what an event makes stale in Slack", () => {
  it("is every message that shows it", () => {
    const decided = { answer: "approve", by: BY, reason: null, brokeGlass: false } as const;
    const more = { environments: [], users: [], groups: [] };
    const ended = (status: "done" | "failed" | "rolled_back" | "cancelled") =>
      ({ type: "ended", status, error: null }) as const;
    const cases: [ChangeEvent, Change, string[]][] = [
      [{ type: "asked", by: BY }, plain, ["card"]],
      [{ type: "status", status: "running" }, plain, ["card"]],
      [{ type: "status", status: "needs_person" }, needsPerson, ["card", QUESTION, DIRECT]],
      [{ type: "opened", ...approval }, waiting, ["card", "approvers:1:1"]],
      [{ type: "opened", ...answers }, plain, ["card", "asking:1:1"]],
      [{ type: "opened", ...operator }, needsPerson, ["card", QUESTION, "asked:dm:…:1:1"]],
      [{ type: "approved", ...approval, by: BY, count: 1, quorum: 2 }, waiting, ["card", DIRECT]],
      [{ type: "decided", ...approval, ...decided }, plain, ["card", DIRECT]],
      [{ type: "decided", ...answers, ...decided }, plain, ["card", "asking:1:1"]],
      [{ type: "decided", ...operator, ...decided }, plain, ["card", QUESTION, DIRECT, "every asked:dm:"]],
      [{ type: "reminded", ...approval }, waiting, ["reminder:1:1:0", "approvers:1:1", DIRECT]],
      [{ type: "reminded", ...answers }, plain, ["unanswered:1:1:0"]],
      [{ type: "warned", ...approval }, waiting, ["warning:1:1:0"]],
      [{ type: "escalated", ...approval, ...more }, waiting, ["card", "escalation:1:1:0", "approvers:1:1"]],
      [{ type: "unlocked", by: BY, reason: "", targets: [] }, plain, ["card", "unlock:0"]],
      [{ type: "cancel_asked", by: BY, reason: null }, plain, ["card"]],
      [{ type: "cancel_asked", by: BY, reason: null }, needsPerson, ["card", QUESTION, DIRECT]],
      [{ type: "step_started", ...attempt }, plain, ["card", STEP]],
      [{ type: "step_logged", ...attempt }, plain, [STEP]],
      [{ type: "step_finished", ...attempt, outcome: "done" }, plain, ["card", STEP, "log:1:2:forward:1"]],
      [
        { type: "step_finished", ...attempt, outcome: "done" },
        needsPerson,
        ["card", STEP, "log:1:2:forward:1", QUESTION, DIRECT],
      ],
      [ended("done"), plain, ["card", "verdict:ended", DIRECT]],
      [ended("done"), wasAsked, ["card", "verdict:ended", DIRECT]],
      ...(["failed", "rolled_back", "cancelled"] as const).map((status): [ChangeEvent, Change, string[]] => [
        ended(status),
        plain,
        ["card", "verdict:ended", DIRECT],
      ]),
    ];
    for (const [event, change, names] of cases)
      assert.deepEqual(staleBy(event, change).toSorted(), names.toSorted(), JSON.stringify(event));
  });

  it("is of a change that only reads its card alone, and a file with what has no room there", () => {
    const done = { ...read, status: "done" } as const;
    const stopped = { ...read, status: "cancelled" } as const;
    const cases: [ChangeEvent, Change, string[]][] = [
      [{ type: "step_started", ...attempt }, read, ["card"]],
      [{ type: "step_logged", ...attempt }, read, []],
      [{ type: "step_finished", ...attempt, outcome: "done" }, read, ["card", "log:1:2:forward:1"]],
      [{ type: "ended", status: "done", error: null }, done, ["card"]],
      [{ type: "ended", status: "cancelled", error: null }, stopped, ["card", "verdict:ended", DIRECT]],
      // A person was asked about it, or it runs nothing: then it is told as every other change.
      [{ type: "step_logged", ...attempt }, { ...read, risk: "medium" }, [STEP]],
      [{ type: "step_logged", ...attempt }, { ...read, planOnly: true }, [STEP]],
      [{ type: "step_logged", ...attempt }, { ...read, decisions: [aQuestion()] }, [STEP]],
    ];
    for (const [event, change, names] of cases)
      assert.deepEqual(staleBy(event, change).toSorted(), names.toSorted(), JSON.stringify(event));
  });

  it("is nothing where it has no home in Slack, and nobody is looked for where direct messages are off", () => {
    const opened = { type: "opened", ...approval } as const;
    assert.deepEqual(staleBy(opened, { ...waiting, home: null }), []);
    assert.deepEqual(staleBy(opened, waiting, false), ["card"]);
  });
});

function staleBy(event: ChangeEvent, change: Change, direct_messages = true): string[] {
  const refs = createMessageRefs({ direct_messages })(event, change);
  return refs.map((ref) => {
    if ("name" in ref) return ref.name;
    return "everyStanding" in ref ? `every ${ref.everyStanding}` : `${ref.prefix}…${ref.suffix}`;
  });
}
