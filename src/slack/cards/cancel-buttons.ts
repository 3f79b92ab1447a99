import type { types } from "@slack/bolt";
import type { Change, ChangeStatus } from "#change/change.ts";
import { dateMrkdwn, personMrkdwn } from "#slack/text/blocks.ts";
import { button } from "#slack/text/buttons.ts";
import { inert } from "#slack/text/text.ts";

/** The button that stops what runs, after a dialog; and the one that opens the form for ending what waits. */
export const STOP = "greenlight:stop";
export const CANCEL = "greenlight:cancel";

/** Nothing of it runs in these; in the others a command may. */
const waits: ReadonlySet<ChangeStatus> = new Set(["queued", "planning", "asking", "waiting", "blocked"]);
const runs: ReadonlySet<ChangeStatus> = new Set(["running", "reviewing", "rolling_back"]);

const REASON_CHARS = 500;

/** What the value of a button of the form says beside the change: it runs, as far as whoever presses it sees. */
export const RUNS = "runs";
/** What stopping means, in a dialog's 300 characters. */
export const STOPS =
  "The command that runs is asked to stop, and killed if it does not. What it has changed by then stands. No further step is run. Then a person is asked: accept it as it is, or roll back. The card says that it was you.";

/** The button on the card of a change that can be cancelled, or stopped while it runs, in a row of its own. */
export function cancelActions(change: Change): types.ActionsBlock[] {
  const elements = cancelButtons(change);
  return elements.length === 0 ? [] : [{ type: "actions", block_id: "greenlight:cancelling", elements }];
}

/**
 * The same button alone. What waits is ended by a form, which takes a reason; what runs is stopped by a dialog, because that
 * has to work at once, and a form needs Slack to open it.
 */
export function cancelButtons(change: Change): types.Button[] {
  if (change.stopAsked) return [];
  if (waits.has(change.status)) return [button("cancel", "Cancel", change.id, {})];
  return runs.has(change.status) ? [stopButton(change)] : [];
}

/** The same for a menu, which has no dialogs: both open the form. */
export function cancelEntries(change: Pick<Change, "id" | "status">): types.Button[] {
  if (waits.has(change.status)) return [button("cancel", "Cancel…", change.id, {})];
  return runs.has(change.status) ? [button("cancel", "Stop…", `${change.id} ${RUNS}`, {})] : [];
}

/** Who stopped it, when and why, as one line of mrkdwn. */
export function cancelLines(change: Change): string[] {
  const { cancel, status } = change;
  if (cancel === null) return [];
  const why = cancel.reason === null ? "" : `: ${inert(cancel.reason.slice(0, REASON_CHARS))}`;
  const what =
    status === "cancelled" ? "Cancelled" : change.stopAsked ? "Being stopped: asked" : "Stop asked";
  return [`${what} by ${personMrkdwn(cancel.by)}, ${dateMrkdwn(cancel.at)}${why}`];
}

function stopButton(change: Change): types.Button {
  return button("stop", "Stop", change.id, {
    style: "danger",
    dialog: {
      title: "Stop this change now?",
      text: STOPS,
      confirm: "Stop it",
      isDangerous: true,
    },
  });
}
