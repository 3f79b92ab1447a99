import type { types } from "@slack/bolt";
import { z } from "zod";
import type { Change, ChangeStatus } from "../change/change.ts";
import type { Asked, Changes } from "../change/changes.ts";
import type { Act } from "./buttons.ts";
import type { FindPlace } from "./channels.ts";
import type { People } from "./people.ts";
import { button } from "./questions.ts";
import { cutMiddle, inert } from "./text.ts";

/** The buttons that ask for the same once more: where it was not carried out, and where it was. */
export const PLAN_AGAIN = "greenlight:plan_again";
export const RUN_AGAIN = "greenlight:run_again";

/** What ended without the request being carried out as it was meant. */
const unfulfilled: ReadonlySet<ChangeStatus> = new Set(["expired", "rejected", "failed", "cancelled"]);
/** What ended after it was carried out, in whole or in part. */
const fulfilled: ReadonlySet<ChangeStatus> = new Set(["done", "accepted", "rolled_back"]);
const REQUEST_CHARS = 300;

/** The button on the card of a change that ended so. */
export function planAgainActions(change: Change): types.ActionsBlock[] {
  if (!unfulfilled.has(change.status)) return [];
  const again = button("plan_again", "Plan again", change.id, {});
  return [{ type: "actions", block_id: "greenlight:again", elements: [again] }];
}

/** The button under the verdict of a change that ran; the words are planned anew, from what is there then. */
export function runAgainButton(change: Change): types.Button[] {
  return fulfilled.has(change.status) ? [button("run_again", "Run again", change.id, {})] : [];
}

/** Takes a click on either; its value is a change's id. A request of whoever clicked, with the same words in the same channel, checked as a typed one is. */
export function createPlanAgain(needs: { changes: Changes; people: People; findPlace: FindPlace }): Act {
  return async (where, value) => {
    const id = z.uuid().safeParse(value);
    const change = id.success ? await needs.changes.get(id.data) : null;
    if (change === null) return "Nothing was started: Greenlight does not know this change any more.";
    const { home } = change;
    if (home === null || home.channelId !== where.channelId || home.teamId !== where.teamId)
      return "Nothing was started: this change belongs to another channel.";
    if (!unfulfilled.has(change.status) && !fulfilled.has(change.status))
      return "Nothing was started: this change goes on. Its card shows where it stands.";
    const allowed = await needs.people.mayAsk(where.userId, where.userTeamId, where.channelId);
    if (!allowed.ok) return allowed.reason;
    const place = await needs.findPlace(where.channelId);
    if (!place.ok) return place.reason;
    const { request, planOnly } = change;
    // One successor for each change, however often and by whom it is clicked; that one has a button of its own.
    const idempotencyKey = `again:${change.id}`;
    const asked = await needs.changes.ask({
      request,
      planOnly,
      home,
      requester: allowed.person,
      idempotencyKey,
      like: change.id,
    });
    return answerTo(asked);
  };
}

function answerTo(asked: Asked): string {
  switch (asked.kind) {
    case "forbidden":
    case "refused":
      return `Nothing was started. ${inert(asked.reason)}`;
    case "repeated":
      return `This is planned again already, as change \`${inert(asked.change.id)}\`: look for its card in this channel. Nothing new was started.`;
    case "accepted":
      return `Planning again: ${inert(cutMiddle(asked.change.request, REQUEST_CHARS))}\nIt is change \`${inert(asked.change.id)}\`, and its card comes in this channel. It is your request now, so by default somebody else approves it.`;
  }
}
