import { describe, it } from "node:test";
import type { StepRecord } from "#change/journal.ts";
import { NOT_ALLOWED, type QuietEnd } from "#change/titles/quiet-end.ts";
import { renderAnswer } from "#slack/cards/ends/answer-card.ts";
import { renderGivenAnswer } from "#slack/cards/ends/given-answer-card.ts";
import { renderQuietCard, renderQuietReply } from "#slack/cards/ends/quiet-card.ts";
import { approvedIn } from "#test/support/approved.ts";
import { aPlan, aRecord, aStep } from "#test/support/changes.ts";
import { later, scaling } from "#test/support/stages.ts";

describe("the words of an answer to what only reads", () => {
  const approved = approvedIn("reads");
  const lines = ["get pods -n production", "logs deployment/web -n production"];
  const base = {
    ...{ request: "show the pods in production", risk: "low" as const, previews: [], terms: null },
    plan: aPlan(lines.map((line) => aStep(line, null))),
  };
  const record = (step: number, given: Partial<StepRecord> = {}) =>
    aRecord({ step, argv: ["kubectl", ...(lines[step - 1] ?? "").split(" ")], ...given });
  const line = (number: number, text: string) => ({ number, stream: "out" as const, text });
  const table = {
    head: [line(1, "NAME    READY   STATUS"), line(2, "web-1   1/1     Running")],
    tail: [],
    omitted: 0,
  };
  const long = { head: [line(1, "first")], tail: [line(52, "last")], omitted: 50 };
  const none = { head: [], tail: [], omitted: 0 };
  const ended = { endedAt: later(1), updatedAt: later(1) };
  const [one, two] = [record(1), record(2)];

  it("in full, in part, and where nothing was printed", () => {
    const review = {
      result: "approved",
      notes: "It only read, and changed nothing.",
      by: "greenlight",
    } as const;
    const done = scaling({ ...base, ...ended, status: "done", review });
    const printed = [
      { record: one, log: table },
      { record: two, log: long },
    ];
    approved("done", renderAnswer(done, [one, two], printed, true));
    approved("done-no-file", renderAnswer(done, [one, two], printed, false));
    const nothing = printed.map((each) => ({ ...each, log: none }));
    approved("done-nothing-printed", renderAnswer(done, [one, two], nothing, true));
    const said = { result: "approved", notes: "One pod runs." } as const;
    approved("done-with-notes", renderAnswer({ ...done, review: said }, [one, two], printed, true));
  });

  it("while it runs, and where a step failed", () => {
    const running = record(2, { outcome: "running", exitCode: null, finishedAt: null });
    const half = [{ record: one, log: table }];
    approved("running", renderAnswer(scaling({ ...base, status: "running" }), [one, running], half, true));
    const error = "Not found: there is no deployment web in the namespace production.";
    const bad = record(2, { outcome: "failed", exitCode: 1, error });
    const failed = scaling({ ...base, ...ended, status: "failed", error });
    approved("failed", renderAnswer(failed, [one, bad], [...half, { record: bad, log: none }], true));
  });
});

describe("the words of an answer to a question", () => {
  const approved = approvedIn("answered");
  const asked = scaling({
    ...{ request: "why is flaky-worker restarting in staging?", plan: null, previews: [], terms: null },
    ...{ status: "answered", endedAt: later(1), updatedAt: later(1) },
  });
  const argv = (line: string) => ["kubectl", ...line.split(" ")];

  it("with the looks it rests on, and without", () => {
    const text = "flaky-worker has restarted 584 times; its last words were: no queue to work on.";
    const restsOn = [
      argv("get pods -n staging"),
      argv("logs flaky-worker-1 -n staging --previous --tail=20"),
    ];
    approved("seen", renderGivenAnswer(asked, { text, restsOn }));
    approved("unseen", renderGivenAnswer(asked, { text: "I cannot tell.", restsOn: [] }));
  });

  it("and text of a model mentions nobody and links nowhere", () => {
    const text = "Ask <!channel> or <@U0BEN00001>, see <https://evil.example|here> *now*";
    approved("hostile", renderGivenAnswer(asked, { text, restsOn: [argv("get pods -l a=<!here>")] }));
  });
});

describe("the words of a quiet end", () => {
  const approved = approvedIn("quiet");
  const error = "The Planner made no plan: it knows no bread. Nothing was run.";
  const review = {
    result: "approved",
    notes: "Nothing to do: what was asked for is there already, so nobody was asked. Nothing was run.",
    by: "greenlight",
  } as const;
  const cases: [QuietEnd, Parameters<typeof scaling>[0]][] = [
    ["nothing to do", { status: "done", review }],
    ["declined", { status: "failed", error, plan: null }],
    ["refused", { status: "failed", error: "Step 1: kubectl exec is refused. Nothing was run.", plan: null }],
    ["not allowed", { status: "failed", error: `${NOT_ALLOWED} for high risk here. Nothing was run.` }],
    ["out of date", { status: "expired", error: "Nobody approved in time. Nothing was run." }],
  ];
  for (const [end, given] of cases)
    it(end, () => {
      const name = end.replaceAll(" ", "-");
      approved(name, renderQuietCard(scaling(given), end));
      approved(`${name}-reply`, renderQuietReply(scaling(given), end));
    });
});
