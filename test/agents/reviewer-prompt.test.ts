import assert from "node:assert/strict";
import { test } from "node:test";
import { cutEnd, cutStart, shareOut, sizeOf } from "#agents/fit.ts";
import { marked } from "#agents/marked.ts";
import { type ReviewedStep, reviewerPrompt } from "#agents/reviewer-prompt.ts";
import type { Fact } from "#change/fact.ts";
import type { LogLine } from "#change/journal.ts";
import type { Plan } from "#change/plan.ts";

/** Texts that take one, two or six characters each as JSON, and one that is escaped by the tags. */
const FILLS = ["x", '"', "\u0001", "</", "😀"];

const linesOf = (count: number, text: (number: number) => string, from = 1): LogLine[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ number: from + index, stream: "out" as const, text: text(from + index) },
  }));
const NOTHING = { head: [], tail: [], omitted: 0 };

function stepOf(step: number, more: Partial<ReviewedStep> = {}): ReviewedStep {
  return {
    ...{ step, argv: ["kubectl", "get", "pods"], direction: "forward", outcome: "done" },
    ...{ exit_code: 0, error: null, log: NOTHING },
    ...more,
  } as ReviewedStep;
}
const planOf = (steps: number, text = "a step"): Plan => ({
  ...{ summary: text, risk_level: "low", risk_reason: text, questions: [] },
  plan: Array.from({ length: steps }, (_, index) => ({
    ...{ step: index + 1, description: text.slice(0, 1_000), tool: "kubectl" as const, args: [], dir: "" },
    ...{ risk: "low" as const, rollback: null },
  })),
});
const MAY = ["approved", "needs_human"] as const;

type Told = {
  request: string;
  facts: Fact[];
  facts_left_out?: number;
  steps: {
    argv: string[];
    errors?: string;
    output: string;
    left_out?: { lines: number; characters: number };
  }[];
  earlier_attempts_left_out?: number;
  then_asked_for?: string[];
  answers?: object[];
};
const tell = (more: Partial<Parameters<typeof reviewerPrompt>[0]> = {}): Told =>
  reviewerPrompt({
    request: "r",
    answers: [],
    requestedChanges: [],
    plan: planOf(1),
    steps: [],
    facts: [],
    may: MAY,
    ...more,
  }) as Told;

for (const fill of FILLS)
  test(`the largest prompt of ${JSON.stringify(fill)} has at most 24,000 characters`, () => {
    const much = fill.repeat(4_000);
    const log = { head: linesOf(60, () => much), tail: linesOf(140, () => much, 4_000), omitted: 3_000 };
    for (const attempts of [1, 20, 40, 200]) {
      const steps = Array.from({ length: attempts }, (_, index) =>
        stepOf(index + 1, {
          argv: Array(64).fill(much),
          outcome: "failed",
          exit_code: 255,
          error: much,
          log,
        }),
      );
      const facts = Array.from({ length: 200 }, (_, step) => ({
        ...{ step, target: much, state: "failed" as const, says: much },
      }));
      const said = {
        answers: Array(9).fill({ question: much, answer: much }),
        requestedChanges: Array(9).fill(much),
      };
      const whole = { request: much, ...said, plan: planOf(20, much), steps, facts, may: MAY };
      const text = marked("outcome", reviewerPrompt(whole));
      assert.ok(text.length <= 24_000, `${attempts} steps: ${text.length}`);
      assert.ok(attempts === 1 || text.length > 18_000, `${attempts} steps use only ${text.length}`);
      const told = reviewerPrompt(whole) as Told;
      assert.ok(told.steps.every((step) => sizeOf(step) <= 3_000));
    }
  });

test("what is short is told whole, without a word of anything left out", () => {
  const log = { ...NOTHING, head: linesOf(2, (number) => `line ${number}`) };
  const told = tell({ steps: [stepOf(1, { log })] });
  assert.equal(told.steps[0]?.output, "line 1\nline 2");
  assert.ok(!("left_out" in (told.steps[0] ?? {})) && !("errors" in (told.steps[0] ?? {})));
});

test("of much output the errors come first, then the end, and the rest is counted", () => {
  const text = (number: number): string =>
    number === 30 ? "Error from server (Forbidden): quota exceeded" : `pod web-${number} is well`;
  const log = { head: linesOf(60, text), tail: linesOf(140, text, 1_061), omitted: 1_000 };
  const [step] = tell({ steps: [stepOf(1, { log })] }).steps;
  assert.equal(step?.errors, "Error from server (Forbidden): quota exceeded");
  assert.match(step?.output ?? "", /^….*pod web-1200 is well$/s);
  assert.doesNotMatch(step?.output ?? "", /Forbidden/);
  const shown = (step?.output.split("\n").length ?? 0) + 1;
  assert.equal(step?.left_out?.lines, 1_200 - shown);
  assert.ok((step?.left_out?.characters ?? 0) > 0);
});

test("of a step that failed, what it wrote to stderr counts as an error", () => {
  const said = { number: 1, stream: "err" as const, text: "the wheels came off" };
  const log = { head: [said, ...linesOf(59, () => "x".repeat(100), 2)], tail: [], omitted: 0 };
  const told = tell({ steps: [stepOf(1, { log, outcome: "failed" }), stepOf(2, { log })] });
  assert.deepEqual(
    told.steps.map(({ errors }) => errors),
    ["the wheels came off", undefined],
  );
});

test("a step that printed much takes nothing from one that printed little", () => {
  const log = { ...NOTHING, head: linesOf(60, (number) => `line ${number} ${"x".repeat(500)}`) };
  const small = { ...NOTHING, head: linesOf(3, (number) => `line ${number}`) };
  const told = tell({
    steps: Array.from({ length: 20 }, (_, index) => stepOf(index, { log: index < 19 ? log : small })),
  });
  assert.equal(told.steps.at(-1)?.output, "line 1\nline 2\nline 3");
});

test("facts that are not good come first, and what is left out is counted", () => {
  const facts = Array.from({ length: 100 }, (_, step) => ({
    ...{ step, target: `Deployment/web-${step}`, says: "x".repeat(100) },
    state: step === 99 ? ("failed" as const) : ("good" as const),
  }));
  const told = tell({ facts });
  assert.equal(told.facts[0]?.step, 99);
  assert.equal(told.facts.length + (told.facts_left_out ?? 0), 100);
});

test("a text is cut to what it takes as JSON, and never within a character", () => {
  for (const fill of FILLS)
    for (const room of [4, 10, 37, 200]) {
      const text = fill.repeat(300);
      for (const cut of [cutStart(text, room), cutEnd(text, room)]) {
        assert.ok(sizeOf(cut) <= room, `${cut} takes ${sizeOf(cut)} of ${room}`);
        assert.ok(cut.isWellFormed());
      }
    }
  assert.equal(cutStart("short", 20), "short");
  assert.equal(cutEnd("0123456789", 8), "…56789");
});

test("room is divided so that who needs little leaves the rest", () => {
  assert.deepEqual(shareOut([10, 500, 20, 500], 430), [10, 200, 20, 200]);
  assert.deepEqual(shareOut([10, 20], 100), [10, 20]);
  assert.deepEqual(shareOut([], 100), []);
});

test("what was said after the request is told, the newest of it, and nothing where nothing was said", () => {
  const changes = ["use 1", "use 2", "use 3", "use 4", "use 5", "use 6"];
  const told = tell({ requestedChanges: changes, answers: [{ question: "Which?", answer: "web" }] });
  assert.deepEqual(told.then_asked_for, changes.slice(1));
  assert.deepEqual(told.answers, [{ question: "Which?", answer: "web" }]);
  assert.ok(!("answers" in tell()) && !("then_asked_for" in tell()));
});
