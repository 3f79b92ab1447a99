import type { types } from "@slack/bolt";
import { z } from "zod";
import type { Change, ChangeStatus } from "#change/change.ts";
import type { CancelAsk, Cancelled, Changes } from "#change/changes.ts";
import type { FindGroups } from "#slack/client/groups.ts";
import type { People } from "#slack/client/people.ts";
import { dateMrkdwn, personMrkdwn } from "#slack/text/blocks.ts";
import { button } from "#slack/text/questions.ts";
import { inert } from "#slack/text/text.ts";
import { whoCanApprove } from "#slack/text/who-can.ts";
import { type IsHere, notHere, type Where } from "./deciding.ts";

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

/** Has a change stopped by somebody where they look at it, and says what only they are told of it. */
export type CancelAs = (where: Where, changeId: unknown, reason: string | null) => Promise<string>;

/** Makes it. Who they are and, where that decides, which groups they are in is asked of Slack now. */
export function createCancelAs(needs: {
  changes: Changes;
  people: People;
  findGroups: FindGroups;
  isHere: IsHere;
}): CancelAs {
  return async (where, changeId, reason) => {
    const id = z.uuid().safeParse(changeId);
    const known = await needs.people.isMember(where.userId, where.userTeamId, "stop");
    if (!known.ok) return `Nothing was stopped. ${known.reason}`;
    const change = id.success ? await needs.changes.get(id.data) : null;
    if (change === null) return answerTo({ kind: "unknown" });
    if (!(await needs.isHere(change, where, "stop"))) return `Nothing was stopped: ${notHere(where)}`;
    return cancelWithGroups(needs, { changeId: change.id, by: known.person, reason, writtenAt: where.at });
  };
}

/** Has a change stopped for somebody Slack vouches for, wherever it belongs, and says what only they are told of it. */
export type CancelFor = (given: Omit<CancelAsk, "groups">) => Promise<string>;

/** Makes it, for a word that names a change its typist may see. */
export function createCancelFor(needs: { changes: Changes; findGroups: FindGroups }): CancelFor {
  return (given) => cancelWithGroups(needs, given);
}

async function cancelWithGroups(
  { changes, findGroups }: { changes: Changes; findGroups: FindGroups },
  given: Omit<CancelAsk, "groups">,
): Promise<string> {
  const { by } = given;
  const first = await changes.cancel(given);
  if (first.kind !== "refused" || by.kind !== "slack") return answerTo(first);
  const { groups, fault } = await findGroups(by, first.terms);
  if (fault !== null) return `Nothing was stopped. ${fault}`;
  return answerTo(groups.length === 0 ? first : await changes.cancel({ ...given, groups }));
}

function answerTo(cancelled: Cancelled): string {
  switch (cancelled.kind) {
    case "cancelled":
      return "Cancelled. Nothing of it was run.";
    case "stopping":
      return "It is being stopped: what runs is ended, and nothing more of it is begun. The card says how far it got.";
    case "already":
      return `Nothing was changed by this. ${inert(cancelled.reason)}`;
    case "refused":
      return [`Nothing was stopped. ${inert(cancelled.reason)}`, ...whoCanApprove(cancelled.terms)].join(
        "\n",
      );
    case "unknown":
      return "Nothing was stopped: Greenlight does not know this change any more.";
  }
}
