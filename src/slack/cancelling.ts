import type { types } from "@slack/bolt";
import { z } from "zod";
import type { Change, ChangeStatus } from "../change/change.ts";
import type { Cancelled, Changes } from "../change/changes.ts";
import type { Person } from "../change/person.ts";
import { dateMrkdwn, personMrkdwn } from "./blocks.ts";
import type { Act } from "./buttons.ts";
import { isHere } from "./deciding.ts";
import type { FindGroups } from "./groups.ts";
import type { OutboxPort } from "./outbox-port.ts";
import type { People } from "./people.ts";
import { button } from "./questions.ts";
import { inert } from "./text.ts";
import { whoCanApprove } from "./who-can.ts";

/** The button that cancels or stops a change. */
export const CANCEL = "greenlight:cancel";

/** Nothing of it runs in these; in the others a command may. */
const waits: ReadonlySet<ChangeStatus> = new Set(["queued", "planning", "asking", "waiting", "blocked"]);
const runs: ReadonlySet<ChangeStatus> = new Set(["running", "reviewing", "rolling_back"]);

const REASON_CHARS = 500;

/** The button on the card of a change that can be cancelled, or stopped while it runs, by one click. */
export function cancelActions(change: Change): types.ActionsBlock[] {
  if (change.stopAsked) return [];
  const look = waits.has(change.status) ? cancelButton(change) : stopButton(change);
  const isOffered = waits.has(change.status) || runs.has(change.status);
  return isOffered ? [{ type: "actions", block_id: "greenlight:cancelling", elements: [look] }] : [];
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

function cancelButton(change: Change): types.Button {
  return button("cancel", "Cancel", change.id, {
    dialog: {
      title: "Cancel this change?",
      text: "It ends here, and nothing more of it is run. What is under way for it, planning for example, is ended at once. The card says that it was you.",
      confirm: "Cancel it",
      isDangerous: true,
    },
  });
}

function stopButton(change: Change): types.Button {
  return button("cancel", "Stop", change.id, {
    style: "danger",
    dialog: {
      title: "Stop this change now?",
      text: "The command that runs is asked to stop, and killed if it does not. What it has changed by then stands. No further step is run. Then a person is asked: accept it as it is, or roll back. The card says that it was you.",
      confirm: "Stop it",
      isDangerous: true,
    },
  });
}

/** Makes what answers a click on it; its value is a change's id. Who they are and, where that decides, which groups they are in is asked of Slack now. */
export function createCancelAs(needs: {
  changes: Changes;
  people: People;
  findGroups: FindGroups;
  isDirectCard: OutboxPort["isDirectCard"];
}): Act {
  return async (where, value) => {
    const id = z.uuid().safeParse(value);
    const known = await needs.people.isMember(where.userId, where.userTeamId);
    if (!known.ok) return `Nothing was stopped. ${known.reason}`;
    const change = id.success ? await needs.changes.get(id.data) : null;
    if (change === null) return answerTo({ kind: "unknown" });
    if (!(await isHere(needs.isDirectCard, change, where)))
      return "Nothing was stopped: this change belongs to another channel.";
    return cancelWithGroups(needs, change.id, known.person, null);
  };
}

/** Has a change stopped for somebody Slack vouches for, wherever it belongs, and says what only they are told of it. */
export type CancelFor = (by: Person, changeId: string, reason: string | null) => Promise<string>;

/** Makes it, for a word that names a change its typist may see. */
export function createCancelFor(needs: { changes: Changes; findGroups: FindGroups }): CancelFor {
  return (by, changeId, reason) => cancelWithGroups(needs, changeId, by, reason);
}

async function cancelWithGroups(
  { changes, findGroups }: { changes: Changes; findGroups: FindGroups },
  changeId: string,
  by: Person,
  reason: string | null,
): Promise<string> {
  const first = await changes.cancel({ changeId, by, reason });
  if (first.kind !== "refused" || by.kind !== "slack") return answerTo(first);
  const { groups, fault } = await findGroups(by, first.terms);
  if (fault !== null) return `Nothing was stopped. ${fault}`;
  return answerTo(groups.length === 0 ? first : await changes.cancel({ changeId, by, groups, reason }));
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
