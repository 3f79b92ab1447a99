import type { types } from "@slack/bolt";
import type { Change, Decision } from "#change/change.ts";
import { button, buttonValue } from "#slack/text/buttons.ts";
import { openQuestions } from "./talk-parts.ts";

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

/** Of several questions a click would answer only one. */
export function choicesOf({ questions }: Decision): readonly string[] {
  return questions.length === 1 ? (questions[0]?.choices ?? []) : [];
}
