import { describe, it } from "node:test";
import type { LogExcerpt, StepRecord } from "#change/journal.ts";
import { renderNotice } from "#slack/cards/notice-message.ts";
import { renderStep } from "#slack/cards/step-message.ts";
import type { NoticeKey } from "#slack/text/message-key.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aRecord } from "#test/support/changes.ts";
import { BEN, CLEO, later, STAGES, scaling, theApproval, theTerms } from "#test/support/stages.ts";

const CARD = "https://acme.slack.com/archives/C1/p1700000000000001";

describe("the words of notices", () => {
  const approved = approvedIn("notices");
  const key = (notice: NoticeKey["notice"]): NoticeKey => {
    return { kind: "notice", notice, revision: 1, round: 1, number: 1 };
  };
  const waiting = (given: Parameters<typeof theApproval>[0], terms = theTerms()) =>
    scaling({ status: "waiting", terms, decisions: [theApproval({ remindedAt: later(30), ...given })] });

  it("reminder, warning and escalation", () => {
    const two = theTerms({ quorum: 2 });
    const approvals = [{ by: BEN, reason: null, at: later(5) }];
    approved("reminder", renderNotice(waiting({}), key("reminder"), CARD));
    approved("reminder-without-link", renderNotice(waiting({}), key("reminder"), null));
    approved("reminder-one-of-two", renderNotice(waiting({ approvals }, two), key("reminder"), CARD));
    const problem = theTerms({ problem: "nobody may approve this." });
    approved("reminder-impossible", renderNotice(waiting({}, problem), key("reminder"), CARD));
    approved("warning", renderNotice(waiting({ warnedAt: later(50) }), key("warning"), CARD));
    const brought = {
      ...{ environments: ["production"], users: ["U0BEN", "U0CLEO"], groups: [], tokens: null },
      escalated: { users: ["U0CLEO"], groups: [] },
    };
    const more = theTerms({ quorum: 2, approvers: [brought] });
    const at = { escalatedAt: later(20), escalated: ["production"] };
    approved("escalation", renderNotice(waiting(at, more), key("escalation"), CARD));
    approved(
      "escalation-one-of-two",
      renderNotice(waiting({ ...at, approvals }, more), key("escalation"), CARD),
    );
  });

  it("of a question that nobody answers", () => {
    const { change } = STAGES.asking;
    approved("unanswered", renderNotice(change, key("unanswered"), CARD));
    approved("unanswered-without-link", renderNotice(change, key("unanswered"), null));
  });
});

describe("the words of a step in the thread", () => {
  const approved = approvedIn("steps");
  const { change } = STAGES.running;
  const line = (number: number) => ({ number, stream: "out" as const, text: `line ${number}` });
  const short: LogExcerpt = { head: [], tail: [line(1)], omitted: 0 };
  const long: LogExcerpt = { head: [line(1)], tail: [line(2_000)], omitted: 1_998 };
  const none: LogExcerpt = { head: [], tail: [], omitted: 0 };
  const error = "It ended with exit code 1.";
  const steps: Readonly<Record<string, [StepRecord, LogExcerpt, boolean?]>> = {
    running: [aRecord({ outcome: "running", finishedAt: null, exitCode: null }), none],
    done: [aRecord({ finishedAt: later(1) }), short],
    "done-no-output": [aRecord({ finishedAt: later(1) }), none],
    "done-file": [aRecord({ finishedAt: later(1) }), long, true],
    "done-no-file": [aRecord({ finishedAt: later(1) }), long, false],
    failed: [aRecord({ outcome: "failed", exitCode: 1, error, finishedAt: later(1) }), short],
    "failed-no-code": [aRecord({ outcome: "failed", exitCode: null, error, finishedAt: later(1) }), short],
    unknown: [aRecord({ outcome: "unknown", exitCode: null, finishedAt: null }), short],
    "not-run": [
      aRecord({ outcome: "not run", exitCode: null, error, startedAt: null, finishedAt: null }),
      none,
    ],
    "settled-by-a-person": [aRecord({ outcome: "done", exitCode: null, settledBy: CLEO }), short],
    "rollback-second-attempt": [aRecord({ direction: "rollback", attempt: 2, finishedAt: later(90) }), short],
  };
  for (const [name, [record, log, canAttach]] of Object.entries(steps))
    it(name, () => approved(name, renderStep(change, record, log, canAttach ?? null)));
});
