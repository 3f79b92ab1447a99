import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Change, type Decision } from "../../src/change/change.ts";
import type { LogLine, StepRecord } from "../../src/change/journal.ts";
import { renderCard } from "../../src/slack/card.ts";
import { messageName, messagesOf } from "../../src/slack/feed.ts";
import { renderStep } from "../../src/slack/step-message.ts";
import { renderQuestion } from "../../src/slack/verdict-message.ts";

const AT = new Date("2026-11-23T03:00:00Z");
const OPTIONS = { pagesStand: true };

describe("what is posted", () => {
  it("shows the place in the queue", () => {
    const text = JSON.stringify(renderCard(change({ status: "queued", queuePlace: 3 }), [], OPTIONS));
    assert.match(text, /3 in the queue|place 3|queue[^"]*3|3rd/i);
  });

  it("shortens a long log in the middle, and says how much is left out", () => {
    const line = (number: number): LogLine => ({ number, stream: "out", text: `line ${number}` });
    const log = { head: [line(1), line(2)], tail: [line(1_999), line(2_000)], omitted: 1_996 };
    const text = JSON.stringify(renderStep(change({ status: "running" }), RECORD, log));
    assert.match(text, /1,996 lines left out/);
    for (const number of [1, 2_000]) assert.match(text, new RegExp(`line ${number}\\b`));
  });

  it("keeps a log of wide lines within what Slack takes, and counts what it dropped", () => {
    const lines = Array.from(
      { length: 40 },
      (_, index): LogLine => ({ number: index + 1, stream: "out", text: "w".repeat(4_000) }),
    );
    const rendered = renderStep(change({ status: "running" }), RECORD, { head: lines, tail: [], omitted: 0 });
    assert.ok(JSON.stringify(rendered.blocks).length < 40_000);
    assert.match(JSON.stringify(rendered), /left out/);
  });

  it("puts what is known of a step nobody saw the end of, and only answers that fit it", () => {
    const record = { ...RECORD, outcome: "unknown", host: "node-7", finishedAt: null } as const;
    const log = { head: [], tail: [{ number: 1, stream: "out", text: "half done" }], omitted: 0 } as const;
    const asked = change({ status: "needs_person", decisions: [QUESTION] });
    const shown = (steps: StepRecord[]) => {
      const unknown = steps.length === 0 ? null : { record, log: { ...log, head: [], tail: [...log.tail] } };
      return JSON.stringify(renderQuestion(asked, steps, QUESTION, unknown));
    };
    const text = shown([record]);
    for (const part of ["Step 1: did it happen?", "kubectl version", "node-7", "half done"])
      assert.ok(text.includes(part), part);
    assert.deepEqual(actionsIn(text), ["happened", "did_not_happen", "roll_back", "accept"]);
    assert.deepEqual(actionsIn(shown([])), ["accept", "roll_back"]);
  });

  it("says what its instance told late of such a step, offers to go on, and is drawn anew for it", () => {
    const asked = change({ status: "needs_person", decisions: [QUESTION] });
    const shown = (step: Partial<StepRecord>, of = asked) =>
      JSON.stringify(renderQuestion(of, [{ ...RECORD, toldAt: AT, ...step }], QUESTION));
    assert.match(shown({}), /the instance that ran step 1 has told since that it is done/);
    assert.deepEqual(actionsIn(shown({})), ["happened", "roll_back", "accept"]);
    assert.match(shown({}), /Go on/);
    for (const step of [{ toldAt: null }, { outcome: "failed" }] as const) {
      assert.doesNotMatch(shown(step), /has told since/);
      assert.deepEqual(actionsIn(shown(step)), ["accept", "roll_back"]);
    }
    // Somebody had it go on already, and is asked about something else now.
    const before = { ...QUESTION, answer: "happened", decidedAt: new Date(AT.getTime() + 1) } as const;
    const again = change({ status: "needs_person", decisions: [before, { ...QUESTION, round: 2 }] });
    assert.doesNotMatch(shown({}, again), /has told since/);
    const { changeId: _, revision, step, direction, attempt } = RECORD;
    const event = {
      type: "step_finished",
      ...{ revision, step, direction, attempt },
      outcome: "done",
    } as const;
    const names = messagesOf(event, asked).map(messageName);
    assert.ok(names.includes("verdict:needs_person:1:1"), names.join(", "));
  });
});

const QUESTION: Decision = {
  gate: "operator",
  revision: 1,
  round: 1,
  digest: "d".repeat(64),
  answer: null,
  by: null,
  reason: null,
  questions: [],
  answers: [],
  approvals: [],
  brokeGlass: false,
  askedAt: AT,
  expiresAt: null,
  remindedAt: null,
  warnedAt: null,
  escalatedAt: null,
  escalated: [],
  decidedAt: null,
};

function actionsIn(text: string): string[] {
  return [...text.matchAll(/"action_id":"greenlight:([a-z_]+)"/g)].map(([, name = ""]) => name);
}

const RECORD: StepRecord = {
  changeId: "01890000-0000-7000-8000-000000000001",
  revision: 1,
  step: 1,
  direction: "forward",
  attempt: 1,
  argv: ["kubectl", "version"],
  dir: "",
  outcome: "done",
  exitCode: 0,
  error: null,
  startedAt: AT,
  finishedAt: AT,
  host: null,
  mayRunUntil: null,
  settledBy: null,
  toldAt: null,
};

function change(given: Partial<Change>): Change {
  return Change.parse({
    id: RECORD.changeId,
    status: "queued",
    request: "show the version",
    requester: { kind: "slack", teamId: "T1", userId: "U1" },
    home: { teamId: "T1", channelId: "C1" },
    planOnly: false,
    revision: 1,
    plan: {
      summary: "Shows the version.",
      plan: [
        {
          step: 1,
          description: "Show it",
          tool: "kubectl",
          args: ["version"],
          dir: "",
          risk: "low",
          rollback: null,
        },
      ],
      risk_level: "low",
      risk_reason: "",
      questions: [],
    },
    stepRisks: ["low"],
    risk: "low",
    riskReasons: [],
    previews: [],
    environments: ["production"],
    digest: "a".repeat(64),
    currentStep: 0,
    review: null,
    error: null,
    decisions: [],
    queuePlace: null,
    createdAt: AT,
    updatedAt: AT,
    endedAt: null,
    ...given,
  });
}
