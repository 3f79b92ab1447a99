import type { App } from "@slack/bolt";
import { ASK_IN, askIn } from "#slack/asking/ask-where.ts";
import { PLAN_AGAIN, RUN_AGAIN, RUN_PLANNED } from "#slack/cards/again-buttons.ts";
import { STOP } from "#slack/cards/cancel-buttons.ts";
import { ASK_ROLLBACK, FEEDBACK, FEEDBACK_DOWN, FEEDBACK_UP } from "#slack/cards/verdict-actions.ts";
import { askRollback, giveFeedback } from "#slack/clicks/after-clicks.ts";
import type { Act } from "#slack/clicks/answer-click.ts";
import { cancelAs } from "#slack/clicks/cancelling.ts";
import { choices, choose } from "#slack/clicks/choosing.ts";
import { planAgain, runPlanned } from "#slack/clicks/plan-again.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { answerForm } from "#slack/forms/answers.ts";
import { approveForm } from "#slack/forms/approve.ts";
import { breakGlassForm } from "#slack/forms/break-glass.ts";
import { cancelForm } from "#slack/forms/cancel.ts";
import { detailsForm } from "#slack/forms/details.ts";
import { rejectForm, requestChangesForm } from "#slack/forms/reasons.ts";
import { addButtons, addForms } from "./listen-clicks.ts";

/** What each button does that is no answer to a question, by its action id. */
const ACTS: Readonly<Record<string, Act>> = {
  ...choices(choose),
  [ASK_IN]: askIn,
  [STOP]: (deps, where, value) => cancelAs(deps, where, value, null),
  [PLAN_AGAIN]: planAgain,
  [RUN_AGAIN]: planAgain,
  [RUN_PLANNED]: runPlanned,
  [ASK_ROLLBACK]: askRollback,
  [FEEDBACK]: giveFeedback,
  [FEEDBACK_UP]: giveFeedback,
  [FEEDBACK_DOWN]: giveFeedback,
};

/** Every button and every form behind one, put to Bolt; the same ones wherever they stand. `breakGlass`: who may break the glass. */
export function addClicks(app: App, deps: SlackDeps, breakGlass: readonly string[]): void {
  const forms = [
    ...[approveForm, rejectForm, requestChangesForm, answerForm, cancelForm, detailsForm],
    breakGlassForm(breakGlass),
  ];
  addButtons(app, deps, forms, ACTS);
  addForms(app, deps, forms);
}
