import type { Changes } from "#change/changes.ts";
import type { HomesPort } from "#change/home-port.ts";
import { PLAN_AGAIN, RUN_AGAIN, RUN_PLANNED } from "#slack/cards/again-buttons.ts";
import { STOP } from "#slack/cards/cancel-buttons.ts";
import { ASK_ROLLBACK, FEEDBACK, FEEDBACK_DOWN, FEEDBACK_UP } from "#slack/cards/verdict-actions.ts";
import { askRollback, giveFeedback } from "#slack/clicks/after-clicks.ts";
import { type Act, createButtons } from "#slack/clicks/buttons.ts";
import type { CancelAs } from "#slack/clicks/cancelling.ts";
import { choices, choose } from "#slack/clicks/choosing.ts";
import type { DecideAs, FindHere, WhyNotAs } from "#slack/clicks/deciding.ts";
import { planAgain, runPlanned } from "#slack/clicks/plan-again.ts";
import type { FindPlace } from "#slack/client/channels.ts";
import type { People } from "#slack/client/people.ts";
import type { Listening } from "#slack/client/tell.ts";
import { answerForm } from "#slack/forms/answers.ts";
import { breakGlassForm } from "#slack/forms/break-glass.ts";
import { cancelForm } from "#slack/forms/cancel.ts";
import { detailsForm } from "#slack/forms/details.ts";
import { typedTargetForm } from "#slack/forms/typed-target.ts";
import { rejectForm, requestChangesForm } from "#slack/forms/words.ts";
import { addButtons, addForms } from "./listen-clicks.ts";

type ClicksNeed = {
  changes: Changes;
  people: People;
  findPlace: FindPlace;
  findHere: FindHere;
  whyNotAs: WhyNotAs;
  decideAs: DecideAs;
  cancelAs: CancelAs;
  homes: Pick<HomesPort, "say">;
  /** Slack user ids who may break the glass. */
  config: { breakGlass: readonly string[] };
  /** The clicks that belong to asking. */
  asks: Readonly<Record<string, Act>>;
};

/** Every button and every form behind one, put to Bolt; the same ones wherever they stand. */
export function addClicks(listening: Listening, needs: ClicksNeed): void {
  const { changes, findHere, whyNotAs, decideAs, cancelAs, homes } = needs;
  const forms = [
    ...[typedTargetForm, rejectForm, requestChangesForm, answerForm, cancelForm, detailsForm],
    breakGlassForm(needs.config.breakGlass),
  ];
  const again: Act = (where, value) => planAgain(needs, where, value);
  const feedback: Act = (where, value) => giveFeedback(needs, where, value);
  const answer = createButtons(decideAs, {
    ...choices((where, value) => choose({ changes, decideAs }, where, value)),
    [STOP]: (where, value) => cancelAs(where, value, null),
    [PLAN_AGAIN]: again,
    [RUN_AGAIN]: again,
    [RUN_PLANNED]: (where, value) => runPlanned(needs, where, value),
    [ASK_ROLLBACK]: (where, value) => askRollback(needs, where, value),
    [FEEDBACK]: feedback,
    [FEEDBACK_UP]: feedback,
    [FEEDBACK_DOWN]: feedback,
    ...needs.asks,
  });
  const clicks = { ...listening, forms, homes };
  addButtons({ ...clicks, answer, findHere, whyNotAs });
  addForms({
    ...clicks,
    carryOut: (where, sent) =>
      sent.does === "decide" ? decideAs(where, sent.given) : cancelAs(where, sent.changeId, sent.reason),
  });
}
