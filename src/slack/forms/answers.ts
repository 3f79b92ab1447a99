import type { types } from "@slack/bolt";
import type { Change, Decision } from "#change/change.ts";
import { MAX_ANSWER_LENGTH, type Question } from "#change/planning/question.ts";
import { paragraph, rich, said } from "#slack/text/blocks.ts";
import { isAsked } from "#slack/text/buttons.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import { labelText, oneLine } from "#slack/text/text.ts";
import { type Fields, type Form, notice, plain, questionForm, type Subject } from "./forms.ts";
import { aboutChange, TEXT, textField } from "./parts.ts";

const ID = "greenlight:answer";
const TITLE = "Answer";
const LABEL_CHARS = 500;
const chosen = (index: number) => `${ID}:${index}`;
const worded = (index: number) => `${ID}:words:${index}`;

/** Answer: one field for each question of the Planner, with its choices to pick from. The questions come from the row. */
export const answerForm: Form = questionForm({
  id: ID,
  gives: { gate: "answers", answer: "answered" },
  view: () => notice(TITLE, "The questions are being looked up…"),
  fill: ({ change }, subject, metadata) => {
    const asked = questionOf(change, subject);
    if (asked === null)
      return notice(TITLE, "These questions are not open any more. The card shows where the change stands.");
    return {
      type: "modal",
      callback_id: ID,
      private_metadata: metadata,
      title: plain(TITLE),
      submit: plain("Answer"),
      close: plain("Not now"),
      blocks: [
        rich(
          paragraph(
            said(
              "The plan is made after your answers. Put no secrets in them: everybody in the channel reads them.",
            ),
          ),
        ),
        ...asked.questions.flatMap(fieldsOf),
        aboutChange(subject.question.changeId),
      ],
    };
  },
  read: ({ question }, fields) => {
    const answers = answersIn(fields);
    const empty = answers.findIndex(({ text }) => text === "");
    if (empty >= 0) return { errors: { [worded(empty)]: "Pick an answer above, or write one here." } };
    return {
      given: {
        ...question,
        gate: "answers",
        answer: "answered",
        reason: null,
        answers: answers.map(({ text }) => text),
      },
    };
  },
});

function questionOf(change: Change, { question }: Subject): Decision | null {
  const asked = change.decisions.find((one) => one.gate === "answers" && isAsked(one, question));
  return asked === undefined || asked.answer !== null || change.status !== "asking" ? null : asked;
}

function fieldsOf({ text, choices }: Question, index: number): types.InputBlock[] {
  const label = labelText(text, LABEL_CHARS);
  const isFirst = index === 0;
  const words = { block: worded(index), most: MAX_ANSWER_LENGTH, multiline: false };
  // What nobody can see nobody can pick: a model may hold a terminal's codes for words.
  const options = choices.filter((choice) => oneLine(choice) !== "").map(optionOf);
  if (options.length === 0) return [textField({ ...words, label, least: 1, focus: isFirst })];
  return [
    {
      type: "input",
      block_id: chosen(index),
      label: plain(label),
      optional: true,
      element: { type: "radio_buttons", action_id: TEXT, options },
    },
    textField({ ...words, label: "or in your own words", least: 0 }),
  ];
}

/** The value is the answer itself: whoever answers may say anything anyway. */
function optionOf(choice: string): types.PlainTextOption {
  return { text: plain(labelText(choice, SLACK_LIMITS.buttonLabel)), value: choice };
}

/** As many as there are fields. Own words count before a choice. */
function answersIn(fields: Fields): { text: string }[] {
  const found = [0, 1, 2].map((index) => ({
    text: fields(worded(index), TEXT) || fields(chosen(index), TEXT),
    isThere: fields.has(worded(index)),
  }));
  return found.filter(({ isThere }) => isThere);
}
