import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LogLine, StepRecord } from "#change/journal.ts";
import { renderCard } from "#slack/cards/card.ts";
import { renderNotice } from "#slack/cards/notice-message.ts";
import { renderStep } from "#slack/cards/step-message.ts";
import { renderQuestion } from "#slack/cards/verdict-message.ts";
import { messagesOf } from "#slack/sender/feed.ts";
import { messageName } from "#slack/text/message-key.ts";
import { aChange, aQuestion, aRecord } from "#test/support/changes.ts";

const AT = new Date("2026-11-23T03:00:00Z");
const OPTIONS = { pagesStand: true };
const RECORD = aRecord();

describe("what is posted", () => {
  it("shows the place in the queue", () => {
    const text = JSON.stringify(renderCard(aChange({ status: "queued", queuePlace: 3 }), [], OPTIONS));
    assert.match(text, /\b3\b/);
  });

  it("shortens a long log in the middle, and says how much is left out", () => {
    const line = (number: number): LogLine => ({ number, stream: "out", text: `line ${number}` });
    const log = { head: [line(1), line(2)], tail: [line(1_999), line(2_000)], omitted: 1_996 };
    const text = JSON.stringify(renderStep(aChange({ status: "running" }), RECORD, log));
    assert.match(text, /… 1,996 /);
    for (const number of [1, 2_000]) assert.match(text, new RegExp(`line ${number}\\b`));
  });

  it("keeps a log of wide lines within what Slack takes, and counts what it dropped", () => {
    const lines = Array.from(
      { length: 40 },
      (_, index): LogLine => ({ number: index + 1, stream: "out", text: "w".repeat(4_000) }),
    );
    const rendered = renderStep(aChange({ status: "running" }), RECORD, {
      head: lines,
      tail: [],
      omitted: 0,
    });
    assert.ok(JSON.stringify(rendered.blocks).length < 40_000);
    assert.match(JSON.stringify(rendered), /… [\d,]+ \w/);
  });

  it("puts what is known of a step nobody saw the end of, and only answers that fit it", () => {
    const record = { ...RECORD, outcome: "unknown", host: "node-7", finishedAt: null } as const;
    const log = { head: [], tail: [{ number: 1, stream: "out", text: "half done" }], omitted: 0 } as const;
    const asked = aChange({ status: "needs_person", decisions: [QUESTION] });
    const shown = (steps: StepRecord[]) => {
      const unknown = steps.length === 0 ? null : { record, log: { ...log, head: [], tail: [...log.tail] } };
      return JSON.stringify(renderQuestion(asked, steps, QUESTION, unknown));
    };
    const text = shown([record]);
    for (const part of ["kubectl version", "node-7", "half done"]) assert.ok(text.includes(part), part);
    assert.deepEqual(actionsIn(text), ["happened", "did_not_happen", "roll_back", "accept"]);
    assert.deepEqual(actionsIn(shown([])), ["accept", "roll_back"]);
  });

  it("calls those who may answer: not whoever asked, and of an approval nobody whose words the plan was made of", () => {
    const slack = (userId: string) => ({ kind: "slack", teamId: "T1", userId }) as const;
    const approvers = [
      { environments: ["x"], users: ["U1", "U2", "U3"], groups: ["S1"], tokens: null, escalated: null },
    ];
    const terms = {
      ...{ asksPerson: true, quorum: 1, requesterMayApprove: false, openMinutes: 60, nextEscalation: null },
      ...{ freezes: [], breakGlass: [], typedTarget: null, destroys: [], problem: null, approvers },
    };
    const wish = aQuestion({ answer: "request_changes", by: slack("U2"), decidedAt: AT });
    const base = { requester: slack("U1"), terms, revision: 2 };
    const asked = aChange({ ...base, status: "needs_person", decisions: [wish, QUESTION] });
    const open = renderQuestion(asked, [RECORD], QUESTION);
    for (const text of [open.text, JSON.stringify(open.blocks)])
      assert.match(text, /: <@U2> <@U3> <!subteam\^S1>/);
    const answered = { ...QUESTION, answer: "accept", by: slack("U3"), decidedAt: AT } as const;
    const over = renderQuestion({ ...asked, status: "accepted" }, [RECORD], answered);
    assert.doesNotMatch(JSON.stringify(over), /<@U2>|S1/);
    const approval = aQuestion({ revision: 2, expiresAt: new Date(AT.getTime() + 60_000), remindedAt: AT });
    const waiting = aChange({ ...base, status: "waiting", decisions: [wish, approval] });
    const key = { kind: "notice", notice: "reminder", revision: 2, round: 1, number: 0 } as const;
    const reminder = renderNotice(waiting, key, null);
    assert.deepEqual(mentionsIn(reminder?.text), ["<@U3>", "<!subteam^S1>"]);
    const given = { ...approval, approvals: [{ by: slack("U3"), reason: null, at: AT }] };
    const one = renderNotice({ ...waiting, decisions: [wish, given] }, key, null);
    assert.deepEqual(mentionsIn(one?.text), ["<!subteam^S1>"]);
  });

  it("says what its instance told late of such a step, offers to go on, and is drawn anew for it", () => {
    const asked = aChange({ status: "needs_person", decisions: [QUESTION] });
    const shown = (step: Partial<StepRecord>, of = asked) =>
      JSON.stringify(renderQuestion(of, [{ ...RECORD, toldAt: AT, ...step }], QUESTION));
    assert.deepEqual(actionsIn(shown({})), ["happened", "roll_back", "accept"]);
    for (const step of [{ toldAt: null }, { outcome: "failed" }] as const)
      assert.deepEqual(actionsIn(shown(step)), ["accept", "roll_back"]);
    // Somebody had it go on already, and is asked about something else now.
    const before = { ...QUESTION, answer: "happened", decidedAt: new Date(AT.getTime() + 1) } as const;
    const again = aChange({ status: "needs_person", decisions: [before, { ...QUESTION, round: 2 }] });
    assert.deepEqual(actionsIn(shown({}, again)), ["accept", "roll_back"]);
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

const QUESTION = aQuestion({ gate: "operator", digest: "d".repeat(64) });

function mentionsIn(text = ""): string[] {
  return text.match(/<@\w+>|<!subteam\^\w+>/g) ?? [];
}

function actionsIn(text: string): string[] {
  return [...text.matchAll(/"action_id":"greenlight:([a-z_]+)"/g)].map(([, name = ""]) => name);
}
