import type { App } from "@slack/bolt";
import type { Changes } from "../change/changes.ts";
import type { Log } from "../observe/log.ts";
import { createAskRollback, createFeedback } from "./after-clicks.ts";
import { breakGlassForm } from "./break-glass.ts";
import { type Act, createButtons } from "./buttons.ts";
import { type CancelAs, STOP } from "./cancelling.ts";
import type { FindPlace } from "./channels.ts";
import type { DecideAs, FindHere, WhyNotAs } from "./deciding.ts";
import { detailsForm } from "./details.ts";
import { answerForm } from "./form-answers.ts";
import { cancelForm } from "./form-cancel.ts";
import { typedTargetForm } from "./form-typed-target.ts";
import { rejectForm, requestChangesForm } from "./form-words.ts";
import type { HomesPort } from "./home-port.ts";
import type { InFlight } from "./in-flight.ts";
import { addButtons, addForms } from "./listen-clicks.ts";
import type { People } from "./people.ts";
import { createPlanAgain, createRunPlanned, PLAN_AGAIN, RUN_AGAIN, RUN_PLANNED } from "./plan-again.ts";
import { choices, createChoose } from "./talk-actions.ts";
import { ASK_ROLLBACK, FEEDBACK, FEEDBACK_DOWN, FEEDBACK_UP } from "./verdict-actions.ts";

type Needs = {
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
  log: Log;
};

/** Every button and every form behind one, put to Bolt; the same ones wherever they stand. */
export function addClicks(app: App, needs: Needs, inFlight: InFlight): void {
  const { changes, findHere, whyNotAs, decideAs, cancelAs, homes, log } = needs;
  const forms = [
    ...[typedTargetForm, rejectForm, requestChangesForm, answerForm, cancelForm, detailsForm],
    breakGlassForm(needs.config.breakGlass),
  ];
  const answer = createButtons(decideAs, {
    ...choices(createChoose(changes, decideAs)),
    [STOP]: (where, value) => cancelAs(where, value, null),
    [PLAN_AGAIN]: createPlanAgain(needs),
    [RUN_AGAIN]: createPlanAgain(needs),
    [RUN_PLANNED]: createRunPlanned(needs),
    [ASK_ROLLBACK]: createAskRollback(needs),
    [FEEDBACK]: createFeedback(needs),
    [FEEDBACK_UP]: createFeedback(needs),
    [FEEDBACK_DOWN]: createFeedback(needs),
    ...needs.asks,
  });
  const clicks = { forms, homes, inFlight, log };
  addButtons(app, { ...clicks, answer, findHere, whyNotAs });
  addForms(app, {
    ...clicks,
    carryOut: (where, sent) =>
      sent.does === "decide" ? decideAs(where, sent.given) : cancelAs(where, sent.changeId, sent.reason),
  });
}
