import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { StepRecord } from "#change/journal.ts";
import { argvOf } from "#change/plan.ts";
import { wayBackPlan } from "#change/way-back.ts";
import { button } from "#slack/text/buttons.ts";
import { SLACK_LIMITS } from "#slack/text/limits.ts";
import type { Takes } from "#slack/text/rich-kinds.ts";
import { commandLine, cutMiddle } from "#slack/text/text.ts";
import { runAgainButton } from "./again-buttons.ts";

/** The buttons under a verdict, and the one thumb of two. Their values are `CHANGE`, and `up:CHANGE` or `down:CHANGE`. */
export const ASK_ROLLBACK = "greenlight:ask_rollback";
export const FEEDBACK = "greenlight:feedback";
export const FEEDBACK_UP = "greenlight:feedback_up";
export const FEEDBACK_DOWN = "greenlight:feedback_down";

const DIALOG_LINE_CHARS = 80;
const REST_CHARS = 110;

/** What can be done once a change has ended: take it back, run it again, say how it went. */
export function verdictActions(
  change: Change,
  steps: readonly StepRecord[],
  takes: Takes,
): types.KnownBlock[] {
  const buttons = [...rollbackButton(change, steps), ...runAgainButton(change)];
  return [
    ...(buttons.length === 0
      ? []
      : [{ type: "actions" as const, block_id: "greenlight:after", elements: buttons }]),
    feedback(change, takes),
  ];
}

/** The button that asks for the way back of a done change, as a change of its own; none where nothing can be taken back. */
export function rollbackButton(change: Change, steps: readonly StepRecord[]): types.Button[] {
  const back = wayBackPlan(change, steps);
  if (back === null) return [];
  const lines: string[] = [];
  for (const step of back.plan) {
    const line = cutMiddle(commandLine(argvOf(step)), DIALOG_LINE_CHARS);
    if ([...lines, line].join("\n").length > SLACK_LIMITS.confirmText - REST_CHARS) break;
    lines.push(line);
  }
  const rest = back.plan.length - lines.length;
  const text = [
    "A change of its own, with its own approval:",
    ...lines,
    ...(rest === 0 ? [] : [`and ${rest} more, see the new card`]),
  ];
  const dialog = {
    title: "Ask for the way back?",
    text: text.join("\n"),
    confirm: "Ask for it",
    isDangerous: false,
  };
  return [button("ask_rollback", "Roll back", change.id, { dialog })];
}

function feedback(change: Change, takes: Takes): types.KnownBlock {
  const [up, down] = [`up:${change.id}`, `down:${change.id}`];
  if (!takes("context_actions"))
    return {
      type: "actions",
      block_id: "greenlight:feedback",
      elements: [button("feedback_up", "Went well", up, {}), button("feedback_down", "Went badly", down, {})],
    };
  const text = (words: string) => ({ type: "plain_text" as const, text: words, emoji: false });
  return {
    type: "context_actions",
    block_id: "greenlight:feedback",
    elements: [
      {
        type: "feedback_buttons",
        action_id: FEEDBACK,
        positive_button: { text: text("Went well"), value: up, accessibility_label: "This change went well" },
        negative_button: {
          text: text("Went badly"),
          value: down,
          accessibility_label: "This change went badly",
        },
      },
    ],
  };
}
