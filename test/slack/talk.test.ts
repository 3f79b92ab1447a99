import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Change, Decision } from "#change/change.ts";
import { checkBlocks } from "#playground/slack/blocks.ts";
import { checkView } from "#playground/slack/view-check.ts";
import { renderAsking } from "#slack/cards/asking-message.ts";
import { renderCard } from "#slack/cards/card.ts";
import { answerForm } from "#slack/forms/answers.ts";
import { detailsForm } from "#slack/forms/details.ts";
import { aChange, aQuestion } from "#test/support/changes.ts";

const BY = { kind: "slack", teamId: "T1", userId: "U1" } as const;
// The graph drops questions and choices of blanks alone, but not those of which nothing is left to look at.
const BLANK = ["  ", "\u001b[0m"];
const TEXTS = [
  "Which one?",
  "x".repeat(500),
  "<!channel> *b* `c` :boom:",
  "\u202e\u200b",
  "a\n\nb",
  ...BLANK,
];

describe("a conversation in Slack", () => {
  const wish = (reason: string): Decision =>
    aQuestion({ answer: "request_changes", by: BY, reason, decidedAt: new Date() });
  const asked = (given: Partial<Decision>): Decision =>
    aQuestion({ gate: "answers", revision: 2, questions: TEXTS.slice(0, 3).map(questionOf), ...given });
  const questionOf = (text: string) => ({
    text,
    choices: ["production", "x".repeat(100), "\u202e<!here>", ...BLANK],
  });

  /** Between the plans, the row keeps what says who may decide, and nothing of the old plan. */
  const between: Partial<Change> = { plan: null, digest: null, riskReasons: [], stepRisks: [], revision: 2 };
  const states: [string, Partial<Change>][] = [
    ["planned anew", { ...between, status: "planning", decisions: [wish("use 4")] }],
    ["asking in a second revision", { ...between, status: "asking", decisions: [wish("use 4"), asked({})] }],
    [
      "asking at first",
      {
        ...between,
        revision: 1,
        risk: null,
        environments: [],
        status: "asking",
        decisions: [asked({ revision: 1 })],
      },
    ],
    [
      "expired unanswered",
      {
        ...between,
        status: "expired",
        error: "Nobody answered.",
        decisions: [asked({ answer: "expire", by: BY })],
      },
    ],
    [
      "answered",
      {
        revision: 2,
        status: "waiting",
        decisions: [wish("y"), asked({ answer: "answered", by: BY, answers: ["a", "b", "c"] })],
      },
    ],
    ...TEXTS.map((text): [string, Partial<Change>] => [
      `with ${JSON.stringify(text.slice(0, 20))}`,
      { ...between, status: "asking", decisions: [wish(text), asked({ questions: [questionOf(text)] })] },
    ]),
  ];
  for (const [name, given] of states) {
    it(`is within every limit: ${name}`, () => {
      const change = aChange(given);
      const card = renderCard(change, [], { pagesStand: true });
      assert.deepEqual(checkBlocks(card.blocks, "message", "/blocks"), []);
      const reply = renderAsking(change, change.revision, 1);
      if (reply !== null) assert.deepEqual(checkBlocks(reply.blocks, "message", "/blocks"), []);
      for (const form of [answerForm, detailsForm]) {
        const question = { changeId: change.id, revision: change.revision, round: 1, digest: "a".repeat(12) };
        const { changeId, revision, round, digest } = question;
        const start = form.start([changeId, revision, round, digest].join(":"), "U1");
        assert.ok(start !== null && start !== "old" && !("refusal" in start));
        assert.deepEqual(checkView(start.view("{}"), "modal"), []);
        assert.deepEqual(checkView(start.fill?.({ change, steps: [], unknown: null }, "{}"), "modal"), []);
      }
      for (const shown of [card, reply].map((one) => JSON.stringify(one)))
        assert.doesNotMatch(shown.replaceAll(/"type":"text","text":"[^"]*"/g, ""), /<!channel>|<!here>(?!")/);
    });
  }
});
