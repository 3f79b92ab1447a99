import type { types } from "@slack/bolt";
import type { Change, ChangeStatus } from "#change/change.ts";
import { button } from "#slack/text/buttons.ts";

/** The buttons that ask for the same once more: where it was not carried out, where it was, and where it was only planned. */
export const PLAN_AGAIN = "greenlight:plan_again";
export const RUN_AGAIN = "greenlight:run_again";
export const RUN_PLANNED = "greenlight:run_planned";

/** What ended without the request being carried out as it was meant. */
export const unfulfilled: ReadonlySet<ChangeStatus> = new Set(["expired", "rejected", "failed", "cancelled"]);
/** What ended after it was carried out, in whole or in part. */
export const fulfilled: ReadonlySet<ChangeStatus> = new Set(["done", "accepted", "rolled_back"]);
/** What ended with its plan, as it was asked for. */
export const planned: ReadonlySet<ChangeStatus> = new Set(["planned"]);

/** The row on the card of a change that was only planned. */
export function planAgainActions(change: Change): types.ActionsBlock[] {
  const elements = planAgainButtons(change);
  return elements.length === 0 ? [] : [{ type: "actions", block_id: "greenlight:again", elements }];
}

/** The button on the card of a change that ended so, or was only planned. */
export function planAgainButtons(change: Change): types.Button[] {
  return [
    ...(unfulfilled.has(change.status) ? [button("plan_again", "Plan again", change.id, {})] : []),
    ...(planned.has(change.status) ? [runPlannedButton(change)] : []),
  ];
}

/** A dialog, because what the policy lets run unattended runs at once. */
function runPlannedButton(change: Change): types.Button {
  const dialog = {
    title: "Ask for this to be run?",
    text: "The same words become a change of its own, as your request. It is planned anew and needs its own approval; where the policy asks nobody, it runs at once. This plan here never runs.",
    confirm: "Ask for it",
    isDangerous: false,
  };
  return button("run_planned", "Run this", change.id, { dialog });
}

/** The button under the verdict of a change that ran; the words are planned anew, from what is there then. */
export function runAgainButton(change: Change): types.Button[] {
  return fulfilled.has(change.status) ? [button("run_again", "Run again", change.id, {})] : [];
}
