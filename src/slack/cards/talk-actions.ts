import type { types } from "@slack/bolt";
import type { Change, Decision } from "#change/change.ts";
import type { Changes } from "#change/changes.ts";
import type { DecideAs, Where } from "#slack/clicks/deciding.ts";
import { button, buttonValue, isAsked, readButton } from "#slack/text/questions.ts";
import { openQuestions } from "./talk-parts.ts";

/** As many choices as a question may have. */
const CHOICES = [0, 1, 2, 3, 4] as const;

/** The same act under the action id of every choice. */
export function choices(choose: Choose): { [actionId: string]: Choose } {
  return Object.fromEntries(CHOICES.map((index) => [`greenlight:choose_${index}`, choose]));
}

/** The buttons under the Planner's questions: its choices where there is one question, and the form for everything else. */
export function talkActions(change: Change): types.ActionsBlock[] {
  const open = openQuestions(change);
  if (open === null) return [];
  const picks = choicesOf(open).map((choice, index) =>
    button(`choose_${index}`, choice, buttonValue(change.id, open, String(index)), {}),
  );
  const label = picks.length === 0 ? "Answer" : "Another answer";
  const style = picks.length === 0 ? ({ style: "primary" } as const) : {};
  const form = button("answer", label, buttonValue(change.id, open), style);
  return [{ type: "actions", block_id: "greenlight:answers", elements: [...picks, form] }];
}

/** Takes a click on a choice, and says what only they are told. Which words it stands for the row says. */
export type Choose = (where: Where, value: unknown) => Promise<string>;

/** Makes it. */
export function createChoose(changes: Changes, decideAs: DecideAs): Choose {
  return async (where, value) => {
    const read = typeof value === "string" ? readButton(value) : null;
    const change = read === null ? null : await changes.get(read.question.changeId);
    const asked = change?.decisions.find(
      (one) => one.gate === "answers" && read !== null && isAsked(one, read.question),
    );
    const choice = asked === undefined ? undefined : choicesOf(asked)[Number(read?.extra)];
    if (read === null || choice === undefined)
      return "Nothing was answered: this is not a question that is open. The card shows where the change stands.";
    const said = { gate: "answers", answer: "answered", reason: null, answers: [choice] } as const;
    return decideAs(where, { ...read.question, ...said });
  };
}

/** Of several questions a click would answer only one. */
function choicesOf({ questions }: Decision): readonly string[] {
  return questions.length === 1 ? (questions[0]?.choices ?? []) : [];
}
